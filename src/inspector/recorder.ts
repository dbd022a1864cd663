import type { Logger } from '../log/logger.js'

/**
 * Does later what is to be recorded: between deliveries, and a little at a time. Whoever calls `add` waits for nothing, and a fault of
 * recording is none of a delivery.
 */
export class Recorder {
  #waiting: (() => void)[] = []
  /** Of what is told often, only the last. */
  readonly #latest = new Map<string, () => void>()
  #isScheduled = false

  constructor(private readonly logger: Logger) {}

  /** What comes faster than it can be recorded is dropped, so that it cannot fill the memory. */
  add(record: () => void): void {
    if (this.#waiting.length >= MOST_WAITING) return
    this.#waiting.push(record)
    this.#schedule()
  }

  /** The same in place of what waits under that name. */
  addLatest(name: string, record: () => void): void {
    if (this.#latest.size >= MOST_WAITING && !this.#latest.has(name)) return
    this.#latest.set(name, record)
    this.#schedule()
  }

  /** Records at once what waits. */
  drain(): void {
    this.#recordUntil(Infinity)
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#recordUntil(performance.now() + SLICE_MS)
      if (this.#waiting.length > 0) this.#schedule()
    })
  }

  #recordUntil(end: number): void {
    const waiting = [...this.#waiting, ...this.#latest.values()]
    this.#latest.clear()
    let done = 0
    for (const record of waiting) {
      this.#try(record)
      done++
      if (performance.now() > end) break
    }
    this.#waiting = waiting.slice(done)
  }

  #try(record: () => void): void {
    try {
      record()
    } catch (error) {
      this.logger.warn('The inspector could not record something; deliveries are not affected.', { error })
    }
  }
}

const MOST_WAITING = 10_000
const SLICE_MS = 8
