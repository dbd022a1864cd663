import type { ClaimResult } from './store.js'

/**
 * For an attempt whose key another one holds: a whole number of milliseconds, from 1 to the longest lease that there can be. A
 * clock that was set back since the key was lent would make it longer than that. (Not the asker's own lease: the holder's may be
 * another.)
 */
export function inFlight(leftMs: number): ClaimResult {
  return { status: 'in-flight', retryAfterMs: Math.max(1, Math.ceil(Math.min(leftMs, LONGEST_LEASE_MS))) }
}

/** Ends the option `leaseMs`: nothing may keep a key for longer after its process has died. */
export const LONGEST_LEASE_MS = 45_000
