/** Runs the calls of one key one after another, in the order in which they came. Calls of different keys do not wait for each other. */
export class KeyQueue {
  /** Settles when the last call of the key does; only keys with calls that have not settled. */
  readonly #last = new Map<string, Promise<unknown>>()

  /** @param call is made at once, and has to await what it is given: the end of the call before it. Never rejects. */
  run<T>(key: string, call: (previous: Promise<unknown>) => Promise<T>): Promise<T> {
    const result = call(this.#last.get(key) ?? SETTLED)
    const settled = result.then(ignore, ignore).then(() => {
      if (this.#last.get(key) === settled) this.#last.delete(key)
    })
    this.#last.set(key, settled)
    return result
  }
}

const SETTLED = Promise.resolve()

function ignore(): void {
  // The caller gets the result, or the error.
}
