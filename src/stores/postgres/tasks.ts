import { randomUUID } from 'node:crypto'
import type { AsyncTaskList, LentTask, TaskName, WatchedTask } from '../../polling/task-list.js'
import { PostgresCalls } from './calls.js'
import { checkClient, reserve, toQuery, type PostgresClient, type PostgresValue } from './client.js'
import { checkStorable, postgresOptionsReader, type PostgresOptions } from './options.js'
import { repeated } from './repeated.js'
import { PostgresTable } from './table.js'
import { TASK_SHAPE, toTaskStatements, type StoredTask } from './task-statements.js'

export interface PostgresTasksOptions extends PostgresOptions {
  /** `table` or `schema.table`. `suno_callbacks_tasks` by default. */
  readonly table?: string | undefined
  /** `false` for a role that may not create: then run `postgresTasks.migration()` with one that may. `true` by default. */
  readonly createTable?: boolean | undefined
}

export interface PostgresTaskList extends AsyncTaskList {
  /** Takes no more calls and waits for those under way. The client stays open: it is yours to end, after this. */
  close(): Promise<void>
}

/**
 * Keeps watched tasks in a table of Postgres (12 or later), for any number of processes and machines; the server's clock decides. Takes
 * the same clients as `postgresStore`, and can share one with it. The table is made at the first call. One `take` lends 1,000 tasks at
 * most, and waits for no other: what another transaction has locked is passed over.
 *
 * @throws ConfigurationError `CLIENT_INVALID`, `TABLE_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_INVALID`, `OPTION_UNKNOWN`,
 * `POOL_SHARED`, as `postgresStore`
 */
export function postgresTasks(client: PostgresClient, options: PostgresTasksOptions = {}): PostgresTaskList {
  checkClient(client, 'postgresTasks')
  const { table: name = TABLE, prefix, callTimeoutMs, createTable } = readOptions(options)
  const table = new PostgresTable(name, TASK_SHAPE, { createTable })
  reserve(client, 'store')

  const query = toQuery((text, values) => client.query(text, values))
  const statements = toTaskStatements(table.sql)
  const calls = new PostgresCalls('postgresTasks', callTimeoutMs, table, query)

  /** One statement; answers its rows. */
  const run = (name: keyof AsyncTaskList, text: string, values: PostgresValue[]) =>
    calls.run(name, (call) => repeated(() => query(text, [prefix, ...values]), call))

  return {
    add: async (task, delayMs) => {
      const { kind, taskId, metadata, submittedAt } = task
      checkStorable(taskId, 'postgresTasks: a task id')
      const json = JSON.stringify(metadata)
      const values = [kind, taskId, json, submittedAt.getTime(), delayMs]
      if ((await run('add', statements.add, values)).length > 0) return true
      if (json !== '{}') await run('add', statements.fill, [kind, taskId, json])
      return false
    },

    take: async (limit, leaseMs) => {
      const lend = randomUUID()
      const count = Math.min(Math.max(0, Math.floor(limit)), MOST_AT_ONCE)
      const rows = await run('take', statements.take, [count, lend, leaseMs])
      return rows.map((row) => toLentTask(row as unknown as StoredTask, lend))
    },

    postpone: async ({ kind, taskId, lend }, delayMs) =>
      (await run('postpone', statements.postpone, [kind, taskId, lend, delayMs])).length > 0,

    remove: async ({ kind, taskId }: TaskName) => (await run('remove', statements.remove, [kind, taskId])).length > 0,

    get: async ({ kind, taskId }) => {
      const [row] = await run('get', statements.get, [kind, taskId])
      return row === undefined ? null : toTask(row as unknown as StoredTask)
    },

    size: async () => Number((await run('size', statements.size, []))[0]?.tasks),
    close: () => calls.close(),
  }
}

/** The statements that make the list's table, for a migration of your own. */
postgresTasks.migration = (table: string = TABLE): string => new PostgresTable(table, TASK_SHAPE, {}).migration

const TABLE = 'suno_callbacks_tasks'

/** Bounds how long one statement takes: some 10 ms. */
const MOST_AT_ONCE = 1_000

const readOptions = postgresOptionsReader('postgresTasks')

function toLentTask(row: StoredTask, lend: string): LentTask {
  return { ...toTask(row), lend, takes: Number(row.takes) }
}

function toTask({ kind, task_id: taskId, metadata, submitted_at }: StoredTask): WatchedTask {
  return {
    kind,
    taskId,
    metadata: Object.freeze(JSON.parse(metadata) as WatchedTask['metadata']),
    // Clients answer a bigint as a text.
    submittedAt: new Date(Number(submitted_at)),
  }
}
