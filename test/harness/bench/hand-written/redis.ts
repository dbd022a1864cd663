import type { createClient } from 'redis'
import type { Claims } from './in-store.js'
import { LEASE_MS, RETENTION_MS } from './receiver.js'

/**
 * Keys by hand in Redis: `SET NX PX` claims, `SET PX` completes.
 *
 * Does: one command a step; a repeat takes a second one, that tells what is done from what is under way. Does not: more than `in-store.ts`.
 */
export function redisClaims(client: Pick<ReturnType<typeof createClient>, 'set' | 'get' | 'del'>): Claims {
  return {
    async claim(key) {
      const claimed = await client.set(PREFIX + key, 'claimed', {
        condition: 'NX',
        expiration: { type: 'PX', value: LEASE_MS },
      })
      if (claimed === 'OK') return 'claimed'
      return (await client.get(PREFIX + key)) === 'done' ? 'done' : 'in-flight'
    },
    complete: (key) => client.set(PREFIX + key, 'done', { expiration: { type: 'PX', value: RETENTION_MS } }),
    release: (key) => client.del(PREFIX + key),
  }
}

const PREFIX = 'events:'
