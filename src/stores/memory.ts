import cluster from 'node:cluster'
import { ConfigurationError } from '../errors.js'
import type { ClaimResult, IdempotencyStore } from './store.js'

export interface MemoryStoreOptions {
  /** How many keys are held at most, finished and claimed together. 100,000 by default: some 11 MB. */
  readonly maxKeys?: number | undefined
  /** `true`: use it in a cluster worker all the same, where a repeat that reaches another worker is handled again. */
  readonly perProcess?: boolean | undefined
}

/**
 * Keeps keys in this process: right for one process, and gone with it. What is finished expires by itself; when `maxKeys` are
 * reached, the oldest finished key is forgotten early, never one that is held. Is full only when every key is held: then
 * `claim` rejects.
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
  /**
   * Finished keys → their expiry, in whole seconds since `epoch`: a small integer costs the map no extra memory. The first finished
   * comes first, which is the first to expire as long as the retention stays the same.
   */
  const done = new AgingMap<number>()
  const epoch = performance.now()

  const isDone = (key: string): boolean => (done.get(key) ?? -1) > secondsSince(epoch)

  /** Each new key looks at three old ones at most, so that cleaning never takes longer than adding. */
  const makeRoom = (): void => {
    const isExpired = (expiry: number) => expiry <= secondsSince(epoch)
    const isFull = () => held.size + done.size >= maxKeys
    done.dropOldest(isExpired)
    done.dropOldest((expiry) => isFull() || isExpired(expiry))
    // Long lapsed and never taken: its attempt gave up. A `complete` that still comes finds the key free, and succeeds.
    held.dropOldest((claim) => claim.until + LAPSED_MS < performance.now())
    if (isFull()) throw new Error(`The memory store is full: ${String(maxKeys)} keys are held.`)
  }

  const store: Required<IdempotencyStore> = {
    claim: (key, token, leaseMs) =>
      settle((): ClaimResult => {
        if (isDone(key)) return { status: 'done' }
        const claim = held.get(key)
        const left = claim === undefined ? 0 : claim.until - performance.now()
        if (claim !== undefined && claim.token !== token && left > 0) return { status: 'in-flight', retryAfterMs: left }
        if (claim === undefined) makeRoom()
        held.set(key, toClaim(token, leaseMs))
        return { status: 'claimed' }
      }),

    complete: (key, token, retainMs) =>
      settle(() => {
        const claim = held.get(key)
        if (isDone(key) || (claim !== undefined && claim.token !== token)) return false
        held.delete(key)
        done.set(key, Math.ceil(secondsSince(epoch) + retainMs / 1000))
        return true
      }),

    release: (key, token) => settle(() => held.get(key)?.token === token && held.delete(key)),

    renew: (key, token, leaseMs) =>
      settle(() => {
        if (held.get(key)?.token !== token) return false
        held.set(key, toClaim(token, leaseMs))
        return true
      }),

    isDone: (key) => settle(() => isDone(key)),
  }
  return store
}

/** A map that finds its oldest entry at constant cost, however many were deleted before it. */
class AgingMap<V> {
  readonly #entries = new Map<string, V>()
  /** Walks the entries as they grow older. A new one each time would walk over all that was deleted since the map was last rebuilt. */
  #walk = this.#entries.keys()
  #oldest: string | undefined

  get size(): number {
    return this.#entries.size
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)
  }

  /** The entry becomes the youngest. */
  set(key: string, value: V): void {
    this.delete(key)
    this.#entries.set(key, value)
  }

  delete(key: string): boolean {
    if (key === this.#oldest) this.#oldest = undefined
    return this.#entries.delete(key)
  }

  /** Drops the oldest entry if its time is over. */
  dropOldest(isOver: (value: V) => boolean): void {
    this.#oldest ??= this.#next()
    if (this.#oldest === undefined) return
    const value = this.#entries.get(this.#oldest)
    if (value !== undefined && isOver(value)) this.delete(this.#oldest)
  }

  #next(): string | undefined {
    const next = this.#walk.next()
    if (next.done !== true) return next.value
    // Whoever has come to the end starts anew: all that it passed is gone.
    this.#walk = this.#entries.keys()
    return this.#walk.next().value
  }
}

interface Claim {
  readonly token: string
  /** When the lease lapses, on the monotonic clock. */
  readonly until: number
}

/** How long a lapsed claim is kept for its own attempt. */
const LAPSED_MS = 60_000

/** A store answers promises: what is thrown rejects. */
function settle<T>(step: () => T): Promise<T> {
  return new Promise((resolve) => resolve(step()))
}

function toClaim(token: string, leaseMs: number): Claim {
  return { token, until: performance.now() + leaseMs }
}

function secondsSince(epoch: number): number {
  return (performance.now() - epoch) / 1000
}
