import { AgingMap } from './aging-map.js'

/**
 * The finished keys of the memory store, each until its time is over. A map that grows is rebuilt whole, which at a million keys stops
 * the process for some 50 ms: these keys are spread over many small maps, which are rebuilt one at a time.
 */
export class DoneKeys {
  /**
   * Key → its expiry, in whole seconds since `#epoch`: a small integer costs a map no memory of its own. The first finished comes first,
   * which is the first to expire as long as the retention stays the same.
   */
  readonly #maps = Array.from({ length: MAPS }, () => new AgingMap<number>())
  readonly #epoch = performance.now()
  #size = 0
  /** Which map is cleaned next. */
  #turn = 0

  get size(): number {
    return this.#size
  }

  has(key: string): boolean {
    const expiry = this.#mapOf(key).get(key)
    return expiry !== undefined && expiry > this.#seconds
  }

  add(key: string, retainMs: number): void {
    const map = this.#mapOf(key)
    const before = map.size
    map.set(key, Math.ceil(this.#seconds + retainMs / 1000))
    this.#size += map.size - before
  }

  /** Drops what has expired of the oldest keys of two maps; called for each new key, it outruns them. */
  dropExpired(): void {
    const now = this.#seconds
    const isExpired = (expiry: number) => expiry <= now
    this.#dropNext(isExpired)
    this.#dropNext(isExpired)
  }

  /** Drops one of the oldest keys, if there is any. */
  dropOldest(): void {
    for (let tries = 0; tries < MAPS; tries++) if (this.#dropNext(() => true)) return
  }

  #dropNext(isOver: (expiry: number) => boolean): boolean {
    const map = this.#maps[this.#turn++ % MAPS]
    const dropped = map?.dropOldest(isOver) === true
    if (dropped) this.#size--
    return dropped
  }

  #mapOf(key: string): AgingMap<number> {
    return this.#maps[shard(key)] as AgingMap<number>
  }

  get #seconds(): number {
    return (performance.now() - this.#epoch) / 1000
  }
}

const MAPS = 64

/** By the last characters: keys differ at their end. */
function shard(key: string): number {
  let hash = 0
  for (let index = Math.max(0, key.length - 8); index < key.length; index++)
    hash = (hash * 31 + key.charCodeAt(index)) | 0
  return hash & (MAPS - 1)
}
