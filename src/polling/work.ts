/** What a poller has under way, and the signal that ends it. */
export class OpenWork {
  readonly #underWay = new Set<Promise<unknown>>()
  #controller = new AbortController()

  /** Aborts when the work ends. What begins afterwards has another. */
  get ending(): AbortSignal {
    return this.#controller.signal
  }

  /** Answers the promise as it is; until it settles it is under way. */
  track<T>(promise: Promise<T>): Promise<T> {
    this.#underWay.add(promise)
    const settled = () => this.#underWay.delete(promise)
    promise.then(settled, settled)
    return promise
  }

  end(reason: Error): void {
    const controller = this.#controller
    this.#controller = new AbortController()
    controller.abort(reason)
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }
}
