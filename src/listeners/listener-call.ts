import type { SunoEvent } from '../events/types.js'
import type { ListenerReport } from '../outcome/listener-report.js'
import { isPromise } from '../time/time.js'
import type { Listener, ListenerContext } from './listener.js'

/** One call of a listener, which begins when this is made. It does not keep the event: a listener may never settle. */
export class ListenerCall {
  /** Settles when the call has, and never rejects; undefined where the listener has ended at once. */
  readonly end: Promise<void> | undefined
  readonly name: string
  /** What the listener returned, once it has settled. */
  value: unknown
  hasFailed = false
  #error: unknown
  readonly #startedAt: number
  #durationMs: number | null = null

  /** @param now on the monotonic clock; the listeners of an event begin together */
  constructor(
    readonly listener: Listener<never>,
    event: SunoEvent,
    context: ListenerContext,
    now: number,
  ) {
    this.name = listener.name === '' ? '(anonymous)' : listener.name
    this.#startedAt = now
    // What a listener returns may be a thenable whose `then` throws.
    try {
      const value = (listener as Listener)(event, context)
      if (isPromise(value)) this.end = this.#settle(value)
      else this.#succeed(value)
    } catch (error) {
      this.#fail(error)
    }
  }

  get error(): unknown {
    return this.#error
  }

  get report(): ListenerReport {
    const { name, hasFailed } = this
    const durationMs = this.#durationMs
    return hasFailed ? { name, durationMs, error: this.#error } : { name, durationMs }
  }

  async #settle(promise: Promise<unknown>): Promise<void> {
    try {
      this.#succeed(await promise)
    } catch (error) {
      this.#fail(error)
    }
  }

  #succeed(value: unknown): void {
    this.#durationMs = performance.now() - this.#startedAt
    this.value = value
  }

  #fail(error: unknown): void {
    this.#durationMs = performance.now() - this.#startedAt
    this.hasFailed = true
    this.#error = error
  }
}
