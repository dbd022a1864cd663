import * as z from 'zod/mini'
import { ConfigurationError } from '../../errors/errors.js'
import { isPlainObject } from '../../errors/is-plain-object.js'
import { numberFrom, option, optionsReader, readElsewhere, type Option } from '../../errors/read-options.js'
import type { SendCommand } from './calls.js'

/** A client of node-redis, or one of ioredis: only what is used of it. */
export type RedisClient =
  { sendCommand(args: string[]): Promise<unknown> } | { call(command: string, ...args: string[]): Promise<unknown> }

/** What the store and the task list have in common. */
export interface RedisOptions {
  /** What every key begins with. `suno-callbacks:` by default. */
  readonly prefix?: string | undefined
  /** How long a call may take, in ms; then it rejects. 2,000 by default, at most 60,000. */
  readonly callTimeoutMs?: number | undefined
}

export interface RedisFunctionOptions extends RedisOptions {
  readonly sendCommand: SendCommand
}

/** What was read of the arguments. */
export interface RedisSettings {
  readonly send: SendCommand
  readonly prefix: string
  readonly callTimeoutMs: number
}

/**
 * Makes the reader of a function's arguments: a client and options, or options with `sendCommand`.
 *
 * @param user the function, for messages
 */
export function argumentsReader(user: string): (first: unknown, second?: unknown) => RedisSettings {
  const readOptions = toOptionsReader(user)
  return (first, second = {}) => {
    // A plain object holds options, anything else is a client.
    const holdsOptions = isPlainObject(first) && typeof first.call !== 'function'
    const isObject = typeof second === 'object' && second !== null && !Array.isArray(second)
    const { prefix, callTimeoutMs } = readOptions(holdsOptions && isObject ? { ...first, ...second } : second)
    return { send: readSend(first, user), prefix, callTimeoutMs }
  }
}

function toOptionsReader(user: string) {
  return optionsReader(
    { call: `${user}(client, options)` },
    () =>
      ({
        sendCommand: readElsewhere<SendCommand>(),
        prefix: option(
          z._default(z.string(), 'suno-callbacks:'),
          'OPTION_INVALID',
          `${user}: prefix must be a string.`,
        ),
        callTimeoutMs: option(
          z._default(numberFrom(1, 60_000), 2_000),
          'OPTION_OUT_OF_RANGE',
          `${user}: callTimeoutMs must be a number of milliseconds from 1 to 60000.`,
        ),
      }) satisfies Record<keyof RedisFunctionOptions, Option>,
  )
}

interface Client {
  readonly call?: (...args: string[]) => Promise<unknown>
  readonly sendCommand?: SendCommand
}

/** ioredis has a `sendCommand` too, which takes something else, so `call` is looked for first. */
function readSend(first: unknown, user: string): SendCommand {
  const client: Client = typeof first === 'object' && first !== null ? first : {}
  if (typeof client.call === 'function') {
    const call = client.call.bind(client)
    return (args) => call(...args)
  }
  if (typeof client.sendCommand !== 'function') {
    throw new ConfigurationError(
      'STORE_INVALID',
      `${user} needs a client of node-redis or ioredis, or { sendCommand: (args) => … } that sends a command and resolves with its reply.`,
    )
  }
  if (client.sendCommand.length > 2) {
    throw new ConfigurationError(
      'STORE_INVALID',
      `${user}: the cluster and the sentinel of node-redis need more than a command to send one. ` +
        'Pass { sendCommand: (args) => cluster.sendCommand(args[3], false, args) } or { sendCommand: (args) => sentinel.sendCommand(false, args) }.',
    )
  }
  const sendCommand = client.sendCommand.bind(client)
  return (args) => sendCommand(args)
}
