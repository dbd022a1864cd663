import { DeliveryError } from '../errors/errors.js'
import type { SunoEvent } from '../events/types.js'
import type { Work, Working } from '../listeners/call-listeners.js'
import { toLogFields, type LogSubject } from '../log/log-fields.js'
import type { Settings } from '../options/options.js'
import {
  deadline,
  DUPLICATE,
  internalFault,
  isSuccess,
  STALE,
  unavailable,
  type Result,
  type SuccessResult,
} from '../outcome/result.js'
import type { TimeoutHandler, Timer, TimerList } from '../time/timer-list.js'
import type { Budget } from '../time/time.js'
import { LazyContext, LazySignal } from './lazy-signal.js'
import { isDone, Lease, type LeaseClaim, type LeaseHolder } from './lease.js'

/** An event under way, as a delivery sees it. */
export interface Handling {
  /** What becomes of the event, by `maxRunMs` at last: listeners that are still at work then are waited for no longer. Never rejects. */
  readonly result: Promise<Result>
  /** What a delivery is answered whose deadline passes now. */
  readonly late: Result
  /** What goes on now, behind an answer: a promise of its end that never rejects, or null when nothing does. */
  rest(): Promise<void> | null
}

/** What a run needs of the instance that it belongs to. */
export interface RunContext {
  readonly settings: Settings
  readonly work: Work
  /** Timers of a third of the lease. */
  readonly renewals: TimerList
  /** Timers of `maxRunMs`. */
  readonly limits: TimerList
  /** True once no new work should begin. */
  readonly isClosing: () => boolean
  /** Called when nothing should join the run any more, though its listeners go on. */
  readonly onAbandon: (run: Run) => void
  /** Called when nothing is left to do. */
  readonly onEnd: (run: Run) => void
}

/**
 * One event on its way through this process: claim, work, complete. Repeats that arrive meanwhile join it. It outlives the request
 * that began it: past the deadline the listeners go on, the claim renewed, until they are done or `maxRunMs` is over.
 *
 * Neither it nor a suspended function of its own keeps the event while the listeners work, so that the body of one that never settles
 * can be collected.
 */
export class Run implements Handling, LeaseHolder, TimeoutHandler {
  readonly key: string
  readonly result: Promise<Result>
  isAbandoned = false
  #settle!: (result: Result) => void
  #isOver = false
  /** Called at its end, or once it is abandoned: what takes longer than `maxRunMs` is waited for no longer. */
  #onOver: (() => void)[] = []
  readonly #subject: LogSubject
  readonly #context: RunContext
  readonly #lease: Lease
  readonly #signal = new LazySignal()
  #late: Result = CLAIM_TOO_SLOW
  #working: Working | null = null

  /** @param staleKey the key of the event that makes this one stale, or null */
  constructor(event: SunoEvent, staleKey: string | null, context: RunContext, budget: Budget) {
    this.key = event.key
    const { type, kind, taskId, key } = event
    this.#subject = { type, kind, taskId, key }
    this.#context = context
    this.#lease = new Lease(context.settings, event.key, context.renewals, this)
    this.result = new Promise((resolve) => (this.#settle = resolve))
    this.#handle(event, staleKey, budget).catch((bug: unknown) => this.#end(internalFault(bug)))
  }

  get late(): Result {
    return this.#working === null ? this.#late : deadline(this.#working.listeners)
  }

  /** Stops holding the key; the listeners learn it from their signal. Should they succeed all the same, that is stored behind the result. */
  abandon(reason: string): void {
    if (this.isAbandoned) return
    this.isAbandoned = true
    void this.#lease.stop()
    if (this.#working !== null) {
      this.#settle(this.late)
      this.#working.abandon?.()
    }
    this.#signal.abort(reason)
    this.#context.onAbandon(this)
    this.#over()
  }

  rest(): Promise<void> | null {
    return this.#isOver ? null : new Promise((resolve) => this.#onOver.push(resolve))
  }

  onLeaseLost(): void {
    this.#warn('Another attempt has taken the key of an event that is being worked on: it may be handled twice.')
    this.#signal.abort('The lease was lost to another attempt.')
  }

  /** The work takes longer than `maxRunMs`. */
  onTimeout(): void {
    const { maxRunMs } = this.#context.settings
    this.#warn(`The work on an event takes longer than maxRunMs (${String(maxRunMs)} ms): it can be claimed again.`)
    this.abandon(`The work takes longer than maxRunMs (${String(maxRunMs)} ms).`)
  }

  /** The way of the event: claim, work, complete. */
  async #handle(event: SunoEvent, staleKey: string | null, budget: Budget): Promise<void> {
    // So that the constructor has returned, and the run can be joined, before a listener is called.
    await Promise.resolve()
    const { settings, isClosing, work, limits } = this.#context
    const asking = staleKey === null ? null : isDone(settings.store, staleKey)
    let claim = await this.#lease.claim(budget, isClosing)
    const isStale = asking !== null && (await asking)
    // The process may have stood still: another attempt may have had the whole lease to itself.
    while (claim.status === 'claimed' && this.#lease.hasLapsed) claim = await this.#lease.claim(budget, isClosing)
    if (claim.status !== 'claimed') return this.#end(resultOf(claim))
    if (this.isAbandoned) return this.#release(unavailable(closing()))
    if (isStale) return this.#complete(STALE, budget)

    const now = performance.now()
    const limit = limits.set(this, now)
    this.#lease.keep(now)
    this.#working = work(event, new LazyContext(this.#signal))
    // Not awaited here: this function knows the event.
    return this.#finish(this.#working.result, limit, budget)
  }

  async #finish(working: Promise<Result>, limit: Timer, budget: Budget): Promise<void> {
    const result = await working
    limit.stop()
    this.#late = result
    this.#working = null
    await this.#lease.stop()
    await (isSuccess(result) ? this.#complete(result, budget) : this.#release(result))
  }

  /** Remembers the event: what succeeded is never given back. If the store fails, that goes on behind the result. */
  async #complete(result: SuccessResult, budget: Budget): Promise<void> {
    this.#late = result
    for (let tries = 1; ; tries++) {
      try {
        return this.#end(this.#completed(result, await this.#lease.complete()))
      } catch (error) {
        if (tries === TRIES_BEFORE_ANSWER) {
          this.#warn('An event was handled, but the store could not remember it yet; trying on.', { error })
          this.#settle(result)
          return this.#retryComplete(tries, error, result, budget)
        }
        await this.#lease.pause(pauseAfter(tries))
      }
    }
  }

  async #retryComplete(triesBefore: number, failure: unknown, result: SuccessResult, budget: Budget): Promise<void> {
    let error = failure
    for (let tries = triesBefore; !this.isAbandoned && budget.spentMs <= this.#context.settings.maxRunMs; tries++) {
      await this.#lease.pause(pauseAfter(tries))
      try {
        this.#end(this.#completed(result, await this.#lease.complete()))
        return
      } catch (next) {
        error = next
      }
    }
    const message = 'An event was handled, but the store could not remember it: a repeat would be handled again.'
    this.#context.settings.logger.error(message, { ...toLogFields(this.#subject), error })
    this.#end(result)
  }

  #completed(result: SuccessResult, isOurs: boolean): SuccessResult {
    if (isOurs) return result
    this.#warn('Another attempt took the key of an event before it was completed: it may be handled twice.')
    return result.status === 'handled' ? { ...result, leaseLost: true } : result
  }

  /** Gives the key back, so that the retry can claim it at once. */
  async #release(result: Result): Promise<void> {
    this.#late = result
    try {
      await this.#lease.release()
    } catch (error) {
      const message = 'The store could not give back the key of a failed event; it is free when its lease lapses.'
      this.#warn(message, { error })
    }
    this.#end(result)
  }

  #end(result: Result): void {
    this.#late = result
    this.#context.onEnd(this)
    this.#over()
    this.#settle(result)
  }

  #over(): void {
    this.#isOver = true
    for (const resolve of this.#onOver.splice(0)) resolve()
  }

  #warn(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#context.settings.logger.warn(message, { ...toLogFields(this.#subject), ...fields })
  }
}

const TRIES_BEFORE_ANSWER = 3
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000

function pauseAfter(tries: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS)
}

const CLAIM_TOO_SLOW = unavailable(
  new DeliveryError('STORE_FAILED', "The store did not answer the claim within the delivery's time."),
)

/** What becomes of an event whose key is not ours. */
function resultOf(claim: Exclude<LeaseClaim, { status: 'claimed' }>): Result {
  switch (claim.status) {
    case 'done':
      return DUPLICATE
    case 'in-flight':
      return claim
    case 'unavailable':
      return unavailable(claim.error)
  }
}

/** Why nothing new begins. */
export function closing(): DeliveryError {
  return new DeliveryError('CLOSING', 'The app is closing.')
}
