import type { Alarms, Waiting } from '../time/timer-list.js'
import { DeliveryError } from '../errors/errors.js'
import type { SunoEvent } from '../events/types.js'
import { LazyAbort, LazyContext } from './lazy-signal.js'
import { isDone, Lease, type Holder } from './lease.js'
import { toLogFields } from '../log/log-fields.js'
import type { Settings } from '../options/options.js'
import { isPromise, sleep, type Awaitable, type Budget } from '../time/time.js'
import type { Work, WorkResult } from '../listeners/call-listeners.js'

/** How a run ended, before it is somebody's answer. */
export type RunResult =
  | { readonly status: 'handled'; readonly leaseLost: boolean }
  | { readonly status: 'handed-off' }
  | { readonly status: 'duplicate' | 'stale' | 'ignored' }
  | { readonly status: 'in-flight'; readonly retryAfterMs: number }
  | { readonly status: 'failed'; readonly error: AggregateError }
  | { readonly status: 'unavailable'; readonly error: DeliveryError }

/** What became of an event, or what can be said of it at the deadline. */
export type Handling = RunResult | { readonly status: 'deadline' }

/** An event that is being handled for a delivery. */
export interface Handled {
  /** Never rejects. Waits for as long as it takes. */
  readonly result: Awaitable<RunResult>
  /** What is known by now. */
  readonly late: Handling
}

/** What is remembered. */
type Completed =
  | { readonly status: 'handled'; readonly leaseLost: boolean }
  | { readonly status: 'handed-off' }
  | { readonly status: 'stale' }

/** What a run needs of the instance that it belongs to. */
export interface RunContext {
  readonly settings: Settings
  readonly work: Work
  /** Of a third of the lease, and of `maxRunMs`. */
  readonly renewals: Alarms
  readonly limits: Alarms
  /** True once no new work should begin. */
  readonly isClosing: () => boolean
  /** Called when nobody should join the run any more, though it goes on. */
  readonly onAbandon: (run: Run) => void
  /** Called when nothing is left to do. */
  readonly onEnd: (run: Run) => void
}

/**
 * One event on its way through this process: claim, deliver, complete. Repeats that arrive meanwhile join it. It outlives the
 * request that began it: past the deadline the listeners go on, the claim renewed, until they are done or `maxRunMs` is over.
 *
 * What is there at once (the memory store's answers, a listener without a promise) is not waited for: such a run has ended when
 * `start` returns.
 */
export class Run implements Handled, Holder, Waiting {
  readonly #event: SunoEvent
  /** The key of the event that makes this one stale, or null. */
  readonly #staleKey: string | null
  readonly #context: RunContext
  readonly #lease: Lease
  readonly #abort = new LazyAbort()
  /** What the deliveries of this event are answered by. */
  #result: RunResult | null = null
  /** Set once the listeners are done, though the store may not know yet. */
  #known: RunResult | null = null
  #isWorking = false
  #isAbandoned = false
  /** Resolves to the result. */
  #going: Promise<RunResult> | null = null
  /** What goes on after the result is known: the event is still to be remembered. */
  #remembering: Promise<void> | null = null

  constructor(event: SunoEvent, staleKey: string | null, context: RunContext) {
    this.#event = event
    this.#staleKey = staleKey
    this.#context = context
    this.#lease = new Lease(context.settings, event.key, context.renewals, this)
  }

  get key(): string {
    return this.#event.key
  }

  start(budget: Budget): void {
    this.#going = this.#go(budget)
  }

  get result(): Awaitable<RunResult> {
    return this.#result ?? (this.#going as Promise<RunResult>)
  }

  /** Resolves when nothing is left to do: no listener at work, nothing to be stored. */
  async finish(): Promise<void> {
    await this.#going
    await this.#remembering
  }

  get late(): Handling {
    const known = this.#result ?? this.#known
    if (known !== null) return known
    return this.#isWorking ? { status: 'deadline' } : { status: 'unavailable', error: CLAIM_TOO_SLOW }
  }

  /** Stops holding the key; the listeners learn it from their signal. */
  abandon(reason: string): void {
    if (this.#isAbandoned) return
    this.#isAbandoned = true
    void this.#lease.stop()
    this.#abort.abort(reason)
    this.#context.onAbandon(this)
  }

  leaseIsLost(): void {
    this.#warn('Another attempt has taken the key of an event that is being worked on: it may be handled twice.')
    this.#abort.abort('The lease was lost to another attempt.')
  }

  /** The work takes too long. */
  timeIsOver(): void {
    const { maxRunMs } = this.#context.settings
    this.#warn(`The work on an event takes longer than maxRunMs (${String(maxRunMs)} ms): it can be claimed again.`)
    this.abandon(`The work takes longer than maxRunMs (${String(maxRunMs)} ms).`)
  }

  /** Never rejects. */
  async #go(budget: Budget): Promise<RunResult> {
    const { settings, isClosing, work, limits } = this.#context
    const claiming = this.#lease.claim(budget, isClosing)
    const asking = this.#staleKey !== null && isDone(settings.store, this.#staleKey)
    const claim = isPromise(claiming) ? await claiming : claiming
    const isStale = isPromise(asking) ? await asking : asking
    if (claim.status === 'done') return this.#end({ status: 'duplicate' })
    if (claim.status !== 'claimed') return this.#end(claim)
    if (isStale) return this.#complete({ status: 'stale' }, budget)

    this.#isWorking = true
    const working = work(this.#event, new LazyContext(this.#abort))
    if (!isPromise(working)) return this.#conclude(working, budget)
    // For as long as it may take the claim is renewed.
    const now = performance.now()
    const limit = limits.set(this, now)
    this.#lease.keep(now)
    const result = await working
    limit.stop()
    return this.#conclude(result, budget)
  }

  #conclude(result: WorkResult, budget: Budget): Awaitable<RunResult> {
    if (result.status === 'handled') return this.#complete({ status: 'handled', leaseLost: false }, budget)
    if (result.status === 'handed-off') return this.#complete({ status: 'handed-off' }, budget)
    return this.#release(result)
  }

  /** Remembers the event. What succeeded is never given back. */
  #complete(result: Completed, budget: Budget): Awaitable<RunResult> {
    this.#known = result
    const stopping = this.#lease.stop()
    const completing = stopping === null ? this.#lease.complete() : stopping.then(() => this.#lease.complete())
    return isPromise(completing) ? this.#insist(completing, result, budget) : this.#completed(result, completing)
  }

  /** If the store fails, the result is known after a few tries, and the tries go on behind it. */
  async #insist(first: Promise<boolean>, result: Completed, budget: Budget): Promise<RunResult> {
    let completing: Awaitable<boolean> = first
    for (let tries = 1; ; tries++) {
      try {
        return this.#completed(result, await completing)
      } catch (error) {
        if (tries === TRIES_BEFORE_ANSWER) {
          this.#warn('An event was handled, but the store could not remember it yet; trying on.', { error })
          this.#remembering = this.#tryOn(tries, error, result, budget)
          return (this.#result = result)
        }
        await pauseAfter(tries)
        completing = this.#lease.complete()
      }
    }
  }

  async #tryOn(triesBefore: number, failure: unknown, result: Completed, budget: Budget): Promise<void> {
    let error = failure
    for (let tries = triesBefore; !this.#isAbandoned && budget.spentMs <= this.#context.settings.maxRunMs; tries++) {
      await pauseAfter(tries)
      try {
        this.#completed(result, await this.#lease.complete())
        return
      } catch (next) {
        error = next
      }
    }
    const message = 'An event was handled, but the store could not remember it: a repeat would be handled again.'
    this.#context.settings.logger.error(message, { ...toLogFields(this.#event), error })
    this.#end(result)
  }

  #completed(result: Completed, isOurs: boolean): RunResult {
    if (!isOurs)
      this.#warn('Another attempt took the key of an event before it was completed: it may be handled twice.')
    return this.#end(result.status === 'handled' && !isOurs ? { status: 'handled', leaseLost: true } : result)
  }

  /** Gives the key back, so that the retry can claim it at once. */
  async #release(result: RunResult): Promise<RunResult> {
    this.#known = result
    try {
      await this.#lease.stop()
      await this.#lease.release()
    } catch (error) {
      const message = 'The store could not give back the key of a failed event; it is free when its lease lapses.'
      this.#warn(message, { error })
    }
    return this.#end(result)
  }

  #end(result: RunResult): RunResult {
    this.#result ??= result
    this.#context.onEnd(this)
    return result
  }

  #warn(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#context.settings.logger.warn(message, { ...toLogFields(this.#event), ...fields })
  }
}

const TRIES_BEFORE_ANSWER = 3
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5000

function pauseAfter(tries: number): Promise<void> {
  return sleep(Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS))
}

const CLAIM_TOO_SLOW = new DeliveryError(
  'STORE_FAILED',
  "The store did not answer the claim within the delivery's time.",
)
