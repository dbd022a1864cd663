import { KeyMap } from '../../events/key-map.js'

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
 * The keys of the memory store, which are given with their hashes (`hashKey`). A map that grows is rebuilt whole, which at a million keys
 * stops the process for some 50 ms: many keys are spread over maps of moderate size, which are rebuilt one at a time.
 */
export class MemoryKeys {
  readonly #maxKeys: number
  /** The first claimed come first, which are the first to expire as long as the retention stays the same. */
  readonly #maps: readonly KeyMap<KeyState>[]
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
    this.#maps = Array.from({ length }, () => new KeyMap<KeyState>())
  }

  /** What is known of the key, unless its time is over. */
  get(key: string, hash: number, now: number): KeyState | undefined {
    const state = this.#mapOf(hash).get(key, hash)
    if (typeof state !== 'number' || !isOver(state, now)) return state
    // Kept, it would be the oldest although it is claimed anew.
    this.remove(key, hash, state)
    return undefined
  }

  /** Lends the key. A new one makes room for itself; false when there is none, because every key is held. */
  setClaimed(key: string, hash: number, before: KeyState | undefined, claim: Claim, now: number): boolean {
    const map = this.#mapOf(hash)
    if (before === undefined) {
      this.#sweep(now)
      if (this.#size >= this.#maxKeys && !this.#makeRoom(map, now)) return false
      this.#size++
    }
    map.set(key, claim, hash)
    return true
  }

  setDone(key: string, hash: number, before: KeyState | undefined, retainMs: number, now: number): void {
    const expiry = Math.ceil((now + retainMs) / 1000) | 0
    if (before === undefined) this.#size++
    this.#finished++
    this.#mapOf(hash).set(key, expiry, hash)
    if (expiry < this.#nothingExpiresBefore) this.#nothingExpiresBefore = expiry
    if (expiry < this.#soonestExpiry) this.#soonestExpiry = expiry
  }

  remove(key: string, hash: number, state: KeyState): void {
    this.#mapOf(hash).delete(key, hash)
    this.#countRemoved(state)
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
  #sweepOldest(map: KeyMap<KeyState>, now: number): boolean {
    const state = map.oldestValue
    if (state === undefined) return false
    if (isOver(state, now)) {
      this.#dropOldest(map, state)
      return true
    }
    if (typeof state === 'object') {
      map.renewOldest()
      return true
    }
    this.#soonestExpiry = Math.min(this.#soonestExpiry, state)
    return false
  }

  /** Drops one of the oldest keys: where keys come fastest they go fastest. What is held stays. */
  #makeRoom(map: KeyMap<KeyState>, now: number): boolean {
    if (this.#makeRoomIn(map, now)) return true
    for (let tries = 0; tries < this.#maps.length; tries++) if (this.#makeRoomIn(this.#nextMap(), now)) return true
    return false
  }

  /** What is held moves to where it hides no finished key: only the oldest of a map is looked at. */
  #makeRoomIn(map: KeyMap<KeyState>, now: number): boolean {
    // Where nothing is finished there is nothing to search for behind what is held.
    for (let looks = this.#finished === 0 ? Math.min(map.size, 1) : map.size; looks > 0; looks--) {
      const state = map.oldestValue as KeyState
      if (typeof state === 'number' || isOver(state, now)) {
        this.#dropOldest(map, state)
        return true
      }
      map.renewOldest()
    }
    return false
  }

  #dropOldest(map: KeyMap<KeyState>, state: KeyState): void {
    map.deleteOldest()
    this.#countRemoved(state)
  }

  #countRemoved(state: KeyState): void {
    this.#size--
    if (typeof state === 'number') this.#finished--
  }

  #mapOf(hash: number): KeyMap<KeyState> {
    return this.#maps[Math.floor(toPosition(hash) * this.#maps.length)] as KeyMap<KeyState>
  }

  #nextMap(): KeyMap<KeyState> {
    this.#mapIndex = (this.#mapIndex + 1) % this.#maps.length
    return this.#maps[this.#mapIndex] as KeyMap<KeyState>
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
 * Where among the maps, from 0 to 1, by the beginning of the hash. The last map gets twice as many keys as the first: maps double their
 * room, so maps that are all alike would do so all at once, and be half empty after it.
 */
function toPosition(hash: number): number {
  const even = (hash >>> 16) / 65_536
  return (even * (4 - even)) / 3
}
