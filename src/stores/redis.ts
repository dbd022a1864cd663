import { types } from 'node:util'
import { ConfigurationError } from '../errors.js'
import { refuseUnknownOptions } from '../option-names.js'
import { TIMED_OUT, within } from '../time.js'
import { CLAIMED, DONE, LAPSED_MS, SCRIPTS, type Step } from './redis-scripts.js'
import type { AsyncStore, ClaimResult } from './store.js'

/** Sends one command, such as `['EVALSHA', sha, '1', key, token, '75000']`, and resolves with its reply. The key is always `args[3]`. */
export type SendCommand = (args: string[]) => Promise<unknown>

/** A client of node-redis, or one of ioredis: only what is used of it. */
export type RedisClient =
  { sendCommand(args: string[]): Promise<unknown> } | { call(command: string, ...args: string[]): Promise<unknown> }

export interface RedisStoreOptions {
  /** What every key begins with. `suno-callbacks:` by default. */
  readonly prefix?: string | undefined
  /** How long a call may take, in ms; then it rejects. 2,000 by default, at most 60,000. */
  readonly callTimeoutMs?: number | undefined
}

export interface RedisStoreFunctionOptions extends RedisStoreOptions {
  readonly sendCommand: SendCommand
}

export interface RedisStore extends AsyncStore {
  /** Waits for the calls under way, `callTimeoutMs` at most; later ones reject. The client stays open: it is yours to close. */
  close(): Promise<void>
}

/**
 * Keeps keys in Redis 6.2 or later, or Valkey, for any number of processes: one key for each event, which expires by itself. Every call
 * is one round trip. Takes a client of node-redis or ioredis (also its `Cluster`), or any other through a function:
 *
 *     redisStore(client)
 *     redisStore({ sendCommand: (args) => cluster.sendCommand(args[3], false, args) })
 *
 * Nothing is sent before the first call. Configure the client without an offline queue (node-redis: `disableOfflineQueue: true`;
 * ioredis: `enableOfflineQueue: false`): a call that was given up would otherwise wait there, and still act when Redis is back.
 *
 * @throws ConfigurationError `STORE_INVALID` without a client or a function, `OPTION_UNKNOWN`, `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`
 */
export function redisStore(options: RedisStoreFunctionOptions): RedisStore
export function redisStore(client: RedisClient, options?: RedisStoreOptions): RedisStore
export function redisStore(first: RedisClient | RedisStoreFunctionOptions, second?: RedisStoreOptions): RedisStore {
  const { send, prefix, callTimeoutMs } = readArguments(first, second)
  const underWay = new Set<Promise<unknown>>()
  let isClosed = false

  const run = async (step: Step, key: string, ...args: string[]): Promise<number> => {
    if (isClosed) throw new Error(`redisStore: ${step} was called after close().`)
    const call = bounded(step, callTimeoutMs, (isOver) => evaluate(send, step, [prefix + key, ...args], isOver))
    underWay.add(call)
    try {
      return await call
    } finally {
      underWay.delete(call)
    }
  }

  return {
    claim: async (key, token, leaseMs) =>
      toClaimResult(await run('claim', key, token, milliseconds(leaseMs + LAPSED_MS))),
    complete: async (key, token, retainMs) => (await run('complete', key, token, milliseconds(retainMs))) === 1,
    release: async (key, token) => (await run('release', key, token)) === 1,
    renew: async (key, token, leaseMs) => (await run('renew', key, token, milliseconds(leaseMs + LAPSED_MS))) === 1,
    isDone: async (key) => (await run('isDone', key)) === 1,
    close: async () => {
      isClosed = true
      await Promise.allSettled(underWay)
    },
  }
}

/** Runs the step's script by its hash; with its source when Redis has not seen it, or has been restarted since. */
async function evaluate(
  send: SendCommand,
  step: Step,
  [key = '', ...args]: readonly string[],
  isOver: () => boolean,
): Promise<number> {
  const { sha, source } = SCRIPTS[step]
  try {
    return toInteger(await send(['EVALSHA', sha, '1', key, ...args]))
  } catch (error) {
    if (isOver() || !isNoScript(error)) throw error
    return toInteger(await send(['EVAL', source, '1', key, ...args]))
  }
}

async function bounded<T>(step: Step, ms: number, call: (isOver: () => boolean) => Promise<T>): Promise<T> {
  let isOver = false
  const result = await within(
    call(() => isOver),
    ms,
  ).catch((cause: unknown) => {
    throw new Error(`redisStore: ${step} failed.`, { cause })
  })
  if (result !== TIMED_OUT) return result
  isOver = true
  throw new Error(
    `redisStore: ${step} had no reply after ${String(ms)} ms. Redis may be away, and the client's offline queue hold the command.`,
  )
}

function isNoScript(error: unknown): boolean {
  return types.isNativeError(error) && error.message.includes('NOSCRIPT')
}

/** Clients can be set to answer integers as a bigint, a string or a Buffer. Some resolve with what is an error. */
function toInteger(reply: unknown): number {
  if (types.isNativeError(reply)) throw reply
  const text = types.isUint8Array(reply) ? Buffer.from(reply).toString() : String(reply)
  if (/^-?\d+$/.test(text)) return Number(text)
  throw new TypeError(`sendCommand must resolve with the reply of Redis, here an integer; it was ${typeof reply}.`)
}

function toClaimResult(reply: number): ClaimResult {
  if (reply === CLAIMED) return { status: 'claimed' }
  if (reply === DONE) return { status: 'done' }
  return { status: 'in-flight', retryAfterMs: reply }
}

/** Redis takes whole ones, and none below 1. */
function milliseconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms)))
}

interface Settings {
  readonly send: SendCommand
  readonly prefix: string
  readonly callTimeoutMs: number
}

/** A plain object holds options, anything else is a client. */
function readArguments(first: unknown, second: unknown): Settings {
  const options: Record<string, unknown> = { ...(isPlainObject(first) && first), ...readObject(second) }
  refuseUnknownOptions(options, OPTIONS, 'redisStore')
  const { prefix = 'suno-callbacks:', callTimeoutMs = 2000 } = options
  if (typeof prefix !== 'string') {
    throw new ConfigurationError('OPTION_INVALID', 'redisStore: prefix must be a string.')
  }
  if (typeof callTimeoutMs !== 'number' || !(callTimeoutMs >= 1 && callTimeoutMs <= 60_000)) {
    throw new ConfigurationError(
      'OPTION_OUT_OF_RANGE',
      'redisStore: callTimeoutMs must be a number of milliseconds from 1 to 60000.',
    )
  }
  return { send: readSend(first), prefix, callTimeoutMs }
}

const OPTIONS: readonly string[] = ['sendCommand', 'prefix', 'callTimeoutMs']

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || typeof (value as Client).call === 'function') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function readObject(options: unknown): object {
  if (options === undefined) return {}
  if (typeof options === 'object' && options !== null) return options
  throw new ConfigurationError('OPTION_INVALID', 'redisStore(client, options): options must be an object.')
}

interface Client {
  readonly call?: (...args: string[]) => Promise<unknown>
  readonly sendCommand?: SendCommand
}

/** ioredis has a `sendCommand` too, which takes something else, so `call` is looked for first. */
function readSend(first: unknown): SendCommand {
  const client: Client = typeof first === 'object' && first !== null ? first : {}
  if (typeof client.call === 'function') {
    const call = client.call.bind(client)
    return async (args) => call(...args)
  }
  if (typeof client.sendCommand !== 'function') {
    throw new ConfigurationError(
      'STORE_INVALID',
      'redisStore needs a client of node-redis or ioredis, or { sendCommand: (args) => … } that sends a command and resolves with its reply.',
    )
  }
  if (client.sendCommand.length > 2) {
    throw new ConfigurationError(
      'STORE_INVALID',
      'redisStore: the cluster and the sentinel of node-redis need more than a command to send one. ' +
        'Pass { sendCommand: (args) => cluster.sendCommand(args[3], false, args) } or { sendCommand: (args) => sentinel.sendCommand(false, args) }.',
    )
  }
  const sendCommand = client.sendCommand.bind(client)
  return async (args) => sendCommand(args)
}
