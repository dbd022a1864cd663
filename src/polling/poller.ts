import { readMetadata } from '../events/metadata.js'
import type { Metadata, SunoEvent } from '../events/types.js'
import { Observers } from '../listeners/observers.js'
import type { Outcome } from '../outcome/outcome.js'
import { linkedSignal } from './abort.js'
import type { Check, OverdueTask } from './check.js'
import { SUBMIT_ENDPOINTS, type SubmitPath } from './endpoints.js'
import { GuardedList } from './guarded-list.js'
import { ageOf, isSettled, look, readEvent, type LookedAt, type LookOptions, type PollingReceiver } from './look.js'
import { POLLER_OBSERVERS, type PollerEventName, type PollerEvents, type PollerListener } from './observers.js'
import {
  readPollerOptions,
  readPollerSubmitOptions,
  readSweepOptions,
  readTaskToCheck,
  readTaskToWaitFor,
  readTaskToWatch,
  type PollerSettings,
  type RecordPollerOptions,
  type TaskToCheck,
  type TaskToWaitFor,
  type TaskToWatch,
} from './poller-options.js'
import { pollTasks } from './poll-tasks.js'
import { readPath } from './provider-client.js'
import type { ProviderError } from './provider-error.js'
import { isLast } from './read-record.js'
import { RequestLimit } from './request-limit.js'
import { jittered, nextDelayMs } from './schedule.js'
import { submitAddress } from './submit-address.js'
import { submitTask, type SubmittedTask } from './submit-task.js'
import { sweepTasks, type SweepReport } from './sweep.js'
import type { LentTask, TaskName } from './task-list.js'
import { waitForTask, type TaskObserver } from './wait-for-task.js'

/**
 * Makes a poller: it asks for the records of tasks whose callbacks do not come, and gives each to `suno.handle`. An event is handled once,
 * whether its callback or its record came first.
 *
 * @example
 * const poller = recordPoller(suno, { provider: providerClient({ provider: 'sunoapi' }), tasks: memoryTasks() }).start()
 * await poller.submit('/api/v1/lyrics', { prompt }, { metadata: { orderId: '42' } })
 * @throws ConfigurationError `RECEIVER_INVALID`, `PROVIDER_INVALID`, `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN`,
 * `LOGGER_INVALID`
 */
export function recordPoller(suno: PollingReceiver, options: RecordPollerOptions): RecordPoller {
  return new RecordPoller(suno, readPollerOptions(suno, options))
}

export class RecordPoller {
  readonly #suno: PollingReceiver
  readonly #settings: PollerSettings
  readonly #list: GuardedList
  readonly #limit: RequestLimit
  readonly #observers: Observers<PollerEvents>
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #waits = new Map<string, Set<TaskObserver>>()
  /** Aborts when the poller stops; then there is another. */
  #stopping = new AbortController()
  #isStarted = false
  #isObserving = false

  /** Made by `recordPoller`. */
  constructor(suno: PollingReceiver, settings: PollerSettings) {
    this.#suno = suno
    this.#settings = settings
    this.#list = new GuardedList(settings.tasks, settings.logger)
    this.#limit = new RequestLimit(settings)
    this.#observers = new Observers(POLLER_OBSERVERS, settings.logger)
  }

  /**
   * Calls the listener with what each look has shown (`checked`), with each task that has become too old (`overdue`), and when polling
   * has ended (`stopped`). Not awaited; what it throws is logged.
   *
   * @throws ConfigurationError `EVENT_UNKNOWN`, `LISTENER_INVALID`
   */
  on<Name extends PollerEventName>(name: Name, listener: PollerListener<Name>): this {
    this.#observers.on(name, listener)
    return this
  }

  /** The same for one time. */
  once<Name extends PollerEventName>(name: Name, listener: PollerListener<Name>): this {
    this.#observers.once(name, listener)
    return this
  }

  /** Takes the listener off that name. */
  off<Name extends PollerEventName>(name: Name, listener: PollerListener<Name>): this {
    this.#observers.off(name, listener)
    return this
  }

  /** Begins to look at the tasks of the list that are due, until `stop`. The process lives on meanwhile. */
  start(): this {
    if (this.#isStarted) return this
    this.#isStarted = true
    this.#observe()
    const loop = {
      ...this.#settings,
      list: this.#list,
      limit: this.#limit,
      look: (task: LentTask, signal: AbortSignal) => this.#lookAt(task, { signal, isAskedAnyway: false }),
      onOverdue: (task: OverdueTask) => this.#observers.emit('overdue', task),
    }
    void this.#track(pollTasks(loop, this.#stopping.signal))
    return this
  }

  /**
   * Ends polling: requests are aborted, events that are being handled are waited for, and what waits for a task is rejected with an
   * AbortError. Then nothing is under way, and `start` may begin anew. Do not await it in a listener of the same instance: it waits for
   * the listener.
   */
  async stop(): Promise<void> {
    const wasStarted = this.#isStarted
    this.#end(new DOMException('The poller was stopped.', 'AbortError'))
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
    if (this.#isObserving) this.#suno.off('outcome', this.#onOutcome)
    this.#isObserving = false
    if (wasStarted) this.#observers.emit('stopped', { error: null })
  }

  /**
   * Puts a task on the list. The same task twice is one.
   *
   * @returns whether it was not there
   * @throws ConfigurationError `KIND_UNKNOWN`, `TASK_INVALID`, `METADATA_INVALID`, `OPTION_INVALID`, `OPTION_UNKNOWN`; what the list
   * throws
   */
  async watch(given: TaskToWatch): Promise<boolean> {
    const task = readTaskToWatch(given)
    this.#observe()
    return this.#track(this.#add({ ...task, submittedAt: task.submittedAt ?? new Date() }))
  }

  /**
   * Submits a task with a callback URL of this instance, and watches it. With no public address (`primary`, and no `baseUrl`) the URL
   * leads nowhere. Never submits twice.
   *
   * @throws ProviderError; ConfigurationError of `callbackUrl` and `ENDPOINT_UNKNOWN`, before anything is sent
   */
  async submit(
    path: SubmitPath,
    params: object,
    given: { readonly metadata?: Metadata | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<SubmittedTask> {
    const options = readPollerSubmitOptions(given)
    const metadata = readMetadata(options.metadata, 'submit(path, params, options)')
    const callBackUrl = submitAddress(this.#suno, SUBMIT_ENDPOINTS[readPath(path)].kind, options, this.#settings.mode)
    this.#observe()
    const { provider, logger } = this.#settings
    const submission = { path, params, callBackUrl, metadata, signal: options.signal }
    return this.#track(
      submitTask(submission, { provider, logger, stopping: this.#stopping.signal, add: (task) => this.#add(task) }),
    )
  }

  /**
   * Looks at one task now, watched or not, and handles what its record has.
   *
   * @throws ConfigurationError as `watch`; the reason of `signal`
   */
  async check(given: TaskToCheck): Promise<Check> {
    const { task, signal } = readTaskToCheck(given)
    this.#observe()
    return this.#track(this.#check(task, signal))
  }

  /**
   * The event that the task's record has now, without handling it: for fresh links to files. Null while the task runs, and when the
   * provider knows no such task.
   *
   * @throws ProviderError; ConfigurationError as `watch`; the reason of `signal`
   */
  async read(given: TaskToCheck): Promise<SunoEvent | null> {
    const { task, signal } = readTaskToCheck(given)
    const linked = linkedSignal(signal, this.#stopping.signal)
    const context = { suno: this.#suno, provider: this.#settings.provider, limit: this.#limit }
    return this.#track(readEvent(task, context, linked.signal).finally(() => linked.release()))
  }

  /**
   * The task's last event, `error` included, whether it comes by callback or by record. It waits until the event is handled; the
   * instance needs a listener.
   *
   * @throws DOMException `TimeoutError`, and `AbortError` when the poller stops; the reason of `signal`
   * @throws ProviderError `UNAUTHORIZED`; DeliveryError `NO_LISTENER`, `CLOSING`
   * @throws ConfigurationError as `watch`
   */
  async waitFor(given: TaskToWaitFor): Promise<SunoEvent> {
    const { task, ...request } = readTaskToWaitFor(given)
    const { mode, logger } = this.#settings
    this.#observe()
    return this.#track(
      waitForTask(request, {
        stopping: this.#stopping.signal,
        look: async (signal) => this.#track(this.#lookAt(await this.#known(task), { signal, isAskedAnyway: true })),
        nextDelayMs: (ageMs) => {
          const delayMs = nextDelayMs({ mode: 'primary', kind: task.kind, ageMs }, Math.random())
          return mode === 'primary' ? delayMs : Math.max(delayMs, jittered(EXPECTED_MS, Math.random()))
        },
        observe: (observer) => this.#observeTask(task, observer),
        onFault: (error) => logger.error('onProgress of waitFor failed; waiting goes on.', { error }),
      }),
    )
  }

  /**
   * Looks at each of these tasks once: for cron and serverless, from a table of your own. The rows need kind and taskId, and should have
   * metadata and submittedAt.
   *
   * @throws what the iterable throws; ProviderError `UNAUTHORIZED`; ConfigurationError as `watch`
   */
  async sweep(
    tasks: AsyncIterable<TaskToWatch> | Iterable<TaskToWatch>,
    given: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<SweepReport> {
    const linked = linkedSignal(readSweepOptions(given).signal, this.#stopping.signal)
    const { signal } = linked
    this.#observe()
    const look = async (task: TaskToWatch) => {
      const { kind, taskId, metadata, submittedAt } = task
      return this.#check(readTaskToCheck({ kind, taskId, metadata, submittedAt }).task, signal)
    }
    const sweeping = sweepTasks(tasks, { concurrency: this.#settings.concurrency, signal, look })
    return this.#track(sweeping.finally(() => linked.release()))
  }

  async #check(task: LookedAt, signal: AbortSignal | undefined): Promise<Check> {
    const linked = linkedSignal(signal, this.#stopping.signal)
    try {
      return await this.#lookAt(await this.#known(task), { signal: linked.signal, isAskedAnyway: false })
    } finally {
      linked.release()
    }
  }

  /** One look, told to the observers; a task that is over leaves the list. */
  async #lookAt(task: LookedAt, options: LookOptions): Promise<Check> {
    const { provider } = this.#settings
    const check = await look(task, { suno: this.#suno, provider, limit: this.#limit }, options)
    if (check.status === 'done' || check.status === 'known') await this.#list.remove(task)
    this.#observers.emit('checked', check)
    if (check.status === 'unanswered' && check.error.code === 'UNAUTHORIZED') this.#onUnauthorized(check.error)
    return check
  }

  /** With what the list knows of it. */
  async #known(task: LookedAt): Promise<LookedAt> {
    const isComplete = Object.keys(task.metadata).length > 0 && task.submittedAt !== null
    const known = isComplete ? null : await this.#list.get(task)
    if (known === null) return task
    const metadata = Object.keys(task.metadata).length > 0 ? task.metadata : known.metadata
    return { ...task, metadata, submittedAt: task.submittedAt ?? known.submittedAt }
  }

  #add(task: LookedAt & { readonly submittedAt: Date }): Promise<boolean> {
    const { mode, maxAgeMs } = this.#settings
    const ageMs = ageOf(task)
    const delayMs = ageMs >= maxAgeMs ? 0 : nextDelayMs({ mode, kind: task.kind, ageMs }, Math.random())
    return this.#list.add(task, delayMs)
  }

  #onUnauthorized(error: ProviderError): void {
    if (!this.#isStarted) return
    const message = 'The provider refuses the API key: polling has stopped. Set the right key, and start again.'
    this.#settings.logger.error(message, { error })
    this.#end(error)
    this.#observers.emit('stopped', { error })
  }

  #end(reason: Error): void {
    this.#isStarted = false
    const stopping = this.#stopping
    this.#stopping = new AbortController()
    stopping.abort(reason)
  }

  #observe(): void {
    if (this.#isObserving) return
    this.#isObserving = true
    this.#suno.on('outcome', this.#onOutcome)
  }

  /** A task leaves the list with its last event, whoever brought it. */
  readonly #onOutcome = (outcome: Outcome): void => {
    const { event, kind, taskId, source } = outcome
    if (event === null || kind === null || taskId === null) return
    for (const onEvent of this.#waits.get(idOf({ kind, taskId })) ?? []) onEvent(event, isSettled(outcome))
    // Of records, whoever has looked removes the task.
    if (source !== 'record' && isLast(event) && isSettled(outcome))
      void this.#track(this.#list.remove({ kind, taskId }))
  }

  #observeTask(task: TaskName, observer: TaskObserver): () => void {
    const id = idOf(task)
    const waits = this.#waits.get(id) ?? new Set()
    this.#waits.set(id, waits.add(observer))
    return () => {
      waits.delete(observer)
      if (waits.size === 0) this.#waits.delete(id)
    }
  }

  #track<T>(promise: Promise<T>): Promise<T> {
    this.#underWay.add(promise)
    const settled = () => this.#underWay.delete(promise)
    promise.then(settled, settled)
    return promise
  }
}

/** How often a task is looked at that somebody waits for, where a callback is expected: what the providers' pages recommend. */
const EXPECTED_MS = 30_000

/** No kind contains the separator. */
function idOf({ kind, taskId }: TaskName): string {
  return `${kind}:${taskId}`
}
