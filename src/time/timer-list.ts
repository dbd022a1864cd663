/** What is told when its time is over. Must not throw: it would keep the others of the list waiting for the next timer. */
export interface TimeoutHandler {
  onTimeout(): void
}

/**
 * Timers that all have the same length. Nearly every one is stopped long before its end: to set and to stop it is to link it into a
 * list and out again, and one timer of the runtime waits for the first of the list. (A `setTimeout` for each delivery would cost 1 to
 * 3 µs of the 14 that a delivery takes.)
 */
export class TimerList {
  #first: Timer | null = null
  #last: Timer | null = null
  #timeout: NodeJS.Timeout | null = null

  /** @param holdsProcess whether the process should live on while a timer is set */
  constructor(
    readonly ms: number,
    readonly holdsProcess: boolean,
  ) {}

  /** @param since when the time began, on the monotonic clock; not before that of the timer that was set last */
  set(handler: TimeoutHandler, since: number): Timer {
    const timer = new Timer(this, handler, since + this.ms)
    if (this.#last === null) {
      this.#first = timer
      if (this.#timeout === null) this.#wait(this.ms)
      else if (this.holdsProcess) this.#timeout.ref()
    } else {
      this.#last.next = timer
      timer.previous = this.#last
    }
    this.#last = timer
    return timer
  }

  /** Called by the timer itself. */
  remove({ previous, next }: Timer): void {
    if (previous === null) this.#first = next
    else previous.next = next
    if (next === null) this.#last = previous
    else next.previous = previous
    // The timeout stays for the next timer: to clear it and to make another costs more than all else here.
    if (this.#first === null && this.holdsProcess) this.#timeout?.unref()
  }

  #wait(ms: number): void {
    this.#timeout = setTimeout(() => this.#fire(), Math.min(ms, LONGEST_TIMER_MS))
    if (!this.holdsProcess) this.#timeout.unref()
  }

  #fire(): void {
    const now = performance.now()
    this.#timeout = null
    try {
      for (let timer = this.#first; timer !== null && timer.due <= now; timer = this.#first) {
        timer.stop()
        timer.handler.onTimeout()
      }
    } finally {
      this.#waitForFirst(now)
    }
  }

  /** Also when nothing was due: the runtime's clock may be a little ahead of ours. A handler may have set a timer anew. */
  #waitForFirst(now: number): void {
    if (this.#first !== null && this.#timeout === null) this.#wait(Math.max(1, Math.ceil(this.#first.due - now)))
  }
}

/** One limit of time, set by `TimerList`. */
export class Timer {
  previous: Timer | null = null
  next: Timer | null = null
  #isStopped = false

  constructor(
    readonly list: TimerList,
    readonly handler: TimeoutHandler,
    readonly due: number,
  ) {}

  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.list.remove(this)
    this.previous = null
    this.next = null
  }
}

/** A timer takes at most this; anything longer would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1
