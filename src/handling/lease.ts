import { randomBytes } from 'node:crypto'
import type { Alarm, Alarms, Waiting } from '../time/timer-list.js'
import { DeliveryError } from '../errors/errors.js'
import type { Settings } from '../options/options.js'
import type { ClaimResult, IdempotencyStore } from '../stores/store.js'
import { isPromise, sleep, TIMED_OUT, within, type Awaitable, type Budget } from '../time/time.js'

type LeaseSettings = Pick<Settings, 'store' | 'leaseMs' | 'retentionMs'>

/** Whoever works while the key is kept. */
export interface Holder {
  /** The store says that another attempt has the key. */
  leaseIsLost(): void
}

/** How a claim ended. */
export type ClaimVerdict = ClaimResult | { readonly status: 'unavailable'; readonly error: DeliveryError }

/**
 * One attempt's hold on a key: one fresh token, and every store call that is made with it. Calls never overlap, but for the second
 * try of a claim whose first was given up; a call that was given up may still act, and is cleaned up after.
 *
 *     claim ─► renew every third of the lease ─► stop ─► complete, until it is stored
 *                                                   └──► release
 */
export class Lease implements Waiting {
  readonly #settings: LeaseSettings
  readonly #key: string
  readonly #renewals: Alarms
  readonly #holder: Holder
  readonly #token = freshToken()
  /** Claims under way; a late one must be over before the key is completed or given back. */
  #claiming: Set<Promise<ClaimResult>> | null = null
  #alarm: Alarm | null = null
  #renewing: Promise<void> | null = null
  #ended = false

  /** @param renewals of a third of the lease */
  constructor(settings: LeaseSettings, key: string, renewals: Alarms, holder: Holder) {
    this.#settings = settings
    this.#key = key
    this.#renewals = renewals
    this.#holder = holder
  }

  /** Claims the key; while another attempt holds it, asks again with growing pauses until `budget` is spent or `isOver`. */
  claim(budget: Budget, isOver: () => boolean): Awaitable<ClaimVerdict> {
    const first = this.#claimOnce(budget)
    return isPromise(first) || first.status === 'in-flight' ? this.#insist(first, budget, isOver) : first
  }

  /** Renews until `stop`. The holder is told when the store says that another attempt has the key. */
  keep(now: number): void {
    if (this.#settings.store.renew === undefined) return
    this.#alarm = this.#renewals.set(this, now)
  }

  timeIsOver(): void {
    this.#renewing = this.#renew()
  }

  /** Ends the renewal. Null, or what must be waited for until none is under way. */
  stop(): Promise<void> | null {
    this.#ended = true
    this.#alarm?.stop()
    return this.#renewing
  }

  /** One try to remember the key as done. False: another attempt took it. Rejects when the store failed or took too long. */
  complete(): Awaitable<boolean> {
    const { store, retentionMs } = this.#settings
    return this.#afterClaims('complete', () => store.complete(this.#key, this.#token, retentionMs))
  }

  /** Gives the key back. Rejects when the store failed or took too long: then the lease lapses by itself. */
  release(): Awaitable<boolean> {
    return this.#afterClaims('release', () => this.#settings.store.release(this.#key, this.#token))
  }

  async #insist(first: Awaitable<ClaimVerdict>, budget: Budget, isOver: () => boolean): Promise<ClaimVerdict> {
    let result = await first
    for (
      let pauseMs = FIRST_PAUSE_MS;
      result.status === 'in-flight';
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    ) {
      const waitMs = Math.min(pauseMs, Math.max(10, result.retryAfterMs))
      if (isOver() || waitMs >= budget.leftMs) break
      await sleep(waitMs)
      result = await this.#claimOnce(budget)
    }
    return result
  }

  #claimOnce(budget: Budget): Awaitable<ClaimVerdict> {
    const claim = this.#startClaim()
    return isPromise(claim) ? this.#claimInTime(claim, budget) : claim
  }

  /** Twice with the same token: should the first have worked without our hearing of it, the second is `claimed` as well. */
  async #claimInTime(first: Promise<ClaimResult>, budget: Budget): Promise<ClaimVerdict> {
    const claims = [first]
    for (;;) {
      const result = await firstOf(claims, Math.min(STORE_CALL_MS, budget.leftMs))
      if (result.status !== 'unavailable') return result
      if (claims.length === 2 || budget.leftMs === 0) {
        this.#giveUpClaims(claims)
        return result
      }
      claims.push(Promise.resolve(this.#startClaim()))
    }
  }

  #startClaim(): Awaitable<ClaimResult> {
    try {
      const { store, leaseMs } = this.#settings
      const answer = store.claim(this.#key, this.#token, leaseMs)
      return isPromise(answer) ? this.#remember(Promise.resolve(answer).then(toClaimResult)) : toClaimResult(answer)
    } catch (error) {
      return this.#remember(rejection(error))
    }
  }

  #remember(claim: Promise<ClaimResult>): Promise<ClaimResult> {
    const claiming = (this.#claiming ??= new Set())
    claiming.add(claim)
    const settled = () => claiming.delete(claim)
    claim.then(settled, settled)
    return claim
  }

  /** A claim that was given up can still win the key, for nobody. Once all have settled, the key is given back. */
  #giveUpClaims(claims: readonly Promise<ClaimResult>[]): void {
    void Promise.allSettled(claims)
      .then(() => this.#settings.store.release(this.#key, this.#token))
      .catch(() => undefined)
  }

  #afterClaims<T>(name: string, call: () => Awaitable<T>): Awaitable<T> {
    if (this.#claiming === null || this.#claiming.size === 0) return inTime(name, call)
    return within(Promise.allSettled(this.#claiming), STORE_CALL_MS).then(() => inTime(name, call))
  }

  async #renew(): Promise<void> {
    const renewed = await this.#tryRenewal()
    if (this.#ended) return
    if (renewed === false) this.#holder.leaseIsLost()
    else this.keep(performance.now())
  }

  async #tryRenewal(): Promise<boolean | undefined> {
    const { store, leaseMs } = this.#settings
    try {
      return await inTime('renew', () => store.renew?.(this.#key, this.#token, leaseMs))
    } catch {
      return true // the store is away: the lease may still be ours when it is back, so this is no loss yet
    }
  }
}

/** Unique across processes by its first part, within this one by its second. */
function freshToken(): string {
  return `${PROCESS_TOKEN}.${String(tokens++)}`
}

const PROCESS_TOKEN = randomBytes(16).toString('base64url')
let tokens = 0

/** A store call gets 2 s, or what is left of the delivery's time. */
const STORE_CALL_MS = 2000

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000

/** Whether the store knows the key as done: best effort, so a store that fails or dawdles knows nothing. */
export async function isDone(store: IdempotencyStore, key: string): Promise<boolean> {
  try {
    return (await inTime('isDone', () => store.isDone?.(key))) === true
  } catch {
    return false
  }
}

/** A store of the user's may throw instead of rejecting. */
function start<T>(call: () => Awaitable<T>): Awaitable<T> {
  try {
    return call()
  } catch (error) {
    return rejection(error)
  }
}

function rejection(error: unknown): Promise<never> {
  return Promise.resolve().then(() => {
    throw error
  })
}

function inTime<T>(step: string, call: () => Awaitable<T>): Awaitable<T> {
  const result = start(call)
  return isPromise(result) ? orTooLong(step, result) : result
}

async function orTooLong<T>(step: string, call: Promise<T>): Promise<T> {
  const result = await within(call, STORE_CALL_MS)
  if (result === TIMED_OUT) throw tooLong(step)
  return result
}

/** The first claim that works, or why none did. */
async function firstOf(claims: readonly Promise<ClaimResult>[], ms: number): Promise<ClaimVerdict> {
  try {
    const result = await within(Promise.any(claims), ms)
    return result === TIMED_OUT ? unavailable(tooLong('claim')) : result
  } catch (failure) {
    return unavailable((failure as AggregateError).errors.at(-1))
  }
}

function unavailable(cause: unknown): ClaimVerdict {
  if (cause instanceof DeliveryError) return { status: 'unavailable', error: cause }
  return { status: 'unavailable', error: new DeliveryError('STORE_FAILED', "The store's claim failed.", { cause }) }
}

function tooLong(step: string): Error {
  return new Error(`${step} took longer than ${String(STORE_CALL_MS)} ms, or than what was left of the delivery's time`)
}

/** A store of the user's may answer anything. */
function toClaimResult(result: unknown): ClaimResult {
  const { status, retryAfterMs } = (result ?? {}) as { status?: unknown; retryAfterMs?: unknown }
  if (status === 'claimed' || status === 'done') return result as ClaimResult
  if (status === 'in-flight') return { status, retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : 1000 }
  throw new DeliveryError(
    'STORE_CONTRACT',
    "The store's claim must answer { status: 'claimed' }, { status: 'done' } or { status: 'in-flight', retryAfterMs }.",
  )
}
