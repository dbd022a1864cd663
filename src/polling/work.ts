/** What a poller has under way, and the signal that ends it. */
export class OpenWork {
  #shift = new Shift()
  #earlier: Promise<void> = Promise.resolve()

  /** Aborts when the work ends. What begins afterwards has another. */
  get ending(): AbortSignal {
    return this.#shift.controller.signal
  }

  /** Answers the promise as it is; until it settles it is under way. */
  track<T>(promise: Promise<T>): Promise<T> {
    return this.#shift.track(promise)
  }

  /** Ends what is under way. Resolves when nothing of it, or of what was ended before, is left; what begins afterwards is not waited for. */
  end(reason: Error): Promise<void> {
    const shift = this.#shift
    this.#shift = new Shift()
    shift.controller.abort(reason)
    const [earlier, settled] = [this.#earlier, shift.settled()]
    this.#earlier = earlier.then(() => settled)
    return this.#earlier
  }
}

/** What was begun between one end and the next. */
class Shift {
  readonly controller = new AbortController()
  readonly #underWay = new Set<Promise<unknown>>()

  track<T>(promise: Promise<T>): Promise<T> {
    this.#underWay.add(promise)
    const settled = () => this.#underWay.delete(promise)
    promise.then(settled, settled)
    return promise
  }

  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
  }
}
