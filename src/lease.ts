import { randomBytes } from 'node:crypto'
import { DeliveryError } from './errors.js'
import type { ClaimResult, IdempotencyStore } from './stores/store.js'
import { sleep, TIMED_OUT, within, type Budget } from './time.js'

/** How a claim ended. */
export type ClaimVerdict = ClaimResult | { readonly status: 'unavailable'; readonly error: DeliveryError }

/**
 * One attempt's hold on a key: one fresh token, and every store call that is made with it. Calls never overlap, but for the second
 * try of a claim whose first was given up; a call that was given up may still act, and is cleaned up after.
 *
 *     claim ─► renew every third of the lease ─► stop ─► complete, until it is stored
 *                                                   └──► release
 */
export class Lease {
  readonly #token = freshToken()
  /** Claims under way; a late one must be over before the key is completed or given back. */
  readonly #claiming = new Set<Promise<ClaimResult>>()
  #renewal: NodeJS.Timeout | undefined
  #renewing: Promise<unknown> = Promise.resolve()
  #ended = false

  constructor(
    readonly store: IdempotencyStore,
    readonly key: string,
    readonly leaseMs: number,
  ) {}

  /** Claims the key; while another attempt holds it, asks again with growing pauses until `budget` is spent or `isOver`. */
  async claim(budget: Budget, isOver: () => boolean): Promise<ClaimVerdict> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const result = await this.#claimOnce(budget)
      if (result.status !== 'in-flight') return result
      const waitMs = Math.min(pauseMs, Math.max(10, result.retryAfterMs))
      if (isOver() || waitMs >= budget.leftMs) return result
      await sleep(waitMs)
    }
  }

  /** Renews until `stop`. Calls `onLost` when the store says that another attempt has the key. */
  keep(onLost: () => void): void {
    if (this.store.renew === undefined) return
    this.#renewal = setTimeout(() => {
      this.#renewing = this.#renew(onLost)
    }, this.leaseMs / 3)
    this.#renewal.unref()
  }

  /** No renewal is under way after this. */
  async stop(): Promise<void> {
    this.#ended = true
    clearTimeout(this.#renewal)
    await this.#renewing
  }

  /** One try to remember the key as done. False: another attempt took it. Rejects when the store failed or took too long. */
  async complete(retainMs: number): Promise<boolean> {
    await this.#claimsSettled()
    return this.#call('complete', () => this.store.complete(this.key, this.#token, retainMs))
  }

  /** Gives the key back. Rejects when the store failed or took too long: then the lease lapses by itself. */
  async release(): Promise<void> {
    await this.#claimsSettled()
    await this.#call('release', () => this.store.release(this.key, this.#token))
  }

  /** Twice with the same token: should the first have worked without our hearing of it, the second is `claimed` as well. */
  async #claimOnce(budget: Budget): Promise<ClaimVerdict> {
    const claims: Promise<ClaimResult>[] = []
    let error: unknown
    while (claims.length < 2 && (claims.length === 0 || budget.leftMs > 0)) {
      claims.push(this.#startClaim())
      try {
        const result = await within(Promise.any(claims), Math.min(STORE_CALL_MS, budget.leftMs))
        if (result !== TIMED_OUT) return toClaimResult(result)
        error = tooLong('claim')
      } catch (failure) {
        error = failure instanceof AggregateError ? failure.errors.at(-1) : failure
      }
    }
    this.#giveUpClaims(claims)
    return { status: 'unavailable', error: toStoreError('claim', error) }
  }

  #startClaim(): Promise<ClaimResult> {
    const claim = start(() => this.store.claim(this.key, this.#token, this.leaseMs))
    this.#claiming.add(claim)
    const settled = () => this.#claiming.delete(claim)
    claim.then(settled, settled)
    return claim
  }

  /** A claim that was given up can still win the key, for nobody. Once all have settled, the key is given back. */
  #giveUpClaims(claims: readonly Promise<ClaimResult>[]): void {
    void Promise.allSettled(claims)
      .then(() => this.store.release(this.key, this.#token))
      .catch(() => undefined)
  }

  async #claimsSettled(): Promise<void> {
    if (this.#claiming.size > 0) await within(Promise.allSettled(this.#claiming), STORE_CALL_MS)
  }

  async #renew(onLost: () => void): Promise<void> {
    const renewed = await this.#call('renew', () => this.store.renew?.(this.key, this.#token, this.leaseMs)).catch(
      // The store is away: the lease may still be ours when it is back, so this is no loss yet.
      () => true,
    )
    if (this.#ended) return
    if (renewed === false) onLost()
    else this.keep(onLost)
  }

  async #call<T>(name: string, call: () => Promise<T> | T): Promise<T> {
    const result = await within(start(call), STORE_CALL_MS)
    if (result === TIMED_OUT) throw tooLong(name)
    return result
  }
}

/** Unique across processes by its first part, within this one by its second. */
function freshToken(): string {
  return `${PROCESS_TOKEN}.${(tokens++).toString(36)}`
}

const PROCESS_TOKEN = randomBytes(16).toString('base64url')
let tokens = 0

/** A store call gets 2 s, or what is left of the delivery's time. */
const STORE_CALL_MS = 2000

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000

/** Whether the store knows the key as done: best effort, so a store that fails or dawdles knows nothing. */
export async function isDone(store: IdempotencyStore, key: string): Promise<boolean> {
  if (store.isDone === undefined) return false
  try {
    return (
      (await within(
        start(() => store.isDone?.(key)),
        STORE_CALL_MS,
      )) === true
    )
  } catch {
    return false
  }
}

function toStoreError(step: string, cause: unknown): DeliveryError {
  if (cause instanceof DeliveryError) return cause
  return new DeliveryError('STORE_FAILED', `The store's ${step} failed.`, { cause })
}

function tooLong(step: string): Error {
  return new Error(`${step} took longer than ${String(STORE_CALL_MS)} ms, or than what was left of the delivery's time`)
}

/** A store of the user's may throw instead of rejecting, or answer without a promise. */
function start<T>(call: () => Promise<T> | T): Promise<T> {
  return new Promise((resolve) => resolve(call()))
}

function toClaimResult(result: unknown): ClaimResult {
  const { status, retryAfterMs } = (result ?? {}) as { status?: unknown; retryAfterMs?: unknown }
  if (status === 'claimed' || status === 'done') return { status }
  if (status === 'in-flight') return { status, retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : 1000 }
  throw new DeliveryError(
    'STORE_CONTRACT',
    "The store's claim must answer { status: 'claimed' }, { status: 'done' } or { status: 'in-flight', retryAfterMs }.",
  )
}
