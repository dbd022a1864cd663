/** A map that finds its oldest entry at constant cost, however many were deleted before it. */
export class AgingMap<V> {
  readonly #entries = new Map<string, V>()
  /** Walks the entries as they grow older. A new one each time would walk over all that was deleted since the map was last rebuilt. */
  #walk = this.#entries.keys()
  /** How many entries there were when the walk began. */
  #walkedSize = SMALL
  #oldest: string | undefined

  get size(): number {
    return this.#entries.size
  }

  get(key: string): V | undefined {
    return this.#entries.get(key)
  }

  /** A new entry is the youngest; one that is there keeps its age. */
  set(key: string, value: V): void {
    this.#entries.set(key, value)
    // A walk keeps every table that the map has outgrown since it began: together as large as the map.
    if (this.#entries.size > 2 * this.#walkedSize) this.#begin()
  }

  delete(key: string): boolean {
    if (key === this.#oldest) this.#oldest = undefined
    return this.#entries.delete(key)
  }

  /** The key of the oldest entry. */
  get oldest(): string | undefined {
    return (this.#oldest ??= this.#next())
  }

  #next(): string | undefined {
    const next = this.#walk.next()
    if (next.done !== true) return next.value
    // Whoever has come to the end starts anew: all that it passed is gone.
    this.#begin()
    return this.#walk.next().value
  }

  #begin(): void {
    this.#walk = this.#entries.keys()
    this.#walkedSize = Math.max(SMALL, this.#entries.size)
    this.#oldest = undefined
  }
}

const SMALL = 64
