import { randomBytes } from 'node:crypto'
import { DeliveryError } from '../errors/errors.js'
import type { Settings } from '../options/options.js'
import { LONGEST_LEASE_MS } from '../stores/in-flight.js'
import type { ClaimResult, IdempotencyStore } from '../stores/store.js'
import type { Timer, TimeoutHandler, TimerList } from '../time/timer-list.js'
import { isPromise, sleep, TIMED_OUT, within, type Awaitable, type Budget } from '../time/time.js'

type LeaseSettings = Pick<Settings, 'store' | 'leaseMs' | 'retentionMs'>

/** Works while the key is kept. */
export interface LeaseHolder {
  /** The store says that another attempt has the key. */
  onLeaseLost(): void
}

/** How a claim ended. */
export type LeaseClaim = ClaimResult | { readonly status: 'unavailable'; readonly error: DeliveryError }

/**
 * One attempt's hold on a key: one fresh token, and every store call that is made with it. Calls never overlap, but for the second
 * try of a claim whose first was given up; a call that was given up may still act, and is cleaned up after.
 *
 *     claim ─► renew every third of the lease ─► stop ─► complete, until it is stored (between tries the lease is renewed)
 *                                                   └──► release
 */
export class Lease implements TimeoutHandler {
  readonly #settings: LeaseSettings
  readonly #key: string
  readonly #renewals: TimerList
  readonly #holder: LeaseHolder
  readonly #token = freshToken()
  /** Claims under way; a late one must be over before the key is completed or given back. */
  #claims: ReadonlySet<Promise<ClaimResult>> = NONE
  /** When the claim or the renewal that the store has granted last was sent, on the monotonic clock: the lease began then or later. */
  #grantedAt = 0
  #timer: Timer | null = null
  #renewing: Promise<void> | null = null
  #isStopped = false

  /** @param renewals timers of a third of the lease */
  constructor(settings: LeaseSettings, key: string, renewals: TimerList, holder: LeaseHolder) {
    this.#settings = settings
    this.#key = key
    this.#renewals = renewals
    this.#holder = holder
  }

  /**
   * Claims the key; while another attempt holds it, asks again with growing pauses until `budget` is spent or `isOver`. Never
   * rejects.
   */
  claim(budget: Budget, isOver: () => boolean): Awaitable<LeaseClaim> {
    const claim = this.#claimOnce(budget)
    return !isPromise(claim) && claim.status === 'claimed' ? claim : this.#claimAgain(claim, budget, isOver)
  }

  async #claimAgain(first: Awaitable<LeaseClaim>, budget: Budget, isOver: () => boolean): Promise<LeaseClaim> {
    let claim = await first
    for (
      let pauseMs = FIRST_PAUSE_MS;
      claim.status === 'in-flight';
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
    ) {
      const waitMs = Math.min(pauseMs, Math.max(10, claim.retryAfterMs))
      if (isOver() || waitMs >= budget.leftMs) break
      await sleep(waitMs)
      claim = await this.#claimOnce(budget)
    }
    if (claim.status !== 'claimed') this.#releaseLateClaims()
    return claim
  }

  /**
   * Whether the lease may have lapsed since the claim was sent, because the process stood still: then another attempt may have
   * completed the event meanwhile, and the claim must be made again before work begins.
   */
  get hasLapsed(): boolean {
    return performance.now() - this.#grantedAt >= this.#settings.leaseMs
  }

  /** Renews until `stop`. The holder is told when the store says that another attempt has the key. */
  keep(now: number): void {
    if (this.#settings.store.renew !== undefined) this.#timer = this.#renewals.set(this, now)
  }

  onTimeout(): void {
    this.#renewing = this.#renew()
  }

  /** Ends the renewal. What it answers is there, or resolves, when none is under way. */
  stop(): Awaitable<void> {
    this.#isStopped = true
    this.#timer?.stop()
    return this.#renewing ?? undefined
  }

  /** One try to remember the key as done. False: another attempt took it. Throws or rejects when the store failed or took too long. */
  complete(): Awaitable<boolean> {
    return this.#claims.size > 0 ? this.#awaitLateClaims().then(() => this.#completeOnce()) : this.#completeOnce()
  }

  /** Gives the key back. Rejects when the store failed or took too long: then the lease lapses by itself. */
  async release(): Promise<boolean> {
    if (this.#claims.size > 0) await this.#awaitLateClaims()
    return inTime('release', () => this.#settings.store.release(this.#key, this.#token))
  }

  /** Keeps the lease through a pause between two tries to complete, in steps that are shorter than a third of it. */
  async pause(ms: number): Promise<void> {
    const thirdMs = this.#renewals.ms
    for (let leftMs = ms; leftMs > 0; leftMs -= thirdMs) {
      await sleep(Math.min(leftMs, thirdMs))
      const isDue = performance.now() - this.#grantedAt >= thirdMs
      if (isDue && this.#settings.store.renew !== undefined) await this.#tryRenewal()
    }
  }

  #claimOnce(budget: Budget): Awaitable<LeaseClaim> {
    const sentAt = performance.now()
    const claim = this.#sendClaim()
    const granted = (result: LeaseClaim) => {
      if (result.status === 'claimed') this.#grantedAt = sentAt
      return result
    }
    return isPromise(claim) ? this.#claimInTime(claim, budget).then(granted) : granted(claim)
  }

  #completeOnce(): Awaitable<boolean> {
    const { store, retentionMs } = this.#settings
    return inTime('complete', () => store.complete(this.#key, this.#token, retentionMs))
  }

  /** Twice with the same token: should the first have worked without our hearing of it, the second is `claimed` as well. */
  async #claimInTime(first: Promise<ClaimResult>, budget: Budget): Promise<LeaseClaim> {
    const claims = [first]
    for (;;) {
      const result = await firstOf(claims, Math.min(STORE_CALL_MS, budget.leftMs))
      if (result.status !== 'unavailable' || claims.length === 2 || budget.leftMs === 0) return result
      claims.push(Promise.resolve(this.#sendClaim()))
    }
  }

  #sendClaim(): Awaitable<ClaimResult> {
    try {
      const { store, leaseMs } = this.#settings
      const answer = store.claim(this.#key, this.#token, leaseMs)
      return isPromise(answer) ? this.#track(Promise.resolve(answer).then(toClaimResult)) : toClaimResult(answer)
    } catch (error) {
      return this.#track(rejection(error))
    }
  }

  #track(claim: Promise<ClaimResult>): Promise<ClaimResult> {
    if (this.#claims === NONE) this.#claims = new Set()
    const claims = this.#claims as Set<Promise<ClaimResult>>
    claims.add(claim)
    const settled = () => claims.delete(claim)
    claim.then(settled, settled)
    return claim
  }

  /**
   * A claim that was given up can still win the key, for nobody: also after another try was told that the key is held. Once all have
   * settled, the key is given back.
   */
  #releaseLateClaims(): void {
    if (this.#claims.size === 0) return
    void Promise.allSettled(this.#claims)
      .then(() => this.#settings.store.release(this.#key, this.#token))
      .catch(() => undefined)
  }

  #awaitLateClaims(): Promise<unknown> {
    return within(Promise.allSettled(this.#claims), STORE_CALL_MS)
  }

  async #renew(): Promise<void> {
    const isRenewed = await this.#tryRenewal()
    if (this.#isStopped) return
    if (isRenewed) this.keep(performance.now())
    else this.#holder.onLeaseLost()
  }

  /** False: the store says that another attempt has the key. */
  async #tryRenewal(): Promise<boolean> {
    const { store, leaseMs } = this.#settings
    const sentAt = performance.now()
    try {
      if ((await inTime('renew', () => store.renew?.(this.#key, this.#token, leaseMs))) === false) return false
      this.#grantedAt = sentAt
      return true
    } catch {
      return true // the store is away: the lease may still be ours when it is back, so this is no loss yet
    }
  }
}

/** Shared: most stores in memory answer at once, and a set for each lease would cost them more than all else here. */
const NONE: ReadonlySet<Promise<ClaimResult>> = new Set()

/** Unique across processes by its first part, within this one by its second. */
function freshToken(): string {
  // Made at first use, not at import: processes that start from one snapshot of memory would share it.
  processToken ??= randomBytes(16).toString('base64url')
  return `${processToken}.${String(tokens++)}`
}

let processToken: string | undefined
let tokens = 0

/** What a store call may take; a claim no longer than the delivery's time lasts. */
const STORE_CALL_MS = 2000

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000

/** Whether the store knows the key as done. Best effort: a store that fails or is slow knows nothing. Never rejects. */
export async function isDone(store: IdempotencyStore, key: string): Promise<boolean> {
  try {
    return (await inTime('isDone', () => store.isDone?.(key))) === true
  } catch {
    return false
  }
}

function rejection(error: unknown): Promise<never> {
  return Promise.resolve().then(() => {
    throw error
  })
}

/** One call of the store's, which may answer at once. Throws or rejects when it fails or takes longer than a store call may. */
function inTime<T>(operation: string, call: () => Awaitable<T>): Awaitable<T> {
  const answer = call()
  if (!isPromise(answer)) return answer
  return within(Promise.resolve(answer), STORE_CALL_MS).then((result) => {
    if (result === TIMED_OUT) throw tooSlow(operation, STORE_CALL_MS)
    return result
  })
}

/** The first claim that works, or why none did. */
async function firstOf(claims: readonly Promise<ClaimResult>[], ms: number): Promise<LeaseClaim> {
  try {
    const result = await within(Promise.any(claims), ms)
    return result === TIMED_OUT ? unavailable(tooSlow('claim', ms)) : result
  } catch (failure) {
    return unavailable((failure as AggregateError).errors.at(-1))
  }
}

function unavailable(cause: unknown): LeaseClaim {
  if (cause instanceof DeliveryError) return { status: 'unavailable', error: cause }
  return { status: 'unavailable', error: new DeliveryError('STORE_FAILED', "The store's claim failed.", { cause }) }
}

function tooSlow(operation: string, ms: number): Error {
  return new Error(`${operation} took longer than ${String(Math.round(ms))} ms`)
}

/** A user's store may answer anything. */
function toClaimResult(answer: unknown): ClaimResult {
  const { status, retryAfterMs } = (answer ?? {}) as { status?: unknown; retryAfterMs?: unknown }
  if (status === 'claimed' || status === 'done') return answer as ClaimResult
  if (status === 'in-flight') return { status, retryAfterMs: toWait(retryAfterMs) }
  throw new DeliveryError(
    'STORE_CONTRACT',
    "The store's claim must answer { status: 'claimed' }, { status: 'done' } or { status: 'in-flight', retryAfterMs }.",
  )
}

/** What is no time from 0 ms to the longest lease would be asked again without a pause, or never. */
function toWait(retryAfterMs: unknown): number {
  const isTime = typeof retryAfterMs === 'number' && retryAfterMs >= 0
  return isTime ? Math.min(retryAfterMs, LONGEST_LEASE_MS) : 1000
}
