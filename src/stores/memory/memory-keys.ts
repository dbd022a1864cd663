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
export type Entry = Claim | number

/**
 * The keys of the memory store. A map that grows is rebuilt whole, which at a million keys stops the process for some 50 ms: many
 * keys are spread over maps of moderate size, which are rebuilt one at a time.
 */
export class MemoryKeys {
  readonly #maxKeys: number
  /** The first claimed come first, which are the first to expire as long as the retention stays the same. */
  readonly #maps: readonly AgingMap<Entry>[]
  #size = 0
  /** How many of them are finished. */
  #finished = 0
  /** Which map is looked at next. */
  #turn = 0
  /** Nothing expires before, in seconds: until then there is no need to look. */
  #quietUntil = Infinity
  /** The soonest that was seen to expire since there was something to do, and how many looks ago that was. */
  #soonest = Infinity
  #looks = 0

  constructor(maxKeys: number) {
    this.#maxKeys = maxKeys
    const length = Math.min(MOST_MAPS, Math.ceil(maxKeys / KEYS_OF_A_MAP))
    this.#maps = Array.from({ length }, () => new AgingMap<Entry>())
  }

  /** The map that the key is in, if it is there. */
  mapOf(key: string): AgingMap<Entry> {
    return this.#maps[Math.floor(share(key) * this.#maps.length)] as AgingMap<Entry>
  }

  /** What is known of the key, unless its time is over. */
  get(map: AgingMap<Entry>, key: string, now: number): Entry | undefined {
    const entry = map.get(key)
    if (typeof entry !== 'number' || !isOver(entry, now)) return entry
    // Kept, it would be the oldest although it is claimed anew.
    this.drop(map, key, entry)
    return undefined
  }

  /** Lends the key. A new one makes room for itself; false when there is none, because every key is held. */
  hold(map: AgingMap<Entry>, key: string, before: Entry | undefined, claim: Claim, now: number): boolean {
    if (before === undefined) {
      this.#dropExpired(now)
      if (this.#size >= this.#maxKeys && !this.#makeRoom(map, now)) return false
      this.#size++
    }
    map.set(key, claim)
    return true
  }

  finish(map: AgingMap<Entry>, key: string, before: Entry | undefined, retainMs: number, now: number): void {
    const expiry = Math.ceil((now + retainMs) / 1000) | 0
    if (before === undefined) this.#size++
    this.#finished++
    map.set(key, expiry)
    if (expiry < this.#quietUntil) this.#quietUntil = expiry
    if (expiry < this.#soonest) this.#soonest = expiry
  }

  drop(map: AgingMap<Entry>, key: string, entry: Entry): void {
    map.delete(key)
    this.#size--
    if (typeof entry === 'number') this.#finished--
  }

  /** Looks at two old keys for each new one: it outruns them, and never takes longer than adding. */
  #dropExpired(now: number): void {
    if (this.#quietUntil * 1000 > now) return
    this.#lookAtNext(now)
    this.#lookAtNext(now)
  }

  #lookAtNext(now: number): void {
    if (this.#look(this.#nextMap(), now)) {
      this.#soonest = Infinity
      this.#looks = 0
    } else if (++this.#looks >= this.#maps.length) {
      // All maps were looked at, and there was nothing to do.
      this.#quietUntil = this.#soonest
      this.#soonest = Infinity
      this.#looks = 0
    }
  }

  /** Drops the oldest key of the map if its time is over, or moves it out of the way if it is held. False when neither was to be done. */
  #look(map: AgingMap<Entry>, now: number): boolean {
    const key = map.oldest
    const entry = key === undefined ? undefined : map.get(key)
    if (key === undefined || entry === undefined) return false
    if (isOver(entry, now)) {
      this.drop(map, key, entry)
      return true
    }
    if (typeof entry === 'object') {
      this.#rejuvenate(map, key, entry)
      return true
    }
    this.#soonest = Math.min(this.#soonest, entry)
    return false
  }

  /** Drops one of the oldest keys: where keys come fastest they go fastest. What is held stays. */
  #makeRoom(map: AgingMap<Entry>, now: number): boolean {
    if (this.#dropOldest(map, now)) return true
    for (let tries = 0; tries < this.#maps.length; tries++) if (this.#dropOldest(this.#nextMap(), now)) return true
    return false
  }

  #dropOldest(map: AgingMap<Entry>, now: number): boolean {
    // Where nothing is finished there is nothing to search for behind what is held.
    for (let looks = this.#finished === 0 ? Math.min(map.size, 1) : map.size; looks > 0; looks--) {
      const key = map.oldest as string
      const entry = map.get(key) as Entry
      if (typeof entry === 'number' || isOver(entry, now)) {
        this.drop(map, key, entry)
        return true
      }
      this.#rejuvenate(map, key, entry)
    }
    return false
  }

  /** A key that is held is out of the way at the other end. */
  #rejuvenate(map: AgingMap<Entry>, key: string, entry: Entry): void {
    map.delete(key)
    map.set(key, entry)
  }

  #nextMap(): AgingMap<Entry> {
    this.#turn = (this.#turn + 1) % this.#maps.length
    return this.#maps[this.#turn] as AgingMap<Entry>
  }
}

const MOST_MAPS = 256
const KEYS_OF_A_MAP = 16_384

/** How long a lapsed claim is kept for its own attempt. One that lapsed long ago and was never taken was given up. */
const LAPSED_MS = 60_000

function isOver(entry: Entry, now: number): boolean {
  return (typeof entry === 'number' ? entry * 1000 : entry.until + LAPSED_MS) <= now
}

/**
 * Where among the maps, from 0 to 1. The last map gets twice as many keys as the first: maps double their room, so maps that are all
 * alike would do so all at once, and be half empty after it.
 */
function share(key: string): number {
  const even = hash(key) / 65_536
  return (even * (4 - even)) / 3
}

/** Of the last characters, for keys differ at their end: from 0 to 65,535. */
function hash(key: string): number {
  let hash = 0
  for (let index = Math.max(0, key.length - 8); index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  }
  return hash >>> 16
}
