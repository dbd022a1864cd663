import type { ClaimResult, IdempotencyStore } from '../../stores/store.js'
import { demand, demandNumber } from './demand.js'

/** A lease that no case lives long enough to see lapse. */
export const LONG_MS = 45_000
export const DAY_MS = 86_400_000

/** The key of a case that needs no more than one. */
export const KEY = 'key'

/** Clocks and durations are rounded to whole milliseconds on the way, each by less than one. */
const ROUNDING_MS = 1

/** The key must be lent to this token. */
export async function demandClaimed(
  store: IdempotencyStore,
  token: string,
  leaseMs: number,
  contract: string,
  key = KEY,
): Promise<void> {
  demand(await store.claim(key, token, leaseMs), { status: 'claimed' }, `claim: ${contract}`)
}

/** Another attempt's claim must find the key done. */
export async function demandDone(store: IdempotencyStore, contract: string, key = KEY): Promise<void> {
  demand(await store.claim(key, 'another attempt', LONG_MS), { status: 'done' }, `claim: ${contract}`)
}

/**
 * Another attempt's claim must find the key held.
 *
 * @param leaseMs the lease that its holder has asked for
 * @param elapsedMs asked after the claim: how much of the lease may be over by then
 */
export async function demandHeld(
  store: IdempotencyStore,
  leaseMs: number,
  contract: string,
  elapsedMs = () => Infinity,
): Promise<void> {
  demandInFlight(await store.claim(KEY, 'another attempt', LONG_MS), leaseMs, contract, elapsedMs)
}

export function demandInFlight(
  result: ClaimResult,
  leaseMs: number,
  contract: string,
  elapsedMs = () => Infinity,
): void {
  demand(statusOf(result), 'in-flight', `claim: ${contract}`)
  const { retryAfterMs } = result as { readonly retryAfterMs?: unknown }
  const leastMs = leaseMs - elapsedMs() - ROUNDING_MS
  demandNumber(retryAfterMs, Math.max(0, leastMs), leaseMs, `claim: retryAfterMs must be ${WHAT_IS_LEFT}`)
}

/** A store under test may answer anything. */
export function statusOf(result: ClaimResult | undefined): ClaimResult['status'] | undefined {
  return result?.status
}

const WHAT_IS_LEFT = "what is left of the holder's lease, in milliseconds: finite, above 0, not above the lease."
