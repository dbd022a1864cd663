/**
 * So many pieces of work at once. Whoever waits for a slot is woken by the next piece that ends: a race of all pieces would leave
 * something behind on one that never ends, each time.
 */
export class Slots {
  #taken = 0
  #waiting: (() => void)[] = []

  constructor(private readonly count: number) {}

  get free(): number {
    return Math.max(0, this.count - this.#taken)
  }

  /** Takes a slot until the work has ended. The work must not reject. */
  take(work: Promise<void>): void {
    this.#taken++
    void work.then(() => {
      this.#taken--
      const woken = this.#waiting
      this.#waiting = []
      for (const wake of woken) wake()
    })
  }

  /** Resolves when a slot is free. */
  async freed(): Promise<void> {
    while (this.free === 0) await this.#nextEnd()
  }

  /** Resolves when no slot is taken. */
  async emptied(): Promise<void> {
    while (this.#taken > 0) await this.#nextEnd()
  }

  #nextEnd(): Promise<void> {
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }
}
