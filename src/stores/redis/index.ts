import * as z from 'zod/mini'
import { ConfigurationError } from '../../errors/errors.js'
import { isPlainObject } from '../../errors/is-plain-object.js'
import { numberFrom, option, optionsReader, readElsewhere, type Option } from '../../errors/read-options.js'
import { inFlight } from '../in-flight.js'
import { RedisCalls, type SendCommand } from './calls.js'
import { CLAIMED, DONE, LAPSED_MS } from './scripts.js'
import type { AsyncStore, ClaimResult } from '../store.js'

export type { SendCommand } from './calls.js'

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
  const calls = new RedisCalls(send, callTimeoutMs)
  return {
    claim: async (key, token, leaseMs) =>
      toClaimResult(await calls.run('claim', prefix + key, token, milliseconds(leaseMs + LAPSED_MS))),
    complete: async (key, token, retainMs) =>
      (await calls.run('complete', prefix + key, token, milliseconds(retainMs))) === 1,
    release: async (key, token) => (await calls.run('release', prefix + key, token)) === 1,
    renew: async (key, token, leaseMs) =>
      (await calls.run('renew', prefix + key, token, milliseconds(leaseMs + LAPSED_MS))) === 1,
    isDone: async (key) => (await calls.run('isDone', prefix + key)) === 1,
    close: () => calls.close(),
  }
}

function toClaimResult(reply: number): ClaimResult {
  if (reply === CLAIMED) return { status: 'claimed' }
  if (reply === DONE) return { status: 'done' }
  return inFlight(reply)
}

/** Redis takes whole ones, and none below 1. */
function milliseconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms)))
}

interface RedisSettings {
  readonly send: SendCommand
  readonly prefix: string
  readonly callTimeoutMs: number
}

/** A plain object holds options, anything else is a client. */
function readArguments(first: unknown, second: unknown = {}): RedisSettings {
  const holdsOptions = isPlainObject(first) && typeof first.call !== 'function'
  const isObject = typeof second === 'object' && second !== null && !Array.isArray(second)
  const { prefix, callTimeoutMs } = readOptions(holdsOptions && isObject ? { ...first, ...second } : second)
  return { send: readSend(first), prefix, callTimeoutMs }
}

const readOptions = optionsReader(
  { call: 'redisStore(client, options)' },
  () =>
    ({
      sendCommand: readElsewhere<SendCommand>(),
      prefix: option(
        z._default(z.string(), 'suno-callbacks:'),
        'OPTION_INVALID',
        'redisStore: prefix must be a string.',
      ),
      callTimeoutMs: option(
        z._default(numberFrom(1, 60_000), 2_000),
        'OPTION_OUT_OF_RANGE',
        'redisStore: callTimeoutMs must be a number of milliseconds from 1 to 60000.',
      ),
    }) satisfies Record<keyof RedisStoreFunctionOptions, Option>,
)

interface Client {
  readonly call?: (...args: string[]) => Promise<unknown>
  readonly sendCommand?: SendCommand
}

/** ioredis has a `sendCommand` too, which takes something else, so `call` is looked for first. */
function readSend(first: unknown): SendCommand {
  const client: Client = typeof first === 'object' && first !== null ? first : {}
  if (typeof client.call === 'function') {
    const call = client.call.bind(client)
    return (args) => call(...args)
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
  return (args) => sendCommand(args)
}
