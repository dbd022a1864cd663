/** What is due at a time, in ms of the monotonic clock. */
interface Due {
  readonly dueAt: number
}

/** A binary heap: the item that is due first is found at once; to add or to take one costs the logarithm of their number. */
export class DueHeap<T extends Due> {
  #items: T[] = []

  get size(): number {
    return this.#items.length
  }

  /** The item that is due first. */
  get first(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    let index = this.#items.push(item) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (this.#at(parent).dueAt <= item.dueAt) break
      this.#items[index] = this.#at(parent)
      index = parent
    }
    this.#items[index] = item
  }

  /** Removes the item that is due first. */
  pop(): void {
    const last = this.#items.pop()
    if (last === undefined || this.#items.length === 0) return
    let index = 0
    for (let child = 1; child < this.#items.length; child = 2 * index + 1) {
      const isRightFirst = child + 1 < this.#items.length && this.#at(child + 1).dueAt < this.#at(child).dueAt
      if (isRightFirst) child++
      if (last.dueAt <= this.#at(child).dueAt) break
      this.#items[index] = this.#at(child)
      index = child
    }
    this.#items[index] = last
  }

  /** Keeps only these items. */
  refill(items: Iterable<T>): void {
    // Sorted is a heap as well.
    this.#items = [...items].sort((a, b) => a.dueAt - b.dueAt)
  }

  #at(index: number): T {
    return this.#items[index] as T
  }
}
