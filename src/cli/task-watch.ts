import { readEnvelope } from '../events/envelope.js'
import type { Kind, Metadata, SunoEvent } from '../events/types.js'
import { pause } from '../polling/abort.js'
import { memoryTasks, recordPoller, type TaskCheck, type RecordPoller } from '../polling/index.js'
import { nextDelayMs } from '../polling/schedule.js'
import type { SunoCallbacks } from '../suno-callbacks.js'
import type { Context, ExitCode, OptionDefinitions, OptionValues } from './command.js'
import { instanceOf } from './environment.js'
import { readNumber } from './read-values.js'
import { readProviderClient } from './read-provider.js'
import { WatchProgress } from './watch-progress.js'

/** The options of the commands that ask for records. */
export const WATCH_OPTIONS = {
  provider: { type: 'string', value: '<name>', help: 'whose API: sunoapi, apibox, kie (sunoapi)' },
  every: { type: 'string', value: '<seconds>', help: 'how often (10, less often when a task gets old)' },
  timeout: { type: 'string', value: '<seconds>', help: 'gives up after that (never)' },
} as const satisfies OptionDefinitions

/** What is watched. */
export interface WatchRequest {
  readonly kind: Kind
  /** One that is there twice is watched once. */
  readonly taskIds: readonly string[]
  readonly metadata?: Metadata
  readonly options: OptionValues<typeof WATCH_OPTIONS>
}

/** What a command does with the tasks that it watches. */
export interface WatchWork {
  /** Gets the last event of each task, `error` included. Answers whether all is well with it. */
  readonly finish: (event: SunoEvent) => Promise<boolean>
  /** What the live line says beside how far the watch is; empty where there is nothing to say. */
  readonly toText?: () => string
  /** Lines above it. */
  readonly toBars?: () => readonly string[]
}

/** Asks the provider of the environment for the records of tasks, again and again, until the last event of each. */
export class TaskWatch {
  /** Its listeners get each event, and again until they take it. It needs one. */
  readonly suno: SunoCallbacks
  readonly poller: RecordPoller
  /** Aborts when the command is to end, whatever the reason. */
  readonly signal: AbortSignal
  readonly #timeout: AbortSignal
  readonly #over = new AbortController()
  readonly #everyMs: number | undefined
  readonly #progress: WatchProgress

  /** @throws UsageError, ConfigurationError */
  constructor(
    private readonly request: WatchRequest,
    private readonly context: Context,
  ) {
    const { options, taskIds } = request
    const { env, signal } = context
    this.#everyMs = toMs('--every', options.every)
    const timeoutMs = toMs('--timeout', options.timeout)
    const provider = readProviderClient(options.provider, env)
    this.suno = instanceOf(env)
    this.poller = recordPoller(this.suno, { provider, tasks: memoryTasks(), mode: 'primary', logger: false })
    this.#timeout = timeoutMs === undefined ? new AbortController().signal : AbortSignal.timeout(timeoutMs)
    this.signal = AbortSignal.any([signal, this.#timeout, this.#over.signal])
    this.#progress = new WatchProgress(new Set(taskIds).size)
  }

  /** Answers 0 when all tasks have ended well. Rejects only with what cannot be mended by waiting. */
  async run({ finish, toText = () => '', toBars }: WatchWork): Promise<ExitCode> {
    const { output } = this.context
    const { taskIds, options } = this.request
    const progress = () => [toText(), this.#progress.toText()].filter((part) => part !== '').join('; ')
    const end = output.live(progress, toBars)
    try {
      const ends = await Promise.all([...new Set(taskIds)].map((taskId) => this.#watchTask(taskId, finish)))
      if (this.#timeout.aborted) output.talk(`Not over within ${String(options.timeout)} s: ${progress()}`)
      return ends.every((isGood) => isGood) ? 0 : 1
    } finally {
      end()
      this.#over.abort()
      await this.poller.stop()
    }
  }

  async #watchTask(taskId: string, finish: WatchWork['finish']): Promise<boolean> {
    const { kind, metadata } = this.request
    const { poller, signal } = this
    const startedAt = new Date()
    let submittedAt = startedAt
    let misses = 0
    while (!signal.aborted) {
      const check = await poller.check({ kind, taskId, metadata, submittedAt, signal }).catch(unlessAborted(signal))
      if (check === null) break
      this.#progress.note(check)
      if (check.status === 'done') return finish(check.event)
      if (check.status === 'unanswered' && check.error.code === 'UNAUTHORIZED') throw check.error
      misses = isMiss(check) ? misses + 1 : 0
      if (misses === MOST_MISSES) {
        this.context.output.talk(`${kind} ${taskId}: ${whyMissing(check)}`)
        return false
      }
      submittedAt = readEnvelope(check.record).createdAt ?? startedAt
      const ageMs = Date.now() - startedAt.getTime()
      await pause(this.#everyMs ?? nextDelayMs({ mode: 'primary', kind, ageMs }, Math.random()), signal)
    }
    return false
  }
}

function toMs(option: string, seconds: string | undefined): number | undefined {
  const number = readNumber(option, seconds, { least: 0.1, most: 2_000_000 })
  return number === undefined ? undefined : number * 1000
}

function unlessAborted(signal: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (signal.aborted) return null
    throw error
  }
}

/** The provider says so also right after a submit, so it is asked a few times. */
const MOST_MISSES = 6

function isMiss(check: TaskCheck): boolean {
  return check.status === 'missing' || (check.status === 'unanswered' && LASTING.has(check.error.code))
}

/** What a later request does not mend. */
const LASTING: ReadonlySet<string> = new Set(['REFUSED', 'UNREADABLE'])

function whyMissing(check: TaskCheck): string {
  return check.status === 'unanswered'
    ? check.error.message
    : 'the provider knows no such task. Are kind, provider and account those of its submit?'
}
