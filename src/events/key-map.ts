import { randomInt } from 'node:crypto'

/**
 * A map from keys of events that finds its oldest entry at constant cost, and never stands still for long.
 *
 * A `Map` of V8 does not fit keys that are all new: since Node 26 it enters each one into the process's table of all strings, which
 * doubles as a whole (130 ms when it reaches a million), and it lets nothing go that stood in a table it has outgrown. This one keeps the
 * entries in the order in which they were set, and the places of those with the same end of a hash in a chain:
 *
 *     #buckets   by the end of the hash: the place of the youngest entry
 *     #links     by the place: the entry's hash, and the place of the next older one in its chain
 *     #keys      by the place: the key, or undefined for an entry that was deleted
 *     #values    by the place
 *
 * When the places are used up, the entries move up to where others were deleted; if more than half of them are there, to twice the room.
 */
export class KeyMap<V> {
  #capacity = SMALLEST
  #buckets = emptyBuckets(SMALLEST)
  #links = new Int32Array(2 * SMALLEST)
  #keys = emptyList<string>(SMALLEST)
  #values = emptyList<V>(SMALLEST)
  #size = 0
  /** No entry is before that place. */
  #begin = 0
  /** The first place that is free. */
  #end = 0

  get size(): number {
    return this.#size
  }

  get(key: string, hash = hashKey(key)): V | undefined {
    const place = this.#find(key, hash)
    return place === NONE ? undefined : this.#values[place]
  }

  /** A new entry is the youngest; one that is there keeps its age. */
  set(key: string, value: V, hash = hashKey(key)): void {
    const place = this.#find(key, hash)
    if (place !== NONE) {
      this.#values[place] = value
      return
    }
    this.#add(key, value, hash)
  }

  delete(key: string, hash = hashKey(key)): void {
    const place = this.#find(key, hash)
    if (place !== NONE) this.#deleteAt(place)
  }

  /** Of the oldest entry. */
  get oldestValue(): V | undefined {
    return this.#size === 0 ? undefined : this.#values[this.#oldest]
  }

  deleteOldest(): void {
    if (this.#size > 0) this.#deleteAt(this.#oldest)
  }

  /** Makes the oldest entry the youngest. */
  renewOldest(): void {
    if (this.#size === 0) return
    const place = this.#oldest
    const [key, value, hash] = [this.#keys[place] as string, this.#values[place] as V, this.#links[2 * place] as number]
    this.#deleteAt(place)
    this.#add(key, value, hash)
  }

  /** All of them, the oldest first. */
  values(): readonly V[] {
    return this.#values.filter((_, place) => this.#keys[place] !== undefined) as V[]
  }

  /** The place of the oldest entry, when there is one. */
  get #oldest(): number {
    while (this.#keys[this.#begin] === undefined) this.#begin++
    return this.#begin
  }

  #find(key: string, hash: number): number {
    const links = this.#links
    let place = this.#buckets[hash & (this.#capacity - 1)] as number
    while (place !== NONE && (links[2 * place] !== hash || this.#keys[place] !== key)) {
      place = links[2 * place + 1] as number
    }
    return place
  }

  #add(key: string, value: V, hash: number): void {
    if (this.#end === this.#capacity) this.#rebuild()
    this.#append(key, value, hash)
    this.#size++
  }

  #append(key: string, value: V, hash: number): void {
    const place = this.#end++
    const bucket = hash & (this.#capacity - 1)
    this.#keys[place] = key
    this.#values[place] = value
    this.#links[2 * place] = hash
    this.#links[2 * place + 1] = this.#buckets[bucket] as number
    this.#buckets[bucket] = place
  }

  #deleteAt(place: number): void {
    const [links, buckets] = [this.#links, this.#buckets]
    const next = links[2 * place + 1] as number
    const bucket = (links[2 * place] as number) & (this.#capacity - 1)
    if (buckets[bucket] === place) {
      buckets[bucket] = next
    } else {
      let before = buckets[bucket] as number
      while (links[2 * before + 1] !== place) before = links[2 * before + 1] as number
      links[2 * before + 1] = next
    }
    this.#keys[place] = undefined
    this.#values[place] = undefined
    this.#size--
  }

  #rebuild(): void {
    const [keys, values, links, end] = [this.#keys, this.#values, this.#links, this.#end]
    const capacity = capacityFor(this.#size, this.#capacity)
    if (capacity === this.#capacity) {
      this.#buckets.fill(NONE)
    } else {
      this.#capacity = capacity
      this.#buckets = emptyBuckets(capacity)
      this.#links = new Int32Array(2 * capacity)
      this.#keys = emptyList(capacity)
      this.#values = emptyList(capacity)
    }
    this.#begin = 0
    this.#end = 0
    for (let place = 0; place < end; place++) {
      const key = keys[place]
      if (key !== undefined) this.#append(key, values[place] as V, links[2 * place] as number)
    }
    this.#keys.fill(undefined, this.#end)
    this.#values.fill(undefined, this.#end)
  }
}

/**
 * Of all its characters, as a signed number of 32 bits. It differs from process to process, so that nobody can choose ids whose entries
 * all stand in one chain.
 */
export function hashKey(key: string): number {
  let hash = SEED
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  // What tells keys apart has only reached the upper bits when it stands at their end.
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return hash ^ (hash >>> 16)
}

const SEED = randomInt(2 ** 32) | 0

/** Powers of two. */
const SMALLEST = 64

const NONE = -1

function emptyBuckets(capacity: number): Int32Array {
  return new Int32Array(capacity).fill(NONE)
}

function emptyList<T>(capacity: number): (T | undefined)[] {
  return new Array<T | undefined>(capacity).fill(undefined)
}

/** Twice the room when more than half of it is needed; half of it, or less, when that leaves three quarters free. */
function capacityFor(size: number, capacity: number): number {
  if (size > capacity / 2) return 2 * capacity
  let smaller = capacity
  while (smaller > SMALLEST && size <= smaller / 8) smaller /= 2
  return smaller
}
