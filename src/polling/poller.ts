import type { SunoEvent } from '../events/types.js'
import { Observers } from '../listeners/observers.js'
import { linkedSignal } from './abort.js'
import type { TaskCheck, OverdueTask } from './check.js'
import type { SubmitPath } from './endpoints.js'
import { GuardedList } from './guarded-list.js'
import type { PollingReceiver } from './look.js'
import { Looker } from './looker.js'
import { POLLER_OBSERVERS, type PollerEventName, type PollerEvents, type PollerListener } from './observers.js'
import type { PollerSettings } from './poller-options.js'
import { readPollerSubmission, type PollerSubmitOptions } from './poller-submission.js'
import { pollTasks } from './poll-tasks.js'
import type { ProviderError } from './provider-error.js'
import { RequestLimit } from './request-limit.js'
import { firstDelayMs } from './schedule.js'
import { submitTask, type SubmittedTask } from './submit-task.js'
import { sweepTasks, type SweepReport } from './sweep.js'
import type { LentTask, WatchedTask } from './task-list.js'
import {
  checkRows,
  readRow,
  readSweepOptions,
  readTaskToCheck,
  readTaskToWaitFor,
  readTaskToWatch,
  type TaskToCheck,
  type TaskToWaitFor,
  type TaskToWatch,
} from './task-options.js'
import { TaskOutcomes } from './task-outcomes.js'
import { OpenWork } from './work.js'

/** Made by `recordPoller`. */
export class RecordPoller {
  readonly #suno: PollingReceiver
  readonly #settings: PollerSettings
  readonly #list: GuardedList
  readonly #limit: RequestLimit
  readonly #observers: Observers<PollerEvents>
  readonly #outcomes: TaskOutcomes
  readonly #looker: Looker
  readonly #work = new OpenWork()
  #isStarted = false

  constructor(suno: PollingReceiver, settings: PollerSettings) {
    this.#suno = suno
    this.#settings = settings
    this.#list = new GuardedList(settings.tasks, settings.logger)
    this.#limit = new RequestLimit(settings)
    this.#observers = new Observers(POLLER_OBSERVERS, settings.logger)
    // A task leaves the list with its last event, whoever brought it.
    this.#outcomes = new TaskOutcomes(suno, (task) => void this.#work.track(this.#list.remove(task)))
    this.#looker = new Looker({
      ...{ suno, settings, provider: settings.provider },
      ...{ limit: this.#limit, list: this.#list, outcomes: this.#outcomes, work: this.#work },
      onChecked: (check) => this.#observers.emit('checked', check),
      onUnauthorized: (error) => this.#onUnauthorized(error),
    })
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
    this.#outcomes.start()
    const loop = {
      ...this.#settings,
      list: this.#list,
      limit: this.#limit,
      look: (task: LentTask, signal: AbortSignal) =>
        this.#looker.look(task, { signal, isAskedAnyway: false, whilePaused: 'leave' }),
      onOverdue: (task: OverdueTask) => this.#observers.emit('overdue', task),
    }
    void this.#work.track(pollTasks(loop, this.#work.ending))
    return this
  }

  /**
   * Ends polling: requests are aborted, events that are being handled are waited for, and what waits for a task is rejected with an
   * AbortError. Resolves when nothing of that is under way. `start` may begin anew at any time, also before: what begins after the call
   * of `stop` is neither ended by it nor waited for. Do not await it in a listener of the same instance: it waits for the listener.
   */
  async stop(): Promise<void> {
    const wasStarted = this.#isStarted
    // At once: later they may be those of what has begun anew. A task whose callback comes meanwhile is known at its next look.
    this.#outcomes.stop()
    await this.#end(new DOMException('The poller was stopped.', 'AbortError'))
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
    return this.#begin(() => this.#add({ ...task, submittedAt: task.submittedAt ?? new Date() }))
  }

  /**
   * Submits a task with a callback URL of this instance, and watches it. With no public address (`primary`, and no `baseUrl`) the URL
   * leads nowhere. Never submits twice.
   *
   * @throws ProviderError; ConfigurationError of `callbackUrl`, `ENDPOINT_UNKNOWN` and `MODEL_UNKNOWN`, before anything is sent
   */
  async submit(path: SubmitPath, params: object, given: PollerSubmitOptions = {}): Promise<SubmittedTask> {
    const { provider, logger, mode } = this.#settings
    const submission = readPollerSubmission({ path, params, given, mode }, this.#suno)
    return this.#begin(() =>
      submitTask(submission, { provider, logger, stopping: this.#work.ending, add: (task) => this.#add(task) }),
    )
  }

  /**
   * Looks at one task now, watched or not, and handles what its record has.
   *
   * @throws ConfigurationError as `watch`; the reason of `signal`
   */
  async check(given: TaskToCheck): Promise<TaskCheck> {
    const { task, signal } = readTaskToCheck(given, 'check')
    return this.#begin(() => this.#looker.check(task, signal))
  }

  /**
   * The event that the task's record has now, without handling it: for fresh links to files. Null while the task runs, and when the
   * provider knows no such task.
   *
   * @throws ProviderError; ConfigurationError as `watch`; the reason of `signal`
   */
  async read(given: TaskToCheck): Promise<SunoEvent | null> {
    const { task, signal } = readTaskToCheck(given, 'read')
    return this.#work.track(this.#looker.read(task, signal))
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
    return this.#begin(() => this.#looker.waitFor(task, request))
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
    checkRows(tasks)
    const { signal, release } = linkedSignal(readSweepOptions(given).signal, this.#work.ending)
    const look = async (row: TaskToWatch) => this.#looker.check(readRow(row), signal)
    const { concurrency } = this.#settings
    return this.#begin(() => sweepTasks(tasks, { concurrency, signal, look }).finally(release))
  }

  /** Observes what becomes of callbacks from now on, so that none of a task that is known is missed. */
  #begin<T>(work: () => Promise<T>): Promise<T> {
    this.#outcomes.start()
    return this.#work.track(work())
  }

  #add(task: WatchedTask): Promise<boolean> {
    return this.#list.add(task, firstDelayMs(task, this.#settings, Math.random()))
  }

  #onUnauthorized(error: ProviderError): void {
    if (!this.#isStarted) return
    const message = 'The provider refuses the API key: polling has stopped. Set the right key, and start again.'
    this.#settings.logger.error(message, { error })
    void this.#end(error)
    this.#observers.emit('stopped', { error })
  }

  #end(reason: Error): Promise<void> {
    this.#isStarted = false
    return this.#work.end(reason)
  }
}
