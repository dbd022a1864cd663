/**
 * The time of one run, which goes `speed` times as fast as that of the world. Once it is stopped, every wait is over and nothing new
 * is waited for.
 */
export class Clock {
  isStopped = false
  readonly #startedAt = performance.now()
  readonly #onStop = new Set<() => void>()

  constructor(private readonly speed: number) {}

  /** Milliseconds of the world since the run began. */
  get elapsedMs(): number {
    return performance.now() - this.#startedAt
  }

  /** Calls back after so many ms of the run's time. The answer takes the call back. */
  after(ms: number, call: () => void): () => void {
    const timer = setTimeout(call, ms / this.speed)
    return () => clearTimeout(timer)
  }

  /** Waits so many ms of the run's time, or until the clock is stopped. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.isStopped) return resolve()
      const end = () => {
        cancel()
        forget()
        resolve()
      }
      const cancel = this.after(ms, end)
      const forget = this.onStop(end)
    })
  }

  /** Waits until so many ms of the run's time have passed since it began. */
  waitUntil(ms: number): Promise<void> {
    const left = ms - this.elapsedMs * this.speed
    return left > 0 ? this.wait(left) : Promise.resolve()
  }

  /** Calls back when the clock is stopped. The answer takes the call back. */
  onStop(call: () => void): () => void {
    this.#onStop.add(call)
    return () => this.#onStop.delete(call)
  }

  stop(): void {
    this.isStopped = true
    for (const call of this.#onStop) call()
    this.#onStop.clear()
  }
}
