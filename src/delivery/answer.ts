import type { Timer, TimeoutHandler, TimerList } from '../time/timer-list.js'
import { Budget } from '../time/time.js'

/** How answers of one kind are given. */
export interface AnswerContext<T, Progress> {
  /** Timers of `deadlineMs`, one for each delivery. */
  readonly deadlines: TimerList
  /** Sees every answer, after it was given. Must not throw. */
  readonly onAnswer: (answer: T) => void
  /** What can be answered at the deadline. */
  readonly toLate: (progress: Progress, durationMs: number) => T
}

/** One answer that is given once: by `resolve` or, when the deadline passes before, from how far things have come. */
export class PendingAnswer<T, Progress> implements TimeoutHandler {
  /** Never rejects. */
  readonly promise: Promise<T>
  readonly budget: Budget
  /**
   * How far things have come. An object that the deadline is answered from, not a function: what a closure can see lives as long as
   * it, and this one lives until the answer.
   */
  progress: Progress
  readonly #context: AnswerContext<T, Progress>
  #resolve!: (answer: T) => void
  #timer: Timer | null = null
  #isSettled = false

  constructor(context: AnswerContext<T, Progress>, start: Progress) {
    this.#context = context
    this.progress = start
    this.budget = new Budget(context.deadlines.ms)
    this.promise = new Promise((resolve) => (this.#resolve = resolve))
  }

  /** A method, because what it answers changes while something else is awaited. */
  isSettled(): boolean {
    return this.#isSettled
  }

  /** Answers, unless that was done before. */
  resolve(answer: T): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#timer?.stop()
    this.#resolve(answer)
    this.#context.onAnswer(answer)
  }

  /** From the time on that the answer was begun to be waited for. To be called once what is done at once is done. */
  startDeadline(): Promise<T> {
    if (!this.#isSettled) this.#timer = this.#context.deadlines.set(this, this.budget.startedAt)
    return this.promise
  }

  onTimeout(): void {
    this.resolve(this.#context.toLate(this.progress, this.budget.spentMs))
  }
}
