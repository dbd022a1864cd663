import { readUrl } from '../verify/read-url.js'
import { environment } from './environment.js'
import { ConfigurationError } from '../errors/errors.js'
import type { Handoff } from '../handoff/handoff.js'
import { consoleLogger, guarded, silentLogger, type Logger } from '../log/logger.js'
import { refuseUnknownOptions } from '../errors/refuse-unknown-options.js'
import { memoryStore } from '../stores/memory/index.js'
import type { IdempotencyStore } from '../stores/store.js'
import { readVerification, type Verification, type VerificationOptions } from './read-verification.js'

/** Everything is optional but one thing: a `secret` or a `verify`. */
export interface SunoCallbacksOptions extends VerificationOptions {
  /** Public address at which the adapter is mounted, such as `https://app.example.com/suno`. `SUNO_CALLBACK_BASE_URL` by default. */
  readonly baseUrl?: string | undefined
  /** Remembers what was handled. `memoryStore()` by default, which is right for one process. */
  readonly store?: IdempotencyStore | undefined
  /** Part of every key. Needed when instances for several provider accounts share a store: letters, digits, `.`, `_`, `-`. */
  readonly name?: string | undefined
  /** From the request's head to the answer, in ms. 8,000 by default, at most 14,000: the providers wait 15 s. */
  readonly deadlineMs?: number | undefined
  /** How much of it the request's body may take, in ms. 5,000 by default. */
  readonly bodyTimeoutMs?: number | undefined
  /** How long a key is lent to an attempt that shows no sign of life, in ms. 15,000 by default, at most 45,000. */
  readonly leaseMs?: number | undefined
  /** How long a handled event is remembered, in ms. 7 days by default, at least the 22 minutes of the provider's retries. */
  readonly retentionMs?: number | undefined
  /** How long listeners may work in all, in ms. After that their `signal` aborts and the key lapses. 240,000 by default. */
  readonly maxRunMs?: number | undefined
  /** The largest body, in bytes. 8 MiB with signed URLs, which strangers cannot reach, else 1 MiB. */
  readonly maxBodyBytes?: number | undefined
  /** What to do with a `text` or `first` that comes after its task's `complete`: `drop` (the default) or `deliver`. */
  readonly staleStages?: 'drop' | 'deliver' | undefined
  /** Gives every verified delivery to a queue engine, whose workers call `run`; `receive` then runs no listener. */
  readonly handoff?: Handoff | undefined
  /** Warnings and errors go to the console by default; `false` silences them. */
  readonly logger?: Logger | false | undefined
}

/** The options with every default filled in, checked. */
export interface Settings extends Verification {
  readonly baseUrl: URL | null
  readonly store: IdempotencyStore
  readonly name: string | undefined
  readonly deadlineMs: number
  readonly bodyTimeoutMs: number
  readonly leaseMs: number
  readonly retentionMs: number
  readonly maxRunMs: number
  readonly maxBodyBytes: number
  readonly staleStages: 'drop' | 'deliver'
  readonly handoff: Handoff | null
  readonly logger: Logger
}

/** @throws ConfigurationError for the first mistake found */
export function readOptions(options: SunoCallbacksOptions): Settings {
  checkNames(options)
  const logger = readLogger(options.logger)
  const store = readStore(options.store)
  const { signingKeys, verify } = readVerification(options, logger)
  const leaseMs = readNumber(options, 'leaseMs', 15_000, { min: 100, max: 45_000, why: WHY.leaseMs })
  const maxRunMs = readNumber(options, 'maxRunMs', 240_000, { min: 100, max: DAY_MS, why: '' })
  const mebibytes = signingKeys === null ? 1 : 8
  return {
    signingKeys,
    verify,
    store,
    logger,
    leaseMs,
    baseUrl: readBaseUrl(options.baseUrl ?? environment('SUNO_CALLBACK_BASE_URL')),
    name: readName(options.name),
    deadlineMs: readNumber(options, 'deadlineMs', 8_000, { min: 100, max: 14_000, why: WHY.deadlineMs }),
    bodyTimeoutMs: readNumber(options, 'bodyTimeoutMs', 5_000, { min: 10, max: 14_000, why: WHY.deadlineMs }),
    retentionMs: readNumber(options, 'retentionMs', 7 * DAY_MS, {
      min: 22 * 60_000,
      max: 3650 * DAY_MS,
      why: WHY.retentionMs,
    }),
    // A claim that cannot be renewed ends with its first lease.
    maxRunMs: store.renew === undefined ? Math.min(maxRunMs, leaseMs) : maxRunMs,
    maxBodyBytes: readNumber(options, 'maxBodyBytes', mebibytes * 2 ** 20, { min: 1024, max: 2 ** 28, why: '' }),
    staleStages: readStaleStages(options.staleStages),
    handoff: readHandoff(options.handoff),
  }
}

const DAY_MS = 24 * 60 * 60 * 1000

const WHY = {
  deadlineMs: ' The providers wait 15 s for an answer.',
  leaseMs: ' A longer lease would still be held by a killed process when the first retry comes, after a minute.',
  retentionMs: ' The last retry of the providers comes 22 minutes after the first attempt, and would be handled again.',
}

const OPTIONS: Readonly<Record<keyof SunoCallbacksOptions, true>> = {
  secret: true,
  baseUrl: true,
  verify: true,
  store: true,
  name: true,
  deadlineMs: true,
  bodyTimeoutMs: true,
  leaseMs: true,
  retentionMs: true,
  maxRunMs: true,
  maxBodyBytes: true,
  staleStages: true,
  handoff: true,
  logger: true,
}

function checkNames(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('OPTION_INVALID', 'new SunoCallbacks(options): options must be an object.')
  }
  refuseUnknownOptions(options, Object.keys(OPTIONS))
}

function readBaseUrl(text: string | undefined): URL | null {
  return text === undefined ? null : readUrl(text, 'baseUrl')
}

function readStore(store: IdempotencyStore | undefined): IdempotencyStore {
  if (store === undefined) return memoryStore()
  const has = (name: keyof IdempotencyStore) =>
    typeof (store as Partial<IdempotencyStore> | null)?.[name] === 'function'
  const missing = (['claim', 'complete', 'release'] as const).filter((name) => !has(name))
  const wrong = (['renew', 'isDone'] as const).filter(
    (name) => (store as IdempotencyStore | null)?.[name] !== undefined && !has(name),
  )
  if (missing.length > 0 || wrong.length > 0) {
    throw new ConfigurationError(
      'STORE_INVALID',
      `store must have the methods claim, complete and release, and may have renew and isDone; ` +
        `${[...missing, ...wrong].join(', ')} is not a function. Pass the store itself, not a promise or a database client.`,
    )
  }
  return store
}

function readLogger(logger: Logger | false | undefined): Logger {
  if (logger === false) return guarded(silentLogger)
  const chosen = logger ?? consoleLogger
  const levels = chosen as Partial<Logger> | null
  if (typeof levels?.error !== 'function' || typeof levels.warn !== 'function') {
    throw new ConfigurationError(
      'LOGGER_INVALID',
      'logger must be an object with error(message, fields) and warn(message, fields), or false for silence.',
    )
  }
  return guarded(chosen)
}

function readName(name: string | undefined): string | undefined {
  if (name === undefined || (typeof name === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(name))) return name
  throw new ConfigurationError('NAME_INVALID', 'name must be 1 to 64 letters, digits, ".", "_" or "-".')
}

function readHandoff(handoff: Handoff | undefined): Handoff | null {
  if (handoff === undefined) return null
  if (typeof (handoff as Partial<Handoff> | null)?.accept === 'function') return handoff
  throw new ConfigurationError(
    'HANDOFF_INVALID',
    'handoff must have a method accept(stored) that resolves once the engine has stored it, such as bullmqHandoff(queue).',
  )
}

function readStaleStages(value: unknown): 'drop' | 'deliver' {
  if (value === undefined || value === 'drop' || value === 'deliver') return value ?? 'drop'
  throw new ConfigurationError('OPTION_INVALID', "staleStages must be 'drop' or 'deliver'.")
}

type NumericOption = 'deadlineMs' | 'bodyTimeoutMs' | 'leaseMs' | 'retentionMs' | 'maxRunMs' | 'maxBodyBytes'

function readNumber(
  options: SunoCallbacksOptions,
  name: NumericOption,
  byDefault: number,
  { min, max, why }: { min: number; max: number; why: string },
): number {
  const value = options[name] ?? byDefault
  if (typeof value === 'number' && value >= min && value <= max) return value
  const unit = name.endsWith('Ms') ? 'milliseconds' : 'bytes'
  throw new ConfigurationError(
    'OPTION_OUT_OF_RANGE',
    `${name} must be a number of ${unit} from ${String(min)} to ${String(max)}.${why}`,
  )
}
