import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { hasMethods, option, optionsReader, wholeFrom, type Option } from '../errors/read-options.js'
import { hash } from '../events/key.js'
import { isObject } from '../events/values.js'
import type { Handoff, StoredDelivery } from './handoff.js'

/** The members that we use of a BullMQ `Queue`. */
export interface BullmqQueue {
  add(name: string, data: StoredDelivery, options: BullmqJobOptions): Promise<unknown>
  readonly opts: { readonly connection?: unknown; readonly skipWaitingForReady?: boolean | undefined }
}

/** What is set on each job. */
export interface BullmqJobOptions {
  readonly jobId: string
  readonly attempts: number
  readonly backoff: { readonly type: 'exponential'; readonly delay: number }
  readonly removeOnComplete: { readonly age: number }
  readonly removeOnFail: false
}

export interface BullmqHandoffOptions {
  /** How often a job is tried before it goes to the failed set. 12 by default, at least 10. */
  readonly attempts?: number | undefined
  /** The pause before the second try, in ms; it doubles from try to try. 1,000 by default: 12 tries take some 35 minutes. */
  readonly backoffMs?: number | undefined
  /** How long a completed job is kept, so that a repeat of it is not stored again, in ms. 7 days by default. */
  readonly retentionMs?: number | undefined
  /** Begins the id of every job. `suno-` by default. */
  readonly jobIdPrefix?: string | undefined
}

/**
 * Gives verified deliveries to a BullMQ queue. The id of a job comes from the event's key, so a repeat is not stored twice, also
 * when it finds another receiver. Failed jobs are never removed: they wait in the failed set for you.
 *
 * The queue must not have an offline queue: while Redis is away, `add` would wait in this process's memory instead of failing, and
 * every delivery would use up its deadline. `bullmqQueueOptions` sets that.
 *
 * @throws ConfigurationError `HANDOFF_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function bullmqHandoff(queue: BullmqQueue, options: BullmqHandoffOptions = {}): Handoff {
  checkQueue(queue)
  const { attempts, backoffMs, retentionMs, jobIdPrefix } = readOptions(options)

  return {
    async accept(stored) {
      await queue.add('callback', stored, {
        // BullMQ gives colons in an id a meaning of its own, and keys have them.
        jobId: jobIdPrefix + hash(stored.key),
        attempts,
        backoff: { type: 'exponential', delay: backoffMs },
        removeOnComplete: { age: Math.ceil(retentionMs / 1000) },
        removeOnFail: false,
      })
    },
  }
}

const readOptions = optionsReader(
  { call: 'bullmqHandoff(queue, options)' },
  () =>
    ({
      attempts: atLeast('attempts', 10, 12),
      backoffMs: atLeast('backoffMs', 1, 1_000),
      retentionMs: atLeast('retentionMs', 22 * 60_000, 7 * 24 * 60 * 60 * 1000),
      jobIdPrefix: option(
        z._default(z.string().check(z.regex(/^[A-Za-z0-9._-]{1,64}$/)), 'suno-'),
        'OPTION_INVALID',
        'jobIdPrefix must be 1 to 64 letters, digits, ".", "_" or "-".',
      ),
    }) satisfies Record<keyof BullmqHandoffOptions, Option>,
)

const readWorkerOptions = optionsReader({ call: 'bullmqWorkerOptions(options)' }, () => ({
  maxStalledCount: atLeast('maxStalledCount', 10, 10),
}))

function atLeast(name: string, min: number, byDefault: number) {
  const message = `${name} must be a whole number of at least ${String(min)}.`
  return option(z._default(wholeFrom(min), byDefault), 'OPTION_OUT_OF_RANGE', message)
}

/** What a worker needs of a `SunoCallbacks`. */
export interface BullmqRunner {
  run(stored: StoredDelivery, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
}

/**
 * The processor of a BullMQ `Worker`: `new Worker(name, bullmqProcessor(suno), bullmqWorkerOptions({ connection }))`.
 *
 * @throws ConfigurationError `RECEIVER_INVALID`
 */
export function bullmqProcessor(
  suno: BullmqRunner,
): (job: { readonly data: StoredDelivery }, token?: string, signal?: AbortSignal) => Promise<void> {
  // The first job would find out too late: it is tried again for half an hour, and then waits in the failed set.
  if (!hasMethods(suno, ['run'])) {
    throw new ConfigurationError(
      'RECEIVER_INVALID',
      'bullmqProcessor needs the instance of SunoCallbacks whose listeners are to run: bullmqProcessor(suno).',
    )
  }
  return (job, _token, signal) => suno.run(job.data, { signal })
}

/**
 * Options of a `Queue` with what the handoff needs: no offline queue.
 *
 * @throws ConfigurationError `HANDOFF_INVALID` when `connection` is a client instead of options, or missing; `OPTION_INVALID`
 */
export function bullmqQueueOptions<Options extends { readonly connection: object }>(
  options: Options,
): Options & { connection: Options['connection'] & { enableOfflineQueue: false }; skipWaitingForReady: false } {
  checkObject(options, 'bullmqQueueOptions(options)', '{ connection: { host, port } }')
  if (!isObject(options.connection) || isClient(options.connection)) {
    throw new ConfigurationError(
      'HANDOFF_INVALID',
      'bullmqQueueOptions needs connection options such as { host, port }, not a client. A client of your own must be made ' +
        'without an offline queue (ioredis: enableOfflineQueue: false); then pass new Queue(name, { connection: client }).',
    )
  }
  return { ...options, connection: { ...options.connection, enableOfflineQueue: false }, skipWaitingForReady: false }
}

/**
 * Options of a `Worker` with what the handoff needs: a job whose worker was killed is given to another one up to ten times, not
 * once, before it counts as failed.
 *
 * @throws ConfigurationError `OPTION_OUT_OF_RANGE` when `maxStalledCount` is below 10; `OPTION_INVALID`
 */
export function bullmqWorkerOptions<Options extends object>(options: Options): Options & { maxStalledCount: number } {
  checkObject(options, 'bullmqWorkerOptions(options)', '{ connection }')
  const { maxStalledCount: given }: { readonly maxStalledCount?: unknown } = options
  // The others are BullMQ's.
  const { maxStalledCount } = readWorkerOptions({ maxStalledCount: given })
  return { ...options, maxStalledCount }
}

/** The other options are BullMQ's, and are not looked at. */
function checkObject(options: unknown, call: string, example: string): void {
  if (isObject(options)) return
  throw new ConfigurationError('OPTION_INVALID', `${call}: options must be an object, such as ${example}.`)
}

function checkQueue(queue: unknown): void {
  const { add, opts } = (queue ?? {}) as { add?: unknown; opts?: Partial<BullmqQueue['opts']> }
  const fix = 'Pass bullmqHandoff a Queue: new Queue(name, bullmqQueueOptions({ connection: { host, port } })).'
  if (typeof add !== 'function') throw new ConfigurationError('HANDOFF_INVALID', fix)
  if (!hasNoOfflineQueue(opts?.connection)) {
    throw new ConfigurationError(
      'HANDOFF_INVALID',
      `The queue's connection has an offline queue, in which deliveries would wait in memory while Redis is away. ${fix}`,
    )
  }
  if (opts?.skipWaitingForReady === true) {
    throw new ConfigurationError(
      'HANDOFF_INVALID',
      'With skipWaitingForReady and no offline queue, BullMQ sends its first command before there is a connection; it fails, ' +
        `and with it every later one. ${fix}`,
    )
  }
}

/** Connection options, an ioredis client, or a node-redis client. */
function hasNoOfflineQueue(connection: unknown): boolean {
  const { enableOfflineQueue, options } = (connection ?? {}) as { enableOfflineQueue?: unknown; options?: unknown }
  const inner = (options ?? {}) as { enableOfflineQueue?: unknown; disableOfflineQueue?: unknown }
  return enableOfflineQueue === false || inner.enableOfflineQueue === false || inner.disableOfflineQueue === true
}

function isClient(connection: object): boolean {
  return 'connect' in connection && typeof connection.connect === 'function'
}
