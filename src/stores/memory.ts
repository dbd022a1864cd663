import cluster from 'node:cluster'
import { ConfigurationError } from '../errors.js'
import { AgingMap } from './aging-map.js'
import { DoneKeys } from './done-keys.js'
import type { IdempotencyStore } from './store.js'

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
 * @throws ConfigurationError `OPTION_OUT_OF_RANGE` when `maxKeys` is not a whole number above 0; `STORE_NOT_SHARED` in a worker of
 * node:cluster (PM2's cluster mode too), whose siblings would not know what it has handled.
 */
export function memoryStore(options: MemoryStoreOptions = {}): IdempotencyStore {
  const { maxKeys = 100_000, perProcess = false } = options
  if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
    throw new ConfigurationError('OPTION_OUT_OF_RANGE', 'memoryStore: maxKeys must be a whole number above 0.')
  }

  if (cluster.isWorker && !perProcess) {
    throw new ConfigurationError(
      'STORE_NOT_SHARED',
      'This process is a cluster worker, and the memory store is not shared with its siblings: a repeat that reaches another worker ' +
        'would be handled again. Use sqliteStore (one machine), redisStore or postgresStore, or accept it: memoryStore({ perProcess: true }).',
    )
  }

  /** Claims, the longest without renewal first. */
  const held = new AgingMap<Claim>()
  const done = new DoneKeys(maxKeys)

  /** Each new key looks at a few old ones at most, so that cleaning never takes longer than adding. */
  const makeRoom = (key: string): void => {
    done.dropExpired()
    if (held.size + done.size >= maxKeys) done.dropOldestFor(key)
    // Long lapsed and never taken: its attempt gave up. A `complete` that still comes finds the key free, and succeeds.
    held.dropOldest((claim) => claim.until + LAPSED_MS < performance.now())
    if (held.size + done.size >= maxKeys) throw new Error(`The memory store is full: ${String(maxKeys)} keys are held.`)
  }

  const store: Required<IdempotencyStore> = {
    claim(key, token, leaseMs) {
      if (done.has(key)) return { status: 'done' }
      const claim = held.get(key)
      if (claim === undefined) {
        makeRoom(key)
      } else if (claim.token !== token) {
        const left = claim.until - performance.now()
        if (left > 0) return { status: 'in-flight', retryAfterMs: left }
      }
      held.set(key, toClaim(token, leaseMs))
      return { status: 'claimed' }
    },

    complete(key, token, retainMs) {
      const claim = held.get(key)
      if (done.has(key) || (claim !== undefined && claim.token !== token)) return false
      held.delete(key)
      done.add(key, retainMs)
      return true
    },

    release: (key, token) => held.get(key)?.token === token && held.delete(key),

    renew(key, token, leaseMs) {
      if (held.get(key)?.token !== token) return false
      held.set(key, toClaim(token, leaseMs))
      return true
    },

    isDone: (key) => done.has(key),
  }
  return store
}

interface Claim {
  readonly token: string
  /** When the lease lapses, on the monotonic clock. */
  readonly until: number
}

/** How long a lapsed claim is kept for its own attempt. */
const LAPSED_MS = 60_000

function toClaim(token: string, leaseMs: number): Claim {
  return { token, until: performance.now() + leaseMs }
}
