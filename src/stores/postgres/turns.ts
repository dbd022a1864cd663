/** Calls of one key act one after another, in the order in which they came. Calls of different keys do not wait for each other. */
export class Turns {
  /** Settles when the last call of the key that is not over yet is. */
  readonly #last = new Map<string, Promise<unknown>>()

  /** @param answer the call itself, begun when what it is given resolves */
  take<T>(key: string, answer: (turn: Promise<unknown>) => Promise<T>): Promise<T> {
    const mine = answer(this.#last.get(key) ?? FREE)
    const over = mine.then(ignore, ignore).then(() => {
      if (this.#last.get(key) === over) this.#last.delete(key)
    })
    this.#last.set(key, over)
    return mine
  }
}

const FREE = Promise.resolve()

function ignore(): void {
  // Whoever made the call hears of its failure.
}
