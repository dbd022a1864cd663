import * as z from 'zod/mini'
import { numberFrom, option, optionsReader, readElsewhere, type Option } from '../errors/read-options.js'
import type { Handoff } from '../handoff/handoff.js'
import { consoleLogger, guarded, isLogger, LOGGER_INVALID, silentLogger, type Logger } from '../log/logger.js'
import { LONGEST_LEASE_MS } from '../stores/in-flight.js'
import { memoryStore } from '../stores/memory/index.js'
import type { IdempotencyStore } from '../stores/store.js'
import { readUrl } from '../verify/read-url.js'
import { environment } from './environment.js'
import { freezingPlatform } from './platform.js'
import {
  readVerification,
  verificationOptions,
  type Verification,
  type VerificationOptions,
} from './read-verification.js'

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
  const { secret, verify, baseUrl = environment('SUNO_CALLBACK_BASE_URL'), ...given } = read(options)
  const logger = guarded(given.logger === false ? silentLogger : (given.logger ?? consoleLogger))
  const store = given.store ?? memoryStore()
  if (given.store === undefined) warnOfMemory(logger)
  const verification = readVerification({ secret, verify }, logger)
  return {
    ...given,
    ...verification,
    store,
    logger,
    baseUrl: baseUrl === undefined ? null : readUrl(baseUrl, 'baseUrl'),
    // A claim that cannot be renewed ends with its first lease.
    maxRunMs: store.renew === undefined ? Math.min(given.maxRunMs, given.leaseMs) : given.maxRunMs,
    maxBodyBytes: given.maxBodyBytes ?? (verification.signingKeys === null ? MEBIBYTE : 8 * MEBIBYTE),
    handoff: given.handoff ?? null,
  }
}

/** Whoever chooses the memory store is not warned. */
function warnOfMemory(logger: Logger): void {
  const platform = freezingPlatform()
  if (platform === null) return
  logger.warn(
    `This process runs on ${platform}, where every instance has a memory of its own: a repeat that reaches another one, or comes after ` +
      'this one has ended, is handled again. Give the option store: redisStore or postgresStore; or accept it with store: memoryStore().',
  )
}

const DAY_MS = 24 * 60 * 60 * 1000
const MEBIBYTE = 2 ** 20

const WHY = {
  deadlineMs: ' The providers wait 15 s for an answer.',
  leaseMs: ' A longer lease would still be held by a killed process when the first retry comes, after a minute.',
  retentionMs: ' The last retry of the providers comes 22 minutes after the first attempt, and would be handled again.',
}

const read = optionsReader(
  { call: 'new SunoCallbacks(options)' },
  () =>
    ({
      logger: option(z.optional(z.custom<Logger | false>(isLogger)), 'LOGGER_INVALID', LOGGER_INVALID),
      store: option(z.optional(z.custom<IdempotencyStore>(isStore)), 'STORE_INVALID', whyNoStore),
      ...verificationOptions(),
      leaseMs: milliseconds('leaseMs', 15_000, { min: 100, max: LONGEST_LEASE_MS, why: WHY.leaseMs }),
      maxRunMs: milliseconds('maxRunMs', 240_000, { min: 100, max: DAY_MS }),
      baseUrl: readElsewhere<string>(),
      name: option(z.optional(z.string().check(z.regex(NAME))), 'NAME_INVALID', NAME_INVALID),
      deadlineMs: milliseconds('deadlineMs', 8_000, { min: 100, max: 14_000, why: WHY.deadlineMs }),
      bodyTimeoutMs: milliseconds('bodyTimeoutMs', 5_000, { min: 10, max: 14_000, why: WHY.deadlineMs }),
      retentionMs: milliseconds('retentionMs', 7 * DAY_MS, {
        min: 22 * 60_000,
        max: 3650 * DAY_MS,
        why: WHY.retentionMs,
      }),
      maxBodyBytes: option(
        z.optional(numberFrom(1024, 2 ** 28)),
        'OPTION_OUT_OF_RANGE',
        `maxBodyBytes must be a number of bytes from 1024 to ${String(2 ** 28)}.`,
      ),
      staleStages: option(
        z._default(z.enum(['drop', 'deliver']), 'drop'),
        'OPTION_INVALID',
        "staleStages must be 'drop' or 'deliver'.",
      ),
      handoff: option(z.optional(z.custom<Handoff>(isHandoff)), 'HANDOFF_INVALID', HANDOFF_INVALID),
    }) satisfies Record<keyof SunoCallbacksOptions, Option>,
)

interface Range {
  readonly min: number
  readonly max: number
  readonly why?: string
}

function milliseconds(name: string, byDefault: number, { min, max, why = '' }: Range) {
  return option(
    z._default(numberFrom(min, max), byDefault),
    'OPTION_OUT_OF_RANGE',
    `${name} must be a number of milliseconds from ${String(min)} to ${String(max)}.${why}`,
  )
}

function isStore(store: unknown): boolean {
  return wrongMethodsOf(store).length === 0
}

function whyNoStore(store: unknown): string {
  return (
    `store must have the methods claim, complete and release, and may have renew and isDone; ` +
    `${wrongMethodsOf(store).join(', ')} is not a function. Pass the store itself, not a promise or a database client.`
  )
}

function wrongMethodsOf(store: unknown): readonly string[] {
  const methods = (store ?? {}) as Readonly<Record<string, unknown>>
  const isWrong = (name: keyof IdempotencyStore) => typeof methods[name] !== 'function'
  const missing = (['claim', 'complete', 'release'] as const).filter(isWrong)
  const wrong = (['renew', 'isDone'] as const).filter((name) => methods[name] !== undefined && isWrong(name))
  return [...missing, ...wrong]
}

function isHandoff(handoff: unknown): boolean {
  return typeof (handoff as Partial<Handoff> | null)?.accept === 'function'
}

const HANDOFF_INVALID =
  'handoff must have a method accept(stored) that resolves once the engine has stored it, such as bullmqHandoff(queue).'

const NAME = /^[A-Za-z0-9._-]{1,64}$/
const NAME_INVALID = 'name must be 1 to 64 letters, digits, ".", "_" or "-".'
