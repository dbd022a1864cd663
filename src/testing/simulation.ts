import { attempt, ServerConnections, type Cut } from './attempt.js'
import { Clock } from './clock.js'
import { Gate } from './gate.js'
import type { PlannedCallback, PlannedTask } from './plan.js'
import { isHit, pick, random } from './random.js'
import type { SimulatedTask } from './simulated-task.js'
import type { SimulationSettings } from './simulation-options.js'
import { toTotals, type AttemptReport, type CallbackReport, type SimulationReport } from './simulation-report.js'
import { readAddresses } from './simulation-urls.js'

/**
 * One run of a plan.
 *
 *     task 1   text ─ first ─ complete          the first attempts of a task's callbacks, one after the other
 *                └ 1 min ─ retry ─ 5 min ─ …    what failed comes again beside them
 *     task 2       text ─ …                     as many tasks at a time as attempts may be under way
 */
export class Simulation {
  readonly #clock: Clock
  readonly #gate: Gate
  readonly #connections: ServerConnections
  readonly #retries: Promise<void>[] = []
  readonly #errors: unknown[] = []
  readonly #counts = { delivered: 0, abandoned: 0, attempts: 0 }
  readonly #tasks: readonly SentTask[]
  readonly #callbacks: readonly SentCallback[]

  constructor(
    tasks: readonly PlannedTask[],
    private readonly settings: SimulationSettings,
  ) {
    this.#tasks = tasks.map((task, index) => toSentTask(task, index, settings))
    this.#callbacks = this.#tasks.flatMap((task) => task.callbacks)
    this.#clock = new Clock(settings.speed)
    this.#gate = new Gate(settings.concurrency)
    this.#connections = new ServerConnections(settings.concurrency)
  }

  async run(): Promise<SimulationReport> {
    const { signal, concurrency, seed } = this.settings
    const stop = () => this.#clock.stop()
    signal?.addEventListener('abort', stop)
    if (signal?.aborted === true) stop()
    const queue = this.#tasks.entries()
    const lanes = Array.from({ length: concurrency }, () => this.#guard(this.#sendTasks(queue)))
    await Promise.all(lanes)
    await Promise.all(this.#retries)
    signal?.removeEventListener('abort', stop)
    this.#connections.close()
    if (this.#errors.length > 0) throw this.#errors[0]

    const callbacks = this.#callbacks.map(toCallbackReport)
    return { seed, callbacks, totals: toTotals(callbacks, this.#tasks.length, this.#clock.elapsedMs) }
  }

  /** What throws here is a function of the caller's. It ends the run. */
  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#errors.push(error)
      this.#clock.stop()
    }
  }

  /** Sends one task after the other, from a queue that it shares. */
  async #sendTasks(queue: IterableIterator<[number, SentTask]>): Promise<void> {
    for (const [index, { callbacks }] of queue) {
      await this.#clock.waitUntil((index / this.#tasks.length) * this.settings.spreadMs)
      for (const callback of callbacks) {
        if (this.#clock.isStopped) return
        const isAcknowledged = await this.#attempt(callback, 'original', 0)
        this.#retries.push(this.#guard(this.#finish(callback, isAcknowledged)))
      }
    }
  }

  /** All that comes after the first attempt. */
  async #finish(callback: SentCallback, isAcknowledged: boolean): Promise<void> {
    if (!isAcknowledged) await this.#retry(callback, 'original')
    await this.#repeat(callback)
  }

  async #repeat(callback: SentCallback): Promise<void> {
    const { repeatAfterMs } = callback.plan
    if (callback.state !== 'delivered' || repeatAfterMs === null) return
    await this.#clock.wait(repeatAfterMs)
    if (!(await this.#attempt(callback, 'repeat', 0))) await this.#retry(callback, 'repeat')
  }

  async #retry(callback: SentCallback, sending: Sending): Promise<void> {
    for (const [index, gapMs] of this.settings.retryGapsMs.entries()) {
      await this.#clock.wait(gapMs)
      if (await this.#attempt(callback, sending, index + 1)) return
    }
  }

  /** One attempt, as one request or several at once. Whether one of them was answered 200. */
  async #attempt(callback: SentCallback, sending: Sending, retry: number): Promise<boolean> {
    const copies = sending === 'original' && retry === 0 ? callback.plan.copies : 1
    await this.#gate.enter(copies)
    callback.underWay = copies
    const requests = Array.from({ length: copies }, (_, copy) =>
      this.#post(callback, { sending, retry, copy }).finally(() => this.#gate.leave()),
    )
    return (await Promise.all(requests)).includes(true)
  }

  async #post(callback: SentCallback, which: Pick<AttemptReport, 'sending' | 'retry' | 'copy'>): Promise<boolean> {
    if (this.#clock.isStopped) return false
    const { plan, name } = callback
    const { seed, headers, timeoutMs } = this.settings
    const next = random(seed, `${name} ${which.sending} ${String(which.retry)} ${String(which.copy)}`)
    const url = pick(callback.addresses, next)
    const cut = isHit(this.settings.cutConnections, next) ? pick(CUTS, next) : null
    const startedAtMs = this.#clock.elapsedMs
    const request = { url, cut, timeoutMs, headers: headers(taskOf(plan)), body: JSON.stringify(plan.body) }
    const result = await attempt(request, { clock: this.#clock, connections: this.#connections })
    this.#keep(callback, { ...result, ...which, address: url.origin + url.pathname, startedAtMs })
    return result.status === 200
  }

  #keep(callback: SentCallback, report: AttemptReport): void {
    const { plan, attempts } = callback
    attempts.push(report)
    this.#counts.attempts++
    callback.underWay--
    if (report.sending === 'original' && callback.state === 'unfinished') {
      callback.state = this.#stateAfter(report, callback.underWay)
      if (callback.state !== 'unfinished') this.#counts[callback.state]++
    }
    this.settings.onProgress?.({
      callbacks: this.#callbacks.length,
      ...this.#counts,
      task: taskOf(plan),
      type: plan.type,
      state: callback.state,
      attempt: report,
    })
  }

  #stateAfter({ status, fault, retry }: AttemptReport, underWay: number): CallbackReport['state'] {
    if (status === 200) return 'delivered'
    const isLast = retry === this.settings.retryGapsMs.length && underWay === 0
    return isLast && fault !== 'stopped' ? 'abandoned' : 'unfinished'
  }
}

type Sending = AttemptReport['sending']

/** A task on its way. */
interface SentTask {
  readonly callbacks: readonly SentCallback[]
}

/** A callback on its way. */
interface SentCallback {
  readonly plan: PlannedCallback
  /** Tells its random choices from those of others. */
  readonly name: string
  readonly addresses: readonly URL[]
  readonly attempts: AttemptReport[]
  state: CallbackReport['state']
  /** Requests of the attempt that have no end yet. */
  underWay: number
}

const CUTS: readonly Cut[] = ['closed halfway', 'closed early', 'closed unread']

function toSentTask({ kind, taskId, callbacks }: PlannedTask, index: number, settings: SimulationSettings): SentTask {
  const { urls } = settings
  const addresses = readAddresses(typeof urls === 'function' ? urls(kind, taskId) : urls)
  return {
    callbacks: callbacks.map((plan, position) => ({
      plan,
      name: `attempt ${String(index)} ${String(position)}`,
      addresses,
      attempts: [],
      state: 'unfinished',
      underWay: 0,
    })),
  }
}

function taskOf({ kind, taskId, provider }: PlannedCallback): SimulatedTask {
  return { kind, taskId, provider }
}

function toCallbackReport({ plan, state, attempts }: SentCallback): CallbackReport {
  const { type, body } = plan
  return { ...taskOf(plan), type, body, state, attempts }
}
