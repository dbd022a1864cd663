import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import {
  functionOf,
  numberFrom,
  option,
  optionsReader,
  readElsewhere,
  wholeFrom,
  type Option,
} from '../errors/read-options.js'
import { readMetadata } from '../events/metadata.js'
import type { Kind, Metadata, SunoEvent } from '../events/types.js'
import { guarded, silentLogger, type Logger } from '../log/logger.js'
import { LONGEST_TIMER_MS } from '../time/timer-list.js'
import type { LookedAt, PollingReceiver } from './look.js'
import type { ProviderClient } from './provider-client.js'
import { POLLING_MODES, type PollingMode } from './schedule.js'
import type { TaskList } from './task-list.js'
import { checkTask, isSignal } from './task-name.js'

export interface RecordPollerOptions {
  /** The provider whose records are asked: `providerClient(…)`. */
  readonly provider: ProviderClient
  /** The tasks that are watched, such as `memoryTasks()`. */
  readonly tasks: TaskList
  /** `fallback` (the default): callbacks are expected. `primary`: the app has no public address. */
  readonly mode?: PollingMode | undefined
  /** How many records are asked and handled at once. 4 by default. */
  readonly concurrency?: number | undefined
  /** How many requests are sent in a second, at most. 2 by default. */
  readonly requestsPerSecond?: number | undefined
  /** How old a task may become, in ms; then it is reported `overdue`. 6 days by default, at most the `retentionMs` of the instance. */
  readonly maxAgeMs?: number | undefined
  /** That of the instance by default; `false` silences it. */
  readonly logger?: Logger | false | undefined
}

export interface PollerSettings extends Required<Omit<RecordPollerOptions, 'logger'>> {
  readonly mode: PollingMode
  readonly concurrency: number
  readonly requestsPerSecond: number
  readonly maxAgeMs: number
  readonly logger: Logger
}

/** A task, as it is named to a poller. */
export interface TaskToWatch {
  readonly kind: Kind
  readonly taskId: string
  /** What listeners get as `event.metadata`, where neither the list nor the record knows it. */
  readonly metadata?: Metadata | undefined
  /** When it was submitted: now by default for `watch`, else what the list knows. */
  readonly submittedAt?: Date | undefined
}

export interface TaskToCheck extends TaskToWatch {
  readonly signal?: AbortSignal | undefined
}

export interface TaskToWaitFor extends TaskToCheck {
  /** 600,000 by default: ten minutes. */
  readonly timeoutMs?: number | undefined
  /** Gets the events of the stages before the last, each once, whether they came by callback or by record. */
  readonly onProgress?: ((event: SunoEvent) => unknown) | undefined
}

/** @throws ConfigurationError */
export function readPollerOptions(suno: PollingReceiver, options: RecordPollerOptions): PollerSettings {
  if (!isReceiver(suno)) throw new ConfigurationError('RECEIVER_INVALID', RECEIVER_INVALID)
  const { maxAgeMs = Math.min(6 * DAY_MS, suno.retentionMs), logger, ...given } = readOptions(options)
  if (maxAgeMs > suno.retentionMs) {
    throw new ConfigurationError(
      'OPTION_OUT_OF_RANGE',
      `maxAgeMs must not exceed the retentionMs of the instance, ${String(suno.retentionMs)}: the event of an older task would be handled a second time.`,
    )
  }
  const chosen = logger === false ? silentLogger : (logger ?? suno.logger)
  return { ...given, maxAgeMs, logger: guarded(chosen) }
}

/** @throws ConfigurationError */
export function readTaskToWatch(given: TaskToWatch): LookedAt {
  return toTask(readWatch(given), 'watch(task)')
}

/** @throws ConfigurationError */
export function readTaskToCheck(given: TaskToCheck): { task: LookedAt; signal: AbortSignal | undefined } {
  const { signal, ...task } = readCheck(given)
  return { task: toTask(task, 'check(task)'), signal }
}

/** @throws ConfigurationError */
export function readTaskToWaitFor(given: TaskToWaitFor) {
  const { signal, timeoutMs, onProgress, ...task } = readWaitFor(given)
  return { task: toTask(task, 'waitFor(task)'), signal, timeoutMs, onProgress }
}

const DAY_MS = 24 * 3_600_000

function toTask({ kind, taskId, metadata, submittedAt }: ReturnType<typeof readWatch>, call: string): LookedAt {
  checkTask({ kind, taskId }, call)
  return { kind, taskId, metadata: readMetadata(metadata, call), submittedAt: submittedAt ?? null }
}

function isReceiver(suno: unknown): boolean {
  const { handle, isTaskDone } = (suno ?? {}) as Partial<PollingReceiver>
  return typeof handle === 'function' && typeof isTaskDone === 'function'
}

const RECEIVER_INVALID =
  'recordPoller needs an instance of SunoCallbacks first: recordPoller(suno, { provider, tasks }).'

const readOptions = optionsReader(
  { call: 'recordPoller(suno, options)', example: '{ provider: providerClient(…), tasks: memoryTasks() }' },
  () =>
    ({
      provider: option(
        z.custom<ProviderClient>((client) => hasMethods(client, ['record', 'submit'])),
        'PROVIDER_INVALID',
        'provider must be a client with record and submit, such as providerClient({ provider: "sunoapi" }).',
      ),
      tasks: option(
        z.custom<TaskList>((list) => hasMethods(list, ['add', 'take', 'postpone', 'remove', 'size'])),
        'OPTION_INVALID',
        'tasks must be a task list, such as memoryTasks().',
      ),
      mode: option(
        z._default(z.enum(POLLING_MODES), 'fallback'),
        'OPTION_INVALID',
        'mode must be "fallback", where callbacks are expected, or "primary", where there is no public address.',
      ),
      concurrency: option(
        z._default(wholeFrom(1, 100), 4),
        'OPTION_OUT_OF_RANGE',
        'concurrency must be a whole number from 1 to 100.',
      ),
      requestsPerSecond: option(
        z._default(numberFrom(0.01, 1000), 2),
        'OPTION_OUT_OF_RANGE',
        'requestsPerSecond must be a number from 0.01 to 1000.',
      ),
      maxAgeMs: option(
        z.optional(numberFrom(60_000)),
        'OPTION_OUT_OF_RANGE',
        'maxAgeMs must be a number of milliseconds from 60000.',
      ),
      logger: option(
        z.optional(z.custom<Logger | false>((logger) => logger === false || hasMethods(logger, ['error', 'warn']))),
        'LOGGER_INVALID',
        'logger must be an object with error(message, fields) and warn(message, fields), or false for silence.',
      ),
    }) satisfies Record<keyof RecordPollerOptions, Option>,
)

function hasMethods(object: unknown, names: readonly string[]): boolean {
  const methods = (object ?? {}) as Readonly<Record<string, unknown>>
  return names.every((name) => typeof methods[name] === 'function')
}

function taskShape(call: string) {
  return {
    kind: readElsewhere<Kind>() as Option<z.ZodMiniType<Kind>>,
    taskId: readElsewhere<string>() as Option<z.ZodMiniType<string>>,
    metadata: readElsewhere<Metadata>(),
    submittedAt: option(z.optional(z.date()), 'OPTION_INVALID', `${call}: submittedAt must be a valid Date.`),
  } satisfies Record<keyof TaskToWatch, Option>
}

function signal(call: string) {
  return option(
    z.optional(z.custom<AbortSignal>(isSignal)),
    'OPTION_INVALID',
    `${call}: signal must be an AbortSignal.`,
  )
}

const EXAMPLE = '{ kind: "music", taskId }'

const readWatch = optionsReader({ call: 'watch(task)', example: EXAMPLE }, () => taskShape('watch'))

const readCheck = optionsReader(
  { call: 'check(task)', example: EXAMPLE },
  () => ({ ...taskShape('check'), signal: signal('check') }) satisfies Record<keyof TaskToCheck, Option>,
)

const readWaitFor = optionsReader(
  { call: 'waitFor(task)', example: EXAMPLE },
  () =>
    ({
      ...taskShape('waitFor'),
      signal: signal('waitFor'),
      timeoutMs: option(
        z._default(numberFrom(0, LONGEST_TIMER_MS), 600_000),
        'OPTION_OUT_OF_RANGE',
        `waitFor: timeoutMs must be a number of milliseconds from 0 to ${String(LONGEST_TIMER_MS)}.`,
      ),
      onProgress: option(
        z.optional(functionOf<(event: SunoEvent) => unknown>()),
        'OPTION_INVALID',
        'waitFor: onProgress must be a function.',
      ),
    }) satisfies Record<keyof TaskToWaitFor, Option>,
)

export const readSweepOptions = optionsReader({ call: 'sweep(tasks, options)', example: '{ signal }' }, () => ({
  signal: signal('sweep'),
}))

export const readPollerSubmitOptions = optionsReader(
  { call: 'submit(path, params, options)', example: '{ metadata }' },
  () => ({
    metadata: readElsewhere<Metadata>(),
    signal: signal('submit'),
  }),
)
