import { sleep } from '../../time/time.js'
import { hasCode } from './table.js'

/** A call of the store or of the task list until it settles or times out, whichever is first. */
export interface StoreCall {
  /** When it times out, on the monotonic clock, in ms. */
  readonly deadline: number
  hasTimedOut: boolean
}

/** Runs a statement, again while the server asks for that and the call has time. */
export async function repeated<T>(run: () => Promise<T>, { deadline }: StoreCall): Promise<T> {
  for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 100)) {
    try {
      return await run()
    } catch (error) {
      const waitMs = pauseMs * (0.5 + Math.random())
      if (!hasCode(error, ...RETRYABLE) || performance.now() + waitMs + STATEMENT_MS >= deadline) throw error
      await sleep(waitMs)
    }
  }
}

/** With less than this left, another try would only turn the server's error into a timeout. */
const STATEMENT_MS = 20

/** Serialization failure and deadlock: nothing has happened, and the same statement can succeed. */
const RETRYABLE = ['40001', '40P01']
