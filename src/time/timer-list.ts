/** Something that waits, and is told when its time is over. */
export interface Waiting {
  timeIsOver(): void
}

/**
 * Limits of time that all have the same length. Nearly every one is stopped long before its end: to set and to stop it is to link it
 * into a list and out again, and one timer of the runtime waits for the first of the list.
 */
export class Alarms {
  #first: Alarm | null = null
  #last: Alarm | null = null
  #timer: NodeJS.Timeout | null = null

  /** @param holdsProcess whether the process should live on while an alarm is set */
  constructor(
    readonly ms: number,
    readonly holdsProcess: boolean,
  ) {}

  /** @param since when the time began, on the monotonic clock; not before that of the alarm that was set last */
  set(waiting: Waiting, since: number): Alarm {
    const alarm = new Alarm(this, waiting, since + this.ms)
    if (this.#last === null) {
      this.#first = alarm
      if (this.#timer === null) this.#wait(this.ms)
      else if (this.holdsProcess) this.#timer.ref()
    } else {
      this.#last.next = alarm
      alarm.previous = this.#last
    }
    this.#last = alarm
    return alarm
  }

  /** Called by the alarm itself. */
  remove({ previous, next }: Alarm): void {
    if (previous === null) this.#first = next
    else previous.next = next
    if (next === null) this.#last = previous
    else next.previous = previous
    // The timer stays for the next alarm: to clear it and to make another costs more than all else here.
    if (this.#first === null && this.holdsProcess) this.#timer?.unref()
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#ring(), Math.min(ms, LONGEST_TIMER_MS))
    if (!this.holdsProcess) this.#timer.unref()
  }

  #ring(): void {
    const now = performance.now()
    for (let alarm = this.#first; alarm !== null && alarm.due <= now; alarm = this.#first) {
      alarm.stop()
      alarm.waiting.timeIsOver()
    }
    this.#timer = null
    // Also when nothing was due: the runtime's clock may be a little ahead of ours.
    if (this.#first !== null) this.#wait(Math.ceil(this.#first.due - now))
  }
}

/** One limit of time, set by `Alarms`. */
export class Alarm {
  previous: Alarm | null = null
  next: Alarm | null = null
  #isOver = false

  constructor(
    readonly alarms: Alarms,
    readonly waiting: Waiting,
    readonly due: number,
  ) {}

  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.alarms.remove(this)
    this.previous = null
    this.next = null
  }
}

/** A timer takes at most this; anything longer would fire at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1
