import { randomUUID } from 'node:crypto'
import type { AsyncTaskList, LentTask } from '../../polling/task-list.js'
import { SqliteCommits } from './commits.js'
import { SqliteConnection, type SqliteDatabase } from './connection.js'
import { sqliteOptionsReader, type SqliteOptions } from './options.js'
import { SqliteTaskTable } from './task-table.js'

export interface SqliteTasksOptions extends SqliteOptions {
  /** The table, made on first use: letters, digits and `_`. `suno_callbacks_tasks` by default. */
  readonly table?: string | undefined
}

export interface SqliteTaskList extends AsyncTaskList {
  /** Finishes the calls under way and refuses later ones. The database stays open: whoever opened it closes it. */
  close(): Promise<void>
}

/**
 * Keeps watched tasks in a SQLite file on a local disk, under the conditions of `sqliteStore`, whose database it can share: for the
 * processes of one machine, and no task is forgotten by a crash. The clock is that of the machine.
 *
 * @throws ConfigurationError `STORE_INVALID`, `OPTION_UNKNOWN`, `OPTION_INVALID` or `OPTION_OUT_OF_RANGE`, as `sqliteStore`
 */
export function sqliteTasks(database: SqliteDatabase, options: SqliteTasksOptions = {}): SqliteTaskList {
  const { table, prefix, callTimeoutMs } = readOptions(options)
  const connection = new SqliteConnection(database, 'sqliteTasks')
  const tasks = new SqliteTaskTable(connection, table, prefix)
  const commits = new SqliteCommits(connection, callTimeoutMs, tasks)

  return {
    add: (task, delayMs) => commits.run(() => tasks.add(task, Date.now() + delayMs)),

    take: (limit, leaseMs) =>
      commits.run(() => {
        const now = Date.now()
        const lend = randomUUID()
        const taken: LentTask[] = []
        while (taken.length < limit) {
          const task = tasks.firstDue(now)
          if (task === undefined) break
          tasks.lend(task, lend, now + leaseMs)
          taken.push({ ...task, lend, takes: task.takes + 1 })
        }
        return taken
      }),

    postpone: (task, delayMs) => commits.run(() => tasks.postpone(task, Date.now() + delayMs)),
    remove: (task) => commits.run(() => tasks.remove(task)),
    get: (task) => commits.run(() => tasks.find(task)),
    size: () => commits.run(() => tasks.size()),
    close: () => commits.close(),
  }
}

const readOptions = sqliteOptionsReader('sqliteTasks', 'suno_callbacks_tasks')
