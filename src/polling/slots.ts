/**
 * So many pieces of work at once. Whoever waits for a slot awaits one promise, which the next piece that ends resolves: a race of all
 * pieces would leave something behind on one that never ends, each time.
 */
export class Slots {
  #taken = 0
  #end: () => void = () => undefined
  #nextEnd = this.#awaitNextEnd()

  constructor(private readonly count: number) {}

  get free(): number {
    return Math.max(0, this.count - this.#taken)
  }

  /** Takes a slot until the work has ended. The work must not reject. */
  take(work: Promise<void>): void {
    this.#taken++
    void work.then(() => {
      this.#taken--
      this.#end()
      this.#nextEnd = this.#awaitNextEnd()
    })
  }

  /** Resolves when a slot is free. */
  async freed(): Promise<void> {
    while (this.free === 0) await this.#nextEnd
  }

  /** Resolves when no slot is taken. */
  async emptied(): Promise<void> {
    while (this.#taken > 0) await this.#nextEnd
  }

  #awaitNextEnd(): Promise<void> {
    return new Promise((resolve) => (this.#end = resolve))
  }
}
