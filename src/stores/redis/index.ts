import { inFlight } from '../in-flight.js'
import { RedisCalls } from './calls.js'
import { argumentsReader, type RedisClient, type RedisFunctionOptions, type RedisOptions } from './options.js'
import { CLAIMED, DONE, LAPSED_MS, SCRIPTS } from './scripts.js'
import type { AsyncStore, ClaimResult } from '../store.js'

export { redisTasks } from './tasks.js'
export type { RedisTaskList } from './tasks.js'
export type { SendCommand } from './calls.js'
export type { RedisClient, RedisFunctionOptions, RedisOptions } from './options.js'

export type RedisStoreOptions = RedisOptions
export type RedisStoreFunctionOptions = RedisFunctionOptions

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
  const calls = new RedisCalls(send, callTimeoutMs, 'redisStore')
  return {
    claim: async (key, token, leaseMs) =>
      toClaimResult(await calls.run(SCRIPTS.claim, prefix + key, token, milliseconds(leaseMs + LAPSED_MS))),
    complete: async (key, token, retainMs) =>
      (await calls.run(SCRIPTS.complete, prefix + key, token, milliseconds(retainMs))) === 1,
    release: async (key, token) => (await calls.run(SCRIPTS.release, prefix + key, token)) === 1,
    renew: async (key, token, leaseMs) =>
      (await calls.run(SCRIPTS.renew, prefix + key, token, milliseconds(leaseMs + LAPSED_MS))) === 1,
    isDone: async (key) => (await calls.run(SCRIPTS.isDone, prefix + key)) === 1,
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

const readArguments = argumentsReader('redisStore')
