import { connectRedis } from '../open-store.js'
import { LEASE_MS, RETENTION_MS, type Keys } from './keys.js'

/** `SET NX PX` to claim, `SET PX` to complete, `DEL` to release. No token: an attempt that lost its lease overwrites the next one's. */
export async function redisKeys(url: string): Promise<Keys> {
  const client = await connectRedis(url)
  return {
    async claim(key) {
      const claimed = await client.set(key, 'running', { condition: 'NX', expiration: { type: 'PX', value: LEASE_MS } })
      if (claimed !== null) return 'claimed'
      return (await client.get(key)) === 'done' ? 'done' : 'in-flight'
    },
    complete: (key) => client.set(key, 'done', { expiration: { type: 'PX', value: RETENTION_MS } }),
    release: (key) => client.del(key),
  }
}
