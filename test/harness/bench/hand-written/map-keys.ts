import { LEASE_MS, RETENTION_MS, type Keys } from './keys.js'

interface Entry {
  isDone: boolean
  expiresAt: number
}

/** A Map with expiry: what has expired is found when it is asked for, the rest of it is swept once a minute. */
export function mapKeys(): Keys {
  const entries = new Map<string, Entry>()
  setInterval(() => {
    const now = Date.now()
    for (const [key, { expiresAt }] of entries) if (expiresAt <= now) entries.delete(key)
  }, 60_000).unref()
  return {
    claim(key) {
      const now = Date.now()
      const entry = entries.get(key)
      if (entry !== undefined && entry.expiresAt > now) return entry.isDone ? 'done' : 'in-flight'
      entries.set(key, { isDone: false, expiresAt: now + LEASE_MS })
      return 'claimed'
    },
    complete(key) {
      entries.set(key, { isDone: true, expiresAt: Date.now() + RETENTION_MS })
    },
    release(key) {
      entries.delete(key)
    },
  }
}
