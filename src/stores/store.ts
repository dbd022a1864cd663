import type { Awaitable } from '../time/time.js'

/**
 * The contract of an idempotency store: all that a store of your own needs. Two times matter, and the store's own clock decides
 * both; only durations cross.
 *
 *     claim ──────── renew ──────── renew ────── complete ───────────────────────────── forgotten
 *       │◄─ lease ─►│                               │◄─────────── retention ──────────►│
 *       others wait: `in-flight`                     others are repeats: `done`         the next claim wins
 *
 * A claim whose lease lapsed (its holder died) can be taken by the next `claim`. The token is fresh for every attempt and
 * fences: what an attempt does after it lost its key changes nothing. A completed key has no holder, not even the attempt that
 * completed it: until its retention is over nothing but time frees it.
 *
 *     the key is    free       held by this token,      held by another,     completed
 *                              its lease lapsed or not  its lease running
 *     claim         claimed    claimed                  in-flight            done
 *     complete      true       true                     false                false for another token
 *     release       false      true                     false                false, and it stays done
 *     renew         false      true                     false                false, and it stays done
 *     isDone        false      false                    false                true
 *
 * Keys are compared byte by byte: two that differ in upper and lower case, or in a space at the end, are two keys. Those of this
 * library are printable ASCII, `:` among it, and 300 characters long at most.
 *
 * Every method may reject; the delivery is then answered 503 and retried by the provider. One that knows the answer at once may
 * return it without a promise.
 */
export interface IdempotencyStore {
  /**
   * Lends the key to this attempt, atomically: of many at once exactly one is `claimed`. A key that this token already holds is
   * `claimed` again, so that a client library's silent retry does not lock us out of our own claim.
   */
  claim(key: string, token: string, leaseMs: number): Awaitable<ClaimResult>
  /**
   * Remembers the key as done for `retainMs`. True also when the lease lapsed and nobody took the key; false, and nothing changes,
   * when another attempt has it or has completed it. Where an answer can be lost on its way, a second call with the same token is true
   * again.
   */
  complete(key: string, token: string, retainMs: number): Awaitable<boolean>
  /**
   * Gives the key back, so that it can be claimed at once. Only the holder can: else false, and nothing changes. A completed key has
   * no holder: released, it would be handled again.
   */
  release(key: string, token: string): Awaitable<boolean>
  /**
   * Extends a claim that still carries the token to `leaseMs` from now, also one whose lease lapsed; else false, and nothing changes. A
   * completed key has no holder: renewed, it would be held again. Without this method, runs are limited to one lease.
   */
  renew?(key: string, token: string, leaseMs: number): Awaitable<boolean>
  /** Whether the key is done. Reads, never claims. Without it, no stage is recognised as stale. */
  isDone?(key: string): Awaitable<boolean>
}

/** What can be asked of a store. */
export type StoreOperation = keyof IdempotencyStore

/** A store with all methods that never answers without a promise, as one behind a network does not. */
export type AsyncStore = {
  [Method in keyof IdempotencyStore]-?: (
    ...args: Parameters<NonNullable<IdempotencyStore[Method]>>
  ) => Promise<Awaited<ReturnType<NonNullable<IdempotencyStore[Method]>>>>
}

export type ClaimResult =
  | { readonly status: 'claimed' }
  | { readonly status: 'done' }
  /** `retryAfterMs`: what is left of the holder's lease, in ms: above 0, and not more than the lease that the holder asked for. */
  | { readonly status: 'in-flight'; readonly retryAfterMs: number }
