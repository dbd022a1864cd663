import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { hasMethods, numberFrom, option, optionsReader, wholeFrom, type Option } from '../errors/read-options.js'
import { guarded, isLogger, LOGGER_INVALID, silentLogger, type Logger } from '../log/logger.js'
import type { PollingReceiver } from './look.js'
import type { ProviderClient } from './provider-client.js'
import { POLLING_MODES, type PollingMode } from './schedule.js'
import type { TaskList } from './task-list.js'

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

const DAY_MS = 24 * 3_600_000

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
      logger: option(z.optional(z.custom<Logger | false>(isLogger)), 'LOGGER_INVALID', LOGGER_INVALID),
    }) satisfies Record<keyof RecordPollerOptions, Option>,
)
