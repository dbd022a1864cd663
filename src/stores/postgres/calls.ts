import { TIMED_OUT, within } from '../../time/time.js'
import type { Query } from './client.js'
import type { StoreCall } from './repeated.js'
import type { PostgresTable } from './table.js'

/** Runs calls for a bounded time each, after their table has been made, until it is closed. */
export class PostgresCalls {
  /** For `close`. */
  readonly #underWay = new Set<Promise<unknown>>()
  #isClosed = false

  constructor(
    /** The function that the calls are of, for messages. */
    readonly user: string,
    readonly timeoutMs: number,
    readonly table: PostgresTable,
    readonly query: Query,
  ) {}

  /** After its timeout, a statement under way may still act; what a call does then is its own to decide. */
  async run<T>(name: string, work: (call: StoreCall) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Error(`${this.user}: ${name} was called after close().`)
    const call = { deadline: performance.now() + this.timeoutMs, hasTimedOut: false }
    const working = this.table.make(this.query).then(() => work(call))
    const result = await within(this.track(working), this.timeoutMs).catch((error: unknown) => {
      throw this.table.explain(error)
    })
    if (result !== TIMED_OUT) return result
    call.hasTimedOut = true
    throw new Error(`${this.user}: ${name} took longer than ${String(this.timeoutMs)} ms.`)
  }

  /** Has `close` wait for it. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work)
    const settled = () => this.#underWay.delete(work)
    work.then(settled, settled)
    return work
  }

  /** Takes no more calls, and waits for those under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    await within(Promise.allSettled(this.#underWay), this.timeoutMs)
  }
}
