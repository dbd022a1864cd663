import { LEASE_MS, RETENTION_MS, type HandleEvent, type Listener } from './receiver.js'

/**
 * Handles events once, remembered in a `Map` with expiry.
 *
 * Does: claims before the listener, completes after it, gives the key back when it throws; a repeat of what is done is answered 200, one
 * of what is under way 409, so that the provider tries again; what has expired goes away within a minute. Does not: let a parallel repeat
 * wait for the end, renew a claim or notice that one was lost, limit the number of keys; the sweep looks at all of them at once.
 */
export function rememberInMemory(listener: Listener): HandleEvent {
  const entries = new Map<string, Entry>()
  setInterval(() => sweep(entries), SWEEP_MS).unref()

  return async (event) => {
    const now = Date.now()
    const known = entries.get(event.key)
    if (known !== undefined && known.until > now) return known.isDone ? 200 : 409
    const entry = { until: now + LEASE_MS, isDone: false }
    entries.set(event.key, entry)
    try {
      await listener(event)
    } catch (error) {
      entries.delete(event.key)
      console.error('A listener failed.', event.type, event.taskId, error)
      return 500
    }
    entry.until = Date.now() + RETENTION_MS
    entry.isDone = true
    return 200
  }
}

/** One object for each key, changed in place: a second `Map` for what is done would cost one more look into a large table. */
export interface Entry {
  until: number
  isDone: boolean
}

export const SWEEP_MS = 60_000

export function sweep(entries: Map<string, Entry>): void {
  const now = Date.now()
  for (const [key, { until }] of entries) if (until <= now) entries.delete(key)
}
