import { AgingMap } from './aging-map.js'

/** A key that is lent to an attempt. */
export interface Claim {
  readonly token: string
  /** When the lease lapses, on the monotonic clock. */
  readonly until: number
}

/**
 * What the memory store knows of a key: who holds it, or when it is forgotten, in whole seconds of `performance.now()`. A small
 * integer (`| 0`) costs a map no memory of its own.
 */
export type KeyState = Claim | number

/**
 * The keys of the memory store. A map that grows is rebuilt whole, which at a million keys stops the process for some 50 ms: many
 * keys are spread over maps of moderate size, which are rebuilt one at a time.
 */
export class MemoryKeys {
  readonly #maxKeys: number
  /** The first claimed come first, which are the first to expire as long as the retention stays the same. */
  readonly #maps: readonly AgingMap<KeyState>[]
  #size = 0
  /** How many of them are finished. */
  #finished = 0
  /** Which map was looked at last. */
  #mapIndex = 0
  /** No key expires before, in seconds of `performance.now()`: until then there is no need to look. */
  #nothingExpiresBefore = Infinity
  /** The soonest expiry that was seen since a key was last removed or moved, and in how many maps in a row nothing was to be done. */
  #soonestExpiry = Infinity
  #idleMaps = 0

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys
    const length = Math.min(MAX_MAPS, Math.ceil(maxKeys / KEYS_PER_MAP))
    this.#maps = Array.from({ length }, () => new AgingMap<KeyState>())
  }

  /** The map that the key is in, if it is there. */
  mapOf(key: string): AgingMap<KeyState> {
    return this.#maps[Math.floor(toPosition(key) * this.#maps.length)] as AgingMap<KeyState>
  }

  /** What is known of the key, unless its time is over. */
  get(map: AgingMap<KeyState>, key: string, now: number): KeyState | undefined {
    const state = map.get(key)
    if (typeof state !== 'number' || !isOver(state, now)) return state
    // Kept, it would be the oldest although it is claimed anew.
    this.remove(map, key, state)
    return undefined
  }

  /** Lends the key. A new one makes room for itself; false when there is none, because every key is held. */
  setClaimed(map: AgingMap<KeyState>, key: string, before: KeyState | undefined, claim: Claim, now: number): boolean {
    if (before === undefined) {
      this.#sweep(now)
      if (this.#size >= this.#maxKeys && !this.#makeRoom(map, now)) return false
      this.#size++
    }
    map.set(key, claim)
    return true
  }

  setDone(map: AgingMap<KeyState>, key: string, before: KeyState | undefined, retainMs: number, now: number): void {
    const expiry = Math.ceil((now + retainMs) / 1000) | 0
    if (before === undefined) this.#size++
    this.#finished++
    map.set(key, expiry)
    if (expiry < this.#nothingExpiresBefore) this.#nothingExpiresBefore = expiry
    if (expiry < this.#soonestExpiry) this.#soonestExpiry = expiry
  }

  remove(map: AgingMap<KeyState>, key: string, state: KeyState): void {
    map.delete(key)
    this.#size--
    if (typeof state === 'number') this.#finished--
  }

  /** Looks at two old keys for each new one: it outruns them, and never takes longer than adding. */
  #sweep(now: number): void {
    if (this.#nothingExpiresBefore * 1000 > now) return
    this.#sweepNextMap(now)
    this.#sweepNextMap(now)
  }

  #sweepNextMap(now: number): void {
    if (this.#sweepOldest(this.#nextMap(), now)) {
      this.#soonestExpiry = Infinity
      this.#idleMaps = 0
    } else if (++this.#idleMaps >= this.#maps.length) {
      // All maps were looked at, and there was nothing to do.
      this.#nothingExpiresBefore = this.#soonestExpiry
      this.#soonestExpiry = Infinity
      this.#idleMaps = 0
    }
  }

  /** Drops the oldest key of the map if its time is over, or moves it out of the way if it is held. False when neither was to be done. */
  #sweepOldest(map: AgingMap<KeyState>, now: number): boolean {
    const key = map.oldest
    const state = key === undefined ? undefined : map.get(key)
    if (key === undefined || state === undefined) return false
    if (isOver(state, now)) {
      this.remove(map, key, state)
      return true
    }
    if (typeof state === 'object') {
      this.#moveToEnd(map, key, state)
      return true
    }
    this.#soonestExpiry = Math.min(this.#soonestExpiry, state)
    return false
  }

  /** Drops one of the oldest keys: where keys come fastest they go fastest. What is held stays. */
  #makeRoom(map: AgingMap<KeyState>, now: number): boolean {
    if (this.#dropOldest(map, now)) return true
    for (let tries = 0; tries < this.#maps.length; tries++) if (this.#dropOldest(this.#nextMap(), now)) return true
    return false
  }

  #dropOldest(map: AgingMap<KeyState>, now: number): boolean {
    // Where nothing is finished there is nothing to search for behind what is held.
    for (let looks = this.#finished === 0 ? Math.min(map.size, 1) : map.size; looks > 0; looks--) {
      const key = map.oldest as string
      const state = map.get(key) as KeyState
      if (typeof state === 'number' || isOver(state, now)) {
        this.remove(map, key, state)
        return true
      }
      this.#moveToEnd(map, key, state)
    }
    return false
  }

  /** Where it hides no finished key: only the oldest of a map is looked at. */
  #moveToEnd(map: AgingMap<KeyState>, key: string, state: KeyState): void {
    map.delete(key)
    map.set(key, state)
  }

  #nextMap(): AgingMap<KeyState> {
    this.#mapIndex = (this.#mapIndex + 1) % this.#maps.length
    return this.#maps[this.#mapIndex] as AgingMap<KeyState>
  }
}

const MAX_MAPS = 256
const KEYS_PER_MAP = 16_384

/** How long a lapsed claim is kept for its own attempt. One that lapsed long ago and was never taken was given up. */
const LAPSED_MS = 60_000

function isOver(state: KeyState, now: number): boolean {
  return (typeof state === 'number' ? state * 1000 : state.until + LAPSED_MS) <= now
}

/**
 * Where among the maps, from 0 to 1. The last map gets twice as many keys as the first: maps double their room, so maps that are all
 * alike would do so all at once, and be half empty after it.
 */
function toPosition(key: string): number {
  const even = hashKey(key) / 65_536
  return (even * (4 - even)) / 3
}

/** Of the last characters, for keys differ at their end: from 0 to 65,535. */
function hashKey(key: string): number {
  let hash = 0
  for (let index = Math.max(0, key.length - 8); index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  }
  return hash >>> 16
}
