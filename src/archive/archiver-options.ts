import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import {
  functionOf,
  hasMethods,
  numberFrom,
  option,
  optionsReader,
  wholeFrom,
  type Option,
} from '../errors/read-options.js'
import { consoleLogger, guarded, isLogger, LOGGER_INVALID, silentLogger, type Logger } from '../log/logger.js'
import type { RecordPoller } from '../polling/poller.js'
import { signalOption } from '../polling/signal-option.js'
import { LONGEST_TIMER_MS } from '../time/timer-list.js'
import type { Destination } from './destination.js'
import { FILE_TYPES, type FileType } from './files-of.js'
import { defaultKey, type KeyOf } from './key-of.js'

export interface ArchiverOptions {
  /** Where files go: `directory('./songs')`, `s3(…)` of `suno-callbacks/archive/s3`, or your own `has` and `put`. */
  readonly to: Destination
  /** Which files are kept. All by default. */
  readonly include?: readonly FileType[] | undefined
  /** The key of a file, from its task and itself, and of no other. `<task id>/<name>.<extension>` by default. */
  readonly key?: KeyOf | undefined
  /** How many files are fetched at once, over all events. 4 by default. */
  readonly concurrency?: number | undefined
  /** In bytes. 209,715,200 by default: 200 MiB. */
  readonly maxFileBytes?: number | undefined
  /** How long a server may send nothing, in ms. 30,000 by default. */
  readonly idleTimeoutMs?: number | undefined
  /** How long one try may take, in ms, with storing the file; any other call of the destination as well. 300,000 by default. */
  readonly fileTimeoutMs?: number | undefined
  /** How often the first link of a file is tried. 5 by default. Other links are tried once each, after it. */
  readonly tries?: number | undefined
  /** The pause before the second try, in ms; each is three times as long as the one before, up to a minute. 2,000 by default. */
  readonly pauseMs?: number | undefined
  /** The only hosts that files are fetched from: `files.example.com`, or `*.example.com` for all below it. All by default. */
  readonly allowHosts?: readonly string[] | undefined
  /** Lets links lead to private addresses, and over http there: for tests and networks of your own. False by default. */
  readonly allowPrivate?: boolean | undefined
  /** `recordPoller(…)`: when all links of a file are dead, the record of its task is asked for fresh ones. */
  readonly poller?: Pick<RecordPoller, 'read'> | undefined
  /** The console by default; `false` silences it. */
  readonly logger?: Logger | false | undefined
}

export interface ArchiverSettings extends Required<Omit<ArchiverOptions, 'allowHosts' | 'poller' | 'logger'>> {
  readonly include: readonly FileType[]
  readonly key: KeyOf
  readonly concurrency: number
  readonly maxFileBytes: number
  readonly idleTimeoutMs: number
  readonly fileTimeoutMs: number
  readonly tries: number
  readonly pauseMs: number
  readonly allowHosts: readonly string[] | undefined
  readonly allowPrivate: boolean
  readonly poller: Pick<RecordPoller, 'read'> | undefined
  readonly logger: Logger
}

/** @throws ConfigurationError */
export function readArchiverOptions(options: ArchiverOptions): ArchiverSettings {
  const { logger, ...settings } = readOptions(options)
  for (const name of settings.include) {
    if (FILE_TYPES.includes(name)) continue
    throw new ConfigurationError(
      'OPTION_INVALID',
      noSuchName({ what: 'file type', name, names: FILE_TYPES, call: CALL }),
    )
  }
  return { ...settings, logger: guarded(logger === false ? silentLogger : logger) }
}

const CALL = 'archiver(options)'

function milliseconds(name: string, min: number, standard: number) {
  return option(
    z._default(numberFrom(min, LONGEST_TIMER_MS), standard),
    'OPTION_OUT_OF_RANGE',
    `${name} must be a number of milliseconds from ${String(min)} to ${String(LONGEST_TIMER_MS)}.`,
  )
}

function whole(name: string, max: number, standard: number) {
  return option(
    z._default(wholeFrom(1, max), standard),
    'OPTION_OUT_OF_RANGE',
    `${name} must be a whole number from 1 to ${String(max)}.`,
  )
}

const readOptions = optionsReader(
  { call: CALL, example: "{ to: directory('./songs') }" },
  () =>
    ({
      to: option(
        z.custom<Destination>((to) => hasMethods(to, ['has', 'put'])),
        'DESTINATION_INVALID',
        "to must be a destination, such as directory('./songs'): an object with has(key) and put(key, file, info).",
      ),
      include: option(
        z._default(z.array(z.custom<FileType>((name) => typeof name === 'string')), () => [...FILE_TYPES]),
        'OPTION_INVALID',
        `include must be a list of file types: ${FILE_TYPES.join(', ')}.`,
      ),
      key: option(
        z._default(functionOf<KeyOf>(), () => defaultKey),
        'OPTION_INVALID',
        'key must be a function, such as ({ taskId, name, extension }) => `${taskId}/${name}.${extension}`.',
      ),
      concurrency: whole('concurrency', 1000, 4),
      maxFileBytes: whole('maxFileBytes', Number.MAX_SAFE_INTEGER, 209_715_200),
      idleTimeoutMs: milliseconds('idleTimeoutMs', 1, 30_000),
      fileTimeoutMs: milliseconds('fileTimeoutMs', 1, 300_000),
      tries: whole('tries', 100, 5),
      pauseMs: milliseconds('pauseMs', 0, 2_000),
      allowHosts: option(
        z.optional(z.array(z.string().check(z.regex(HOST))).check(z.minLength(1))),
        'OPTION_INVALID',
        'allowHosts must be a list of host names without scheme, port and path, such as ["files.example.com", "*.example.com"].',
      ),
      allowPrivate: option(z._default(z.boolean(), false), 'OPTION_INVALID', 'allowPrivate must be true or false.'),
      poller: option(
        z.optional(z.custom<Pick<RecordPoller, 'read'>>((poller) => hasMethods(poller, ['read']))),
        'OPTION_INVALID',
        'poller must be a poller, such as recordPoller(suno, …) of suno-callbacks/polling.',
      ),
      logger: option(
        z._default(z.custom<Logger | false>(isLogger), () => consoleLogger),
        'LOGGER_INVALID',
        LOGGER_INVALID,
      ),
    }) satisfies Record<keyof ArchiverOptions, Option>,
)

/** What `archive.save(event, options)` takes. */
export interface SaveOptions {
  readonly signal?: AbortSignal | undefined
}

export const readSaveOptions = optionsReader({ call: 'save(event, options)', example: '{ signal }' }, () => ({
  signal: signalOption('save(event, options)'),
}))

/** What `archive.due(options)` takes. */
export interface DueOptions {
  /** In ms. 172,800,000 by default: two days. */
  readonly withinMs?: number | undefined
}

export const readDueOptions = optionsReader(
  { call: 'due(options)', example: '{ withinMs: 86_400_000 }' },
  () =>
    ({
      withinMs: option(
        z._default(numberFrom(0), 172_800_000),
        'OPTION_OUT_OF_RANGE',
        'due(options): withinMs must be a number of milliseconds from 0.',
      ),
    }) satisfies Record<keyof DueOptions, Option>,
)

/** As `URL` writes a host, or `*.` before it for all below it; of IPv6 what stands between the brackets. */
const HOST = /^(\*\.)?[\w.-]+$|^[\da-f:.]+$/i
