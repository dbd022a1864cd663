import cluster from 'node:cluster'
import * as z from 'zod/mini'
import { ConfigurationError } from '../../errors/errors.js'
import { option, optionsReader, wholeFrom, type Option } from '../../errors/read-options.js'
import { hashKey } from '../../events/key-map.js'
import { inFlight } from '../in-flight.js'
import { MemoryKeys, type Claim, type KeyState } from './memory-keys.js'
import type { ClaimResult, IdempotencyStore } from '../store.js'

export interface MemoryStoreOptions {
  /** How many keys are held at most, finished and claimed together. 100,000 by default: some 11 MB. */
  readonly maxKeys?: number | undefined
  /** `true`: use it in a cluster worker all the same, where a repeat that reaches another worker is handled again. */
  readonly perProcess?: boolean | undefined
}

/**
 * Keeps keys in this process: right for one process, and gone with it. What is finished expires by itself; when `maxKeys` are
 * reached, the oldest finished keys are forgotten early, never one that is held. Is full only when every key is held: then
 * `claim` throws.
 *
 * @throws ConfigurationError `OPTION_OUT_OF_RANGE` when `maxKeys` is not a whole number above 0, `OPTION_INVALID`, `OPTION_UNKNOWN`;
 * `STORE_NOT_SHARED` in a worker of node:cluster (PM2's cluster mode too), whose siblings would not know what it has handled.
 */
export function memoryStore(options: MemoryStoreOptions = {}): IdempotencyStore {
  const { maxKeys, perProcess } = readOptions(options)
  if (cluster.isWorker && !perProcess) {
    throw new ConfigurationError(
      'STORE_NOT_SHARED',
      'This process is a cluster worker, and the memory store is not shared with its siblings: a repeat that reaches another worker ' +
        'would be handled again. Use sqliteStore (one machine), redisStore or postgresStore, or accept it: memoryStore({ perProcess: true }).',
    )
  }

  const keys = new MemoryKeys(maxKeys)

  const store: Required<IdempotencyStore> = {
    claim(key, token, leaseMs) {
      const now = performance.now()
      const hash = hashKey(key)
      const state = keys.get(key, hash, now)
      if (typeof state === 'number') return DONE
      if (state !== undefined && state.token !== token && state.until > now) {
        return inFlight(state.until - now)
      }
      if (keys.setClaimed(key, hash, state, { token, until: now + leaseMs }, now)) return CLAIMED
      throw new Error(`The memory store is full: ${String(maxKeys)} keys are held.`)
    },

    complete(key, token, retainMs) {
      const now = performance.now()
      const hash = hashKey(key)
      const state = keys.get(key, hash, now)
      if (state !== undefined && !isHeldBy(token, state)) return false
      keys.setDone(key, hash, state, retainMs, now)
      return true
    },

    release(key, token) {
      const hash = hashKey(key)
      const state = keys.get(key, hash, performance.now())
      if (!isHeldBy(token, state)) return false
      keys.remove(key, hash, state)
      return true
    },

    renew(key, token, leaseMs) {
      const now = performance.now()
      const hash = hashKey(key)
      const state = keys.get(key, hash, now)
      return isHeldBy(token, state) && keys.setClaimed(key, hash, state, { token, until: now + leaseMs }, now)
    },

    isDone: (key) => typeof keys.get(key, hashKey(key), performance.now()) === 'number',
  }
  MEMORY_STORES.add(store)
  return store
}

export function isMemoryStore(store: IdempotencyStore): boolean {
  return MEMORY_STORES.has(store)
}

const MEMORY_STORES = new WeakSet<IdempotencyStore>()

const readOptions = optionsReader(
  { call: 'memoryStore(options)' },
  () =>
    ({
      maxKeys: option(
        z._default(wholeFrom(1), 100_000),
        'OPTION_OUT_OF_RANGE',
        'memoryStore: maxKeys must be a whole number above 0.',
      ),
      perProcess: option(
        z._default(z.boolean(), false),
        'OPTION_INVALID',
        'memoryStore: perProcess must be true or false.',
      ),
    }) satisfies Record<keyof MemoryStoreOptions, Option>,
)

const DONE: ClaimResult = Object.freeze({ status: 'done' })
const CLAIMED: ClaimResult = Object.freeze({ status: 'claimed' })

function isHeldBy(token: string, state: KeyState | undefined): state is Claim {
  return typeof state === 'object' && state.token === token
}
