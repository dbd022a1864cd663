import type { ClaimResult } from './store.js'

/**
 * For an attempt whose key another one holds: a whole number of milliseconds, from 1 to the lease. A clock that was set back since
 * the key was lent would make it longer than any lease.
 */
export function inFlight(leftMs: number, leaseMs: number): ClaimResult {
  return { status: 'in-flight', retryAfterMs: Math.max(1, Math.ceil(Math.min(leftMs, leaseMs))) }
}
