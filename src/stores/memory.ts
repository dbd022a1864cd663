import { ConfigurationError } from '../errors.js'
import type { ClaimResult, IdempotencyStore } from './store.js'

export interface MemoryStoreOptions {
  /** How many keys are held at most, finished and claimed together. 100,000 by default: some 11 MB. */
  readonly maxKeys?: number | undefined
}

/**
 * Keeps keys in this process: right for one process, and gone with it. What is finished expires by itself; when `maxKeys` are
 * reached, the oldest finished key is forgotten early, never one that is held. Is full only when every key is held: then
 * `claim` rejects.
 *
 * @throws ConfigurationError `OPTION_OUT_OF_RANGE` when `maxKeys` is not a whole number above 0.
 */
export function memoryStore(options: MemoryStoreOptions = {}): IdempotencyStore {
  const { maxKeys = 100_000 } = options
  if (!Number.isSafeInteger(maxKeys) || maxKeys < 1) {
    throw new ConfigurationError('OPTION_OUT_OF_RANGE', 'memoryStore: maxKeys must be a whole number above 0.')
  }

  /** Claims, in the order of their last claim or renewal. */
  const held = new Map<string, Claim>()
  /**
   * Finished keys → their expiry, in whole seconds since `epoch`: a small integer costs the map no extra memory.
   * In the order in which they were finished, which is the order of expiry as long as the retention stays the same.
   */
  const done = new Map<string, number>()
  const epoch = performance.now()

  const isDone = (key: string): boolean => {
    const expiry = done.get(key)
    if (expiry === undefined) return false
    if (expiry > secondsSince(epoch)) return true
    done.delete(key)
    return false
  }

  /** Each new key looks at two old ones at most, so that cleaning never takes longer than adding. */
  const makeRoom = (): void => {
    dropFirst(done, (expiry) => expiry <= secondsSince(epoch))
    dropFirst(done, (expiry) => held.size + done.size >= maxKeys || expiry <= secondsSince(epoch))
    // Long lapsed and never taken: its attempt gave up. A `complete` that still comes finds the key free, and succeeds.
    dropFirst(held, (claim) => claim.until + LAPSED_MS < performance.now())
    if (held.size + done.size >= maxKeys) throw new Error(`The memory store is full: ${String(maxKeys)} keys are held.`)
  }

  const store: Required<IdempotencyStore> = {
    claim: (key, token, leaseMs) =>
      settle((): ClaimResult => {
        if (isDone(key)) return { status: 'done' }
        const claim = held.get(key)
        const left = claim === undefined ? 0 : claim.until - performance.now()
        if (claim !== undefined && claim.token !== token && left > 0) return { status: 'in-flight', retryAfterMs: left }
        if (claim === undefined) makeRoom()
        hold(held, key, token, leaseMs)
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
        hold(held, key, token, leaseMs)
        return true
      }),

    isDone: (key) => settle(() => isDone(key)),
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

/** A store answers promises: what is thrown rejects. */
function settle<T>(step: () => T): Promise<T> {
  return new Promise((resolve) => resolve(step()))
}

function hold(held: Map<string, Claim>, key: string, token: string, leaseMs: number): void {
  held.delete(key)
  held.set(key, { token, until: performance.now() + leaseMs })
}

function dropFirst<V>(map: Map<string, V>, isOver: (value: V) => boolean): void {
  const first = map.entries().next()
  if (first.done !== true && isOver(first.value[1])) map.delete(first.value[0])
}

function secondsSince(epoch: number): number {
  return (performance.now() - epoch) / 1000
}
