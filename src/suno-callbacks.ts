import { Alarms } from './time/timer-list.js'
import { askVerifier } from './delivery/ask-verifier.js'
import { toCallbackUrl, type CallbackUrlOptions } from './verify/create-callback-url.js'
import type { BodyLimits, Delivery } from './delivery/delivery.js'
import { readEnvelope } from './events/envelope.js'
import { DeliveryError } from './errors/errors.js'
import type { Kind, Metadata, SunoEvent } from './events/types.js'
import { handOff } from './handoff/hand-off.js'
import type { StoredDelivery } from './handoff/handoff.js'
import { toStoredEvent } from './handoff/stored-delivery.js'
import { isKind } from './events/kinds/index.js'
import { toKey } from './events/key.js'
import type { Logger } from './log/logger.js'
import { Observers } from './listeners/outcome-listeners.js'
import { readOptions, type Settings, type SunoCallbacksOptions } from './options/options.js'
import type { Outcome, Verdict } from './outcome/outcome.js'
import { readBody } from './delivery/read-body.js'
import { Reply, type ReplyContext } from './delivery/answer.js'
import { Report } from './outcome/outcome-log.js'
import { Runs } from './handling/runs.js'
import type { Listener, ListenerOf, OutcomeListener, SubscriptionName } from './listeners/listener.js'
import { checkSubscription, Subscriptions } from './listeners/subscriptions.js'
import { isPromise } from './time/time.js'
import { toEvent, type Origin } from './events/to-event.js'
import { runListeners, type Work } from './listeners/call-listeners.js'
import {
  CLOSING,
  IGNORED,
  internalFault,
  KIND_MISMATCH,
  KIND_UNKNOWN,
  NO_LISTENER,
  rejected,
  toBodyVerdict,
  toVerdict,
  TWO_TASK_IDS,
  unavailable,
  unrecognised,
} from './delivery/verdict.js'
import { readSignedCallback } from './verify/signed-url.js'

/**
 * Receives callbacks and hands them to listeners as typed events. Mount it with an adapter (`suno-callbacks/express`, `/koa`,
 * `/node`), or call `receive` yourself and answer with `toResponse(outcome)`.
 *
 * @example
 * const suno = new SunoCallbacks({ secret, baseUrl: 'https://app.example.com/suno' })
 * suno.on('music:complete', async (event) => save(event.taskId, event.tracks))
 * app.use('/suno', expressMiddleware(suno))
 */
export class SunoCallbacks {
  readonly #settings: Settings
  readonly #bodyLimits: BodyLimits
  readonly #subscriptions = new Subscriptions()
  readonly #runs: Runs
  /** Runs the listeners of an event. */
  readonly #listeners: Work
  readonly #report: Report
  readonly #observers: Observers
  readonly #replies: ReplyContext
  readonly #bodyTimes: Alarms
  #isClosing = false

  /** @throws ConfigurationError with a `code` and a message that says how to mend it */
  constructor(options: SunoCallbacksOptions = {}) {
    this.#settings = readOptions(options)
    const { handoff, logger, maxBodyBytes, bodyTimeoutMs, deadlineMs } = this.#settings
    this.#bodyLimits = { maxBytes: maxBodyBytes, timeoutMs: Math.min(bodyTimeoutMs, deadlineMs) }
    this.#listeners = runListeners(this.#subscriptions, logger)
    const work = handoff === null ? this.#listeners : handOff(handoff)
    this.#runs = new Runs({ settings: this.#settings, work, isClosing: () => this.#isClosing })
    this.#report = new Report(logger)
    this.#observers = new Observers(logger)
    this.#bodyTimes = new Alarms(this.#bodyLimits.timeoutMs, true)
    this.#replies = {
      deadlines: new Alarms(deadlineMs, true),
      onOutcome: (outcome) => {
        this.#report.outcome(outcome)
        this.#observers.tell(outcome)
      },
    }
  }

  /** Where this instance writes; adapters write there too. */
  get logger(): Logger {
    return this.#settings.logger
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

  /** The same for one event: taken off when its run starts, and put back if that delivery fails. */
  once<Name extends SubscriptionName>(name: Name, listener: ListenerOf<Name>): this {
    return this.#subscribe(name, listener, true)
  }

  /** Takes the listener off that name, however often it was added. Runs under way are not stopped. */
  off<Name extends SubscriptionName>(name: Name, listener: ListenerOf<Name>): this {
    checkSubscription(name, listener)
    if (name === 'outcome') this.#observers.off(listener as OutcomeListener)
    else this.#subscriptions.remove(name, listener)
    return this
  }

  /**
   * The address to submit as `callBackUrl`. With a secret it is signed, and carries kind, metadata and expiry.
   *
   * @throws ConfigurationError `KIND_UNKNOWN`, `BASE_URL_MISSING`, `BASE_URL_INVALID`, `BASE_URL_INSECURE`, `METADATA_INVALID`,
   * `METADATA_TOO_LARGE`, `METADATA_NEEDS_SECRET`, `EXPIRY_INVALID`, `EXPIRY_NEEDS_SECRET`
   */
  callbackUrl(kind: Kind, options: CallbackUrlOptions = {}): string {
    return toCallbackUrl(kind, options, this.#settings)
  }

  /** Takes one delivery all its way. Never rejects; a 2xx of `toResponse(outcome)` means that the event is safe. */
  receive(delivery: Delivery): Promise<Outcome> {
    const reply = new Reply(this.#replies)
    void this.#take(delivery, reply)
    return reply.expect()
  }

  /**
   * The counterpart of a handoff, in the engine's worker: runs the listeners of the event. Whether it runs once is up to the engine.
   *
   * @param signal of the engine's, if it has one; the listeners see it as theirs
   * @throws AggregateError of the listeners' errors, so that the engine tries the job again
   * @throws DeliveryError `NO_LISTENER` while nobody listens for anything, `STORED_INVALID`
   */
  async run(stored: StoredDelivery, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (this.#subscriptions.isEmpty) throw NO_LISTENER
    const event = toStoredEvent(stored)
    const result = await this.#listeners(event, { signal: signal ?? new AbortController().signal })
    if (result.status === 'failed') throw result.error
    if (result.status === 'ignored') this.#report.unheard(event)
  }

  /**
   * Refuses new work with 503 and waits for what is under way, `graceMs` at most (10,000 by default). Then the listeners that are
   * still at work see their signal abort.
   *
   * @returns how many events were left behind unfinished
   */
  async close({ graceMs = 10_000 }: { readonly graceMs?: number | undefined } = {}): Promise<number> {
    this.#isClosing = true
    return this.#runs.close(graceMs)
  }

  /** The way of a delivery. Each step answers what the next one needs, or the verdict that ends it. Never rejects. */
  async #take(delivery: Delivery, reply: Reply): Promise<void> {
    try {
      const receivedAt = new Date()
      const address = this.#readAddress(delivery, receivedAt)
      if ('status' in address) return reply.give(address)

      const refusal = this.#refusal(address)
      if (refusal !== null) return reply.give(refusal)

      reply.step = { is: 'reading', address }
      const reading = readBody(delivery, this.#bodyLimits)
      const timer = isPromise(reading) ? this.#bodyTimes.set(reply, reply.budget.startedAt) : null
      const body = isPromise(reading) ? await reading : reading
      timer?.stop()
      if ('fault' in body) return reply.give(toBodyVerdict(body, address))

      const envelope = readEnvelope(body.raw)
      if (envelope.taskIds.length > 1) return reply.give(rejected('malformed', TWO_TASK_IDS, address))

      const { verify, name } = this.#settings
      if (verify !== null) {
        const read = { delivery, kind: address.kind, taskId: envelope.taskIds[0] ?? null, bytes: body.bytes }
        reply.step = { is: 'verifying', read }
        const unverified = await askVerifier(verify, read)
        if (unverified !== null) return reply.give(unverified)
      }
      if (reply.isGiven) return

      const { kind, metadata } = address
      const event = toEvent(envelope, { kind, metadata, receivedAt }, name)
      const unheard = this.#unheard(event)
      if (unheard !== null) return reply.give(unheard)

      const handling = this.#runs.handle(event, this.#staleKey(event), reply.budget)
      reply.step = { is: 'handling', event, handling }
      const { result } = handling
      reply.give(toVerdict(isPromise(result) ? await result : result, event))
    } catch (bug) {
      reply.give(internalFault(bug))
    }
  }

  /** The signed URL, before anything of the body is touched; else what the path says. */
  #readAddress({ query, kind }: Delivery, now: Date): Address | Verdict {
    if (kind !== undefined && !isKind(kind)) return rejected('unrecognised', KIND_UNKNOWN)
    const { signingKeys } = this.#settings
    if (signingKeys === null) return { kind: kind ?? null, metadata: NO_METADATA }
    const signed = readSignedCallback(query ?? '', signingKeys, now.getTime())
    if (signed instanceof DeliveryError) return rejected('unauthorized', signed)
    return kind === undefined || kind === signed.kind ? signed : rejected('unauthorized', KIND_MISMATCH)
  }

  /** Why nothing can be handled now, or null. */
  #refusal(address: Address): Verdict | null {
    if (this.#isClosing) return unavailable(CLOSING, address)
    return this.#isDeaf ? unavailable(NO_LISTENER, address) : null
  }

  /** Why the event is not handled, or null. */
  #unheard(event: SunoEvent): Verdict | null {
    if (!this.#isHeard(event)) return event.type === 'unknown' ? unrecognised(event) : toVerdict(IGNORED, event)
    return this.#isClosing ? unavailable(CLOSING, event) : null
  }

  /** Nobody listens for anything, and nobody takes it over: the app is still starting. */
  get #isDeaf(): boolean {
    return this.#settings.handoff === null && this.#subscriptions.isEmpty
  }

  #isHeard({ key, type }: SunoEvent): boolean {
    // A run under way may have taken the last listener (`once`): its event is heard all the same.
    return this.#settings.handoff !== null || this.#subscriptions.of(type).length > 0 || this.#runs.has(key)
  }

  /** The key whose completion makes the event stale: of a stage before the last, its task's last. */
  #staleKey({ type, taskId }: SunoEvent): string | null {
    const isEarly: boolean = type === 'music:text' || type === 'music:first'
    if (!isEarly || taskId === null || this.#settings.staleStages === 'deliver') return null
    return toKey({ name: this.#settings.name, kind: 'music', stage: 'complete', id: taskId })
  }

  #subscribe(name: SubscriptionName, listener: OutcomeListener | Listener<never>, once: boolean): this {
    checkSubscription(name, listener)
    if (name !== 'outcome') this.#subscriptions.add({ name, listener: listener, once })
    else if (once) this.#observers.once(listener as OutcomeListener)
    else this.#observers.on(listener as OutcomeListener)
    return this
  }
}

/** What the URL of a delivery says. */
type Address = Pick<Origin, 'kind' | 'metadata'>

const NO_METADATA: Metadata = Object.freeze({})
