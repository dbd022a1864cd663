import type { StoreOrder } from '../open-store.js'
import { mapKeys } from './map-keys.js'

/** Which events are handled, or being handled. */
export interface Keys {
  readonly claim: (key: string) => Claim | Promise<Claim>
  readonly complete: (key: string) => unknown
  readonly release: (key: string) => unknown
}

export type Claim = 'claimed' | 'in-flight' | 'done'

/** How long a claim holds, and how long a handled event is remembered: the defaults of the library. */
export const LEASE_MS = 15_000
export const RETENTION_MS = 7 * 24 * 60 * 60 * 1000

/** Each process loads only what it needs. */
export async function openKeys(order: StoreOrder): Promise<Keys> {
  switch (order.kind) {
    case 'memory':
      return mapKeys()
    case 'sqlite':
      return (await import('./sqlite-keys.js')).sqliteKeys(order.directory)
    case 'redis':
    case 'ioredis':
      return (await import('./redis-keys.js')).redisKeys(order.url)
    case 'postgres':
      return (await import('./postgres-keys.js')).postgresKeys(order.url)
  }
}
