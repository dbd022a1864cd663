import { AgingMap } from './aging-map.js'

/**
 * The finished keys of the memory store, each until its time is over. A map that grows is rebuilt whole, which at a million keys stops
 * the process for some 50 ms: many keys are spread over maps of moderate size, which are rebuilt one at a time.
 */
export class DoneKeys {
  /**
   * Key → its expiry, in whole seconds since `#epoch`: a small integer (`| 0`) costs a map no memory of its own. The first finished comes first,
   * which is the first to expire as long as the retention stays the same.
   */
  readonly #maps: readonly AgingMap<number>[]
  readonly #epoch = performance.now()
  #size = 0
  /** Which map is cleaned next. */
  #turn = 0

  constructor(maxKeys: number) {
    const length = Math.min(MOST_MAPS, Math.ceil(maxKeys / KEYS_OF_A_MAP))
    this.#maps = Array.from({ length }, () => new AgingMap<number>())
  }

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
    map.set(key, Math.ceil(this.#seconds + retainMs / 1000) | 0)
    this.#size += map.size - before
  }

  /** Drops what has expired of two old keys; called for each new key, it outruns them. */
  dropExpired(): void {
    const now = this.#seconds
    const isExpired = (expiry: number) => expiry <= now
    this.#dropNext(isExpired)
    this.#dropNext(isExpired)
  }

  /** Drops one of the oldest keys, if there is any, to make room for this one: where keys come fastest they go fastest. */
  dropOldestFor(key: string): void {
    const always = () => true
    if (this.#drop(this.#mapOf(key), always)) return
    for (let tries = 0; tries < this.#maps.length; tries++) if (this.#dropNext(always)) return
  }

  #dropNext(isOver: (expiry: number) => boolean): boolean {
    this.#turn = (this.#turn + 1) % this.#maps.length
    return this.#drop(this.#maps[this.#turn] as AgingMap<number>, isOver)
  }

  #drop(map: AgingMap<number>, isOver: (expiry: number) => boolean): boolean {
    const dropped = map.dropOldest(isOver)
    if (dropped) this.#size--
    return dropped
  }

  #mapOf(key: string): AgingMap<number> {
    return this.#maps[Math.floor(share(key) * this.#maps.length)] as AgingMap<number>
  }

  get #seconds(): number {
    return (performance.now() - this.#epoch) / 1000
  }
}

const MOST_MAPS = 256
const KEYS_OF_A_MAP = 16_384

/**
 * Where among the maps, from 0 to 1. The last map gets twice as many keys as the first: maps double their room, so maps that are all alike
 * would do so all at once, and be half empty after it.
 */
function share(key: string): number {
  return Math.log2(1 + hash(key) / 65_536)
}

/** Of the last characters, for keys differ at their end: from 0 to 65,535. */
function hash(key: string): number {
  let hash = 0
  for (let index = Math.max(0, key.length - 8); index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  }
  return hash >>> 16
}
