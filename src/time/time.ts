import { LONGEST_TIMER_MS } from './timer-list.js'

/** What is there already, or will be: the answers of a store. */
export type Awaitable<T> = T | Promise<T>

/** Any object or function with a `then`, as `await` sees it: stubs of remote calls are functions. May throw what its getter throws. */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  const canBe = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return canBe && typeof (value as { then?: unknown }).then === 'function'
}

/** The time that a delivery has, counted from its request's head on the monotonic clock. */
export class Budget {
  readonly startedAt = performance.now()

  constructor(readonly totalMs: number) {}

  /** What is left, in ms; never below 0. */
  get leftMs(): number {
    return Math.max(0, this.totalMs - this.spentMs)
  }

  get spentMs(): number {
    return performance.now() - this.startedAt
  }
}

/** What `within` answers when the time is over first. */
export const TIMED_OUT = Symbol('timed out')

/** The promise's result, or TIMED_OUT after `ms`. The promise goes on; its late rejection is not unhandled. */
export function within<T>(promise: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(TIMED_OUT), Math.min(ms, LONGEST_TIMER_MS))
    const stop = () => clearTimeout(timer)
    promise.then(stop, stop)
    promise.then(resolve, reject)
  })
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
