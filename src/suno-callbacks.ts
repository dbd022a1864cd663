import { receive, type ReceivingContext } from './delivery/receive.js'
import type { Delivery } from './delivery/delivery.js'
import { lateOutcome } from './delivery/verdict.js'
import type { Kind, Metadata } from './events/types.js'
import { handleBody, type HandleRequest } from './delivery/handle-body.js'
import { isTaskDone } from './handling/is-task-done.js'
import { Runs } from './handling/runs.js'
import { handOff } from './handoff/hand-off.js'
import type { StoredDelivery } from './handoff/handoff.js'
import { toStoredEvent } from './handoff/stored-delivery.js'
import { callListeners, type Work } from './listeners/call-listeners.js'
import type { Listener, ListenerOf, OutcomeListener, SubscriptionName } from './listeners/listener.js'
import { Observers } from './listeners/observers.js'
import { OUTCOME_OBSERVERS, type OutcomeEvents } from './listeners/outcome-listeners.js'
import { checkSubscription, noListener, Subscriptions } from './listeners/subscriptions.js'
import type { Logger } from './log/logger.js'
import { readCloseOptions, readRunOptions } from './options/call-options.js'
import { readOptions, type Settings, type SunoCallbacksOptions } from './options/options.js'
import { OutcomeLog } from './outcome/outcome-log.js'
import type { Outcome, ProbeOutcome } from './outcome/outcome.js'
import type { TaskName } from './polling/task-list.js'
import { isMemoryStore } from './stores/memory/index.js'
import { TimerList } from './time/timer-list.js'
import { createCallbackUrl, type CallbackUrlOptions } from './verify/create-callback-url.js'
import { readOwnUrl } from './verify/read-own-url.js'

/**
 * Receives callbacks and hands them to listeners as typed events. Mount it with an adapter (`suno-callbacks/express`, `/koa`,
 * `/node`, `/fastify`, `/fetch`), or call `receive` yourself and answer with `toResponse(outcome)`.
 *
 * @example
 * const suno = new SunoCallbacks({ secret, baseUrl: 'https://app.example.com/suno' })
 * suno.on('music:complete', async (event) => save(event.taskId, event.tracks))
 * app.use('/suno', expressMiddleware(suno))
 */
export class SunoCallbacks {
  readonly #settings: Settings
  readonly #subscriptions = new Subscriptions()
  readonly #observers: Observers<OutcomeEvents>
  readonly #outcomeLog: OutcomeLog
  readonly #listeners: Work
  readonly #runs: Runs
  readonly #receiving: ReceivingContext
  readonly #closing = new AbortController()

  /** @throws ConfigurationError with a `code` and a message that says how to mend it */
  constructor(options: SunoCallbacksOptions = {}) {
    const settings = readOptions(options)
    const { handoff, logger, maxBodyBytes, deadlineMs } = settings
    const bodyLimits = { maxBytes: maxBodyBytes, timeoutMs: Math.min(settings.bodyTimeoutMs, deadlineMs) }
    const isClosing = () => this.closing.aborted
    this.#settings = settings
    this.#observers = new Observers(OUTCOME_OBSERVERS, logger)
    this.#outcomeLog = new OutcomeLog(logger)
    this.#listeners = callListeners(this.#subscriptions, logger)
    const work = handoff === null ? this.#listeners : handOff(handoff)
    this.#runs = new Runs({ settings, work, isClosing })
    this.#receiving = {
      settings,
      bodyLimits,
      handling: { settings, subscriptions: this.#subscriptions, runs: this.#runs, isClosing },
      answers: {
        deadlines: new TimerList(deadlineMs, true),
        onAnswer: (outcome) => this.#observe(outcome),
        toLate: lateOutcome,
      },
      bodyTimers: new TimerList(bodyLimits.timeoutMs, true),
    }
  }

  /** Where this instance writes; adapters write there too. */
  get logger(): Logger {
    return this.#settings.logger
  }

  /** The part of every key that tells this instance from others on its store; undefined where it has none. */
  get name(): string | undefined {
    return this.#settings.name
  }

  /** How long a handled event is remembered, in ms. */
  get retentionMs(): number {
    return this.#settings.retentionMs
  }

  /** Whether it forgets with the process what it has handled: its store is `memoryStore()`. */
  get keepsInMemory(): boolean {
    return isMemoryStore(this.#settings.store)
  }

  /** Aborts when `close` is called: for what ends with this instance, such as the streams of an inspector. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /**
   * Calls the listener for every event of that name: an event type, `*` for all of them, or `outcome` for what became of each
   * delivery. All listeners of an event run and are awaited; when one throws, the delivery fails and the retry runs all again.
   *
   * @throws ConfigurationError `EVENT_UNKNOWN`, `LISTENER_INVALID`
   */
  on<Name extends SubscriptionName>(name: Name, listener: ListenerOf<Name>): this {
    return this.#subscribe(name, listener, false)
  }

  /** The same for one event: taken off when its run starts, and put back if that delivery fails or takes longer than `maxRunMs`. */
  once<Name extends SubscriptionName>(name: Name, listener: ListenerOf<Name>): this {
    return this.#subscribe(name, listener, true)
  }

  /** Takes the listener off that name, however often it was added. Runs under way are not stopped. */
  off<Name extends SubscriptionName>(name: Name, listener: ListenerOf<Name>): this {
    checkSubscription(name, listener)
    if (name === 'outcome') this.#observers.off(name, listener as OutcomeListener)
    else this.#subscriptions.remove(name, listener)
    return this
  }

  /**
   * The address to submit as `callBackUrl`. With a secret it is signed, and carries kind, metadata and expiry.
   *
   * @throws ConfigurationError `KIND_UNKNOWN`, `BASE_URL_MISSING`, `BASE_URL_INVALID`, `BASE_URL_INSECURE`, `METADATA_INVALID`,
   * `METADATA_TOO_LARGE`, `METADATA_NEEDS_SECRET`, `EXPIRY_INVALID`, `EXPIRY_NEEDS_SECRET`, `OPTION_UNKNOWN`, `OPTION_INVALID`
   */
  callbackUrl(kind: Kind, options: CallbackUrlOptions = {}): string {
    return createCallbackUrl(kind, options, this.#settings)
  }

  /**
   * Kind and metadata of an address that this app has made, also when it has expired: for where the provider shows it, as in records.
   * Null when it is not signed, or not with a secret that is in use here.
   */
  readCallbackUrl(url: string): { readonly kind: Kind; readonly metadata: Metadata } | null {
    return readOwnUrl(url, this.#settings.signingKeys)
  }

  /**
   * Whether the store knows the last event of that task as done: its result or its error. False when the store does not answer; always
   * false for phrases, of which a task can have several. Never rejects.
   */
  isTaskDone(task: TaskName): Promise<boolean> {
    return isTaskDone(task, this.#settings)
  }

  /** Takes one delivery all its way. Never rejects; a 2xx of `toResponse(outcome)` means that the event is safe. */
  receive(delivery: Delivery): Promise<Outcome | ProbeOutcome> {
    return receive(delivery, this.#receiving)
  }

  /**
   * Handles a body whose source you vouch for, such as a record that you have asked the provider for: the same event under the same
   * key, so that its callback and it absorb each other. Nothing is verified; no adapter leads here. There is no deadline: it waits
   * for the listeners, `maxRunMs` for another process that works on the event. Never rejects.
   *
   * @throws ConfigurationError at once: `OPTION_INVALID`, `OPTION_UNKNOWN`, `KIND_UNKNOWN`, `METADATA_INVALID`
   */
  handle(request: HandleRequest): Promise<Outcome> {
    return handleBody(request, this.#receiving).then((outcome) => {
      this.#observe(outcome)
      return outcome
    })
  }

  /**
   * The counterpart of a handoff, in the engine's worker: runs the listeners of the event. Whether it runs once is up to the engine.
   *
   * @param signal of the engine's, if it has one; the listeners see it as theirs
   * @throws AggregateError of the listeners' errors, so that the engine tries the job again
   * @throws DeliveryError `NO_LISTENER` while there is no listener at all, `LISTENER_BUSY` while the only one is a `once` at work,
   * `STORED_INVALID`
   * @throws ConfigurationError `OPTION_INVALID`, `OPTION_UNKNOWN`
   */
  async run(stored: StoredDelivery, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    const { signal } = readRunOptions(options)
    if (this.#subscriptions.isEmpty) throw noListener()
    const event = toStoredEvent(stored)
    const { result: working } = this.#listeners(event, { signal: signal ?? new AbortController().signal })
    const result = await working
    if (result.status === 'failed' || result.status === 'unavailable') throw result.error
    if (result.status === 'ignored') this.#outcomeLog.warnUnhandled(event)
  }

  /**
   * Refuses new work with 503 and waits for what is under way, `graceMs` at most (10,000 by default). Then the listeners that are
   * still at work see their signal abort.
   *
   * @returns how many events were left behind unfinished
   * @throws ConfigurationError `OPTION_OUT_OF_RANGE` when `graceMs` is no number from 0 on (`Infinity` is one), `OPTION_UNKNOWN`,
   * `OPTION_INVALID`; then it goes on receiving
   */
  async close(options: { readonly graceMs?: number | undefined } = {}): Promise<number> {
    const { graceMs } = readCloseOptions(options)
    this.#closing.abort()
    return this.#runs.close(graceMs)
  }

  #subscribe(name: SubscriptionName, listener: OutcomeListener | Listener<never>, once: boolean): this {
    checkSubscription(name, listener)
    if (name !== 'outcome') this.#subscriptions.add({ name, listener: listener, once })
    else if (once) this.#observers.once(name, listener as OutcomeListener)
    else this.#observers.on(name, listener as OutcomeListener)
    return this
  }

  #observe(outcome: Outcome | ProbeOutcome): void {
    this.#outcomeLog.write(outcome)
    // It is no delivery: who counts these is not to count it.
    if (outcome.status === 'probed') return
    this.#observers.emit('outcome', outcome)
  }
}
