import { randomUUID } from 'node:crypto'
import { ConfigurationError } from '../../errors/errors.js'
import type { AsyncTaskList, LentTask, TaskName, WatchedTask } from '../../polling/task-list.js'
import { RedisCalls } from './calls.js'
import { argumentsReader, type RedisClient, type RedisFunctionOptions, type RedisOptions } from './options.js'
import { TASK_SCRIPTS } from './task-scripts.js'

export interface RedisTaskList extends AsyncTaskList {
  /** Waits for the calls under way, `callTimeoutMs` at most; later ones reject. The client stays open: it is yours to close. */
  close(): Promise<void>
}

/**
 * Keeps watched tasks in Redis 6.2 or later, or Valkey, for any number of processes; the server's clock decides. Takes the same clients
 * as `redisStore`, and can share one with it. All tasks of a prefix are in one slot of a cluster. No task expires by itself: what was added stays
 * until it is removed, as safe as Redis is set up to keep it. One `take` lends `MOST_AT_ONCE` tasks (1,000) at most.
 *
 * @throws ConfigurationError `STORE_INVALID`, `OPTION_UNKNOWN`, `OPTION_INVALID` or `OPTION_OUT_OF_RANGE`, as `redisStore`
 */
export function redisTasks(options: RedisFunctionOptions): RedisTaskList
export function redisTasks(client: RedisClient, options?: RedisOptions): RedisTaskList
export function redisTasks(first: RedisClient | RedisFunctionOptions, second?: RedisOptions): RedisTaskList {
  const { send, prefix, callTimeoutMs } = readArguments(first, second)
  if (prefix.includes('{}')) throw new ConfigurationError('OPTION_INVALID', NO_SLOT)
  const calls = new RedisCalls(send, callTimeoutMs, 'redisTasks')
  /** In a cluster, what stands in the first braces decides the slot: those of the prefix if it has some. */
  const keys = [`${prefix}{tasks}:due`, `${prefix}{tasks}:all`] as const

  return {
    add: async (task, delayMs) => {
      const { metadata, submittedAt } = task
      const values = [toId(task), JSON.stringify(metadata), String(submittedAt.getTime()), String(delayMs)]
      return (await calls.run(TASK_SCRIPTS.add, ...keys, ...values)) === 1
    },

    take: async (limit, leaseMs) => {
      const lend = randomUUID()
      const count = String(Math.min(Math.max(0, Math.floor(limit)), MOST_AT_ONCE))
      const lent = await calls.run(
        TASK_SCRIPTS.take,
        ...keys,
        `${prefix}{tasks}:take:${lend}`,
        count,
        String(leaseMs),
        lend,
      )
      return lent.flatMap((id, index) => (index % 2 === 0 ? [toLentTask(id, lent[index + 1] as string)] : []))
    },

    postpone: async (task, delayMs) =>
      (await calls.run(TASK_SCRIPTS.postpone, ...keys, toId(task), task.lend, String(delayMs))) === 1,

    remove: async (task) => (await calls.run(TASK_SCRIPTS.remove, ...keys, toId(task))) === 1,
    size: () => calls.run(TASK_SCRIPTS.size, ...keys),
    close: () => calls.close(),
  }
}

const readArguments = argumentsReader('redisTasks')

const NO_SLOT =
  'redisTasks: prefix must not contain "{}": in a cluster, its keys would be in several slots. Leave the braces out, or write a word between them.'

/** Bounds how long one script keeps the server: some 10 ms. */
const MOST_AT_ONCE = 1_000

/** No kind contains the separator. */
function toId({ kind, taskId }: TaskName): string {
  return `${kind}:${taskId}`
}

function toLentTask(id: string, value: string): LentTask {
  const separator = id.indexOf(':')
  const [takes, lend, submittedAt] = value.split(' ', 3) as [string, string, string]
  const metadata = value.slice(takes.length + lend.length + submittedAt.length + 3)
  return {
    kind: id.slice(0, separator) as WatchedTask['kind'],
    taskId: id.slice(separator + 1),
    metadata: Object.freeze(JSON.parse(metadata) as WatchedTask['metadata']),
    submittedAt: new Date(Number(submittedAt)),
    lend,
    takes: Number(takes),
  }
}
