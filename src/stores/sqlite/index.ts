import { inFlight } from '../in-flight.js'
import { SqliteConnection, type SqliteDatabase } from './connection.js'
import { SqliteCommits } from './commits.js'
import { sqliteOptionsReader, type SqliteOptions } from './options.js'
import { SqliteTable } from './table.js'
import type { AsyncStore, ClaimResult } from '../store.js'

export { sqliteTasks } from './tasks.js'
export type { SqliteTaskList, SqliteTasksOptions } from './tasks.js'
export type { SqliteDatabase, SqliteStatement } from './connection.js'
export type { SqliteOptions } from './options.js'

export interface SqliteStoreOptions extends SqliteOptions {
  /** The table, made on first use: letters, digits and `_`. `suno_callbacks` by default. */
  readonly table?: string | undefined
}

export interface SqliteStore extends AsyncStore {
  /** Finishes the calls under way and refuses later ones. The database stays open: whoever opened it closes it. */
  close(): Promise<void>
}

/**
 * Keeps keys in a SQLite file on a local disk: for the processes of one machine, each with a database handle of its own. What was
 * answered is on the disk (`synchronous=FULL`), so it survives restarts and power loss. Pass an opened database of libsql,
 * better-sqlite3 or `node:sqlite` that is used for nothing else.
 *
 * Waiting for another process never blocks the event loop; writing to the disk does, for as long as it takes. Calls of one turn of
 * the event loop share one commit.
 *
 * @throws ConfigurationError `STORE_INVALID` when this is no SQLite database, or one in memory, read-only or in a transaction. What
 *   shows only in use (no write-ahead log on this file system, a transaction begun later) rejects the calls with the same code.
 * @throws ConfigurationError `OPTION_UNKNOWN`, `OPTION_INVALID` or `OPTION_OUT_OF_RANGE`
 */
export function sqliteStore(database: SqliteDatabase, options: SqliteStoreOptions = {}): SqliteStore {
  const { table, prefix, callTimeoutMs } = readOptions(options)
  const connection = new SqliteConnection(database, 'sqliteStore')
  const keys = new SqliteTable(connection, table, prefix)
  const commits = new SqliteCommits(connection, callTimeoutMs, keys)

  return {
    claim: (key, token, leaseMs) =>
      commits.run((): ClaimResult => {
        const row = keys.read(key)
        const leftMs = row === undefined ? 0 : row.until - Date.now()
        if (row?.isDone === true && leftMs > 0) return { status: 'done' }
        if (row?.isDone === false && row.token !== token && leftMs > 0) {
          return inFlight(leftMs)
        }
        keys.write(key, { token, isDone: false, until: Date.now() + leaseMs })
        return { status: 'claimed' }
      }),

    complete: (key, token, retainMs) =>
      commits.run(() => {
        const row = keys.read(key)
        const isFree = row === undefined || (row.isDone && row.until <= Date.now())
        // Repeated by the same token it is true again: the first answer may have been lost.
        if (!isFree && row.token !== token) return false
        keys.write(key, { token, isDone: true, until: Date.now() + retainMs })
        return true
      }),

    release: (key, token) =>
      commits.run(() => {
        const row = keys.read(key)
        if (row === undefined || row.isDone || row.token !== token) return false
        keys.delete(key)
        return true
      }),

    renew: (key, token, leaseMs) =>
      commits.run(() => {
        const row = keys.read(key)
        if (row === undefined || row.isDone || row.token !== token) return false
        keys.write(key, { token, isDone: false, until: Date.now() + leaseMs })
        return true
      }),

    isDone: (key) =>
      commits.run(() => {
        const row = keys.read(key)
        return row !== undefined && row.isDone && row.until > Date.now()
      }),

    close: () => commits.close(),
  }
}

const readOptions = sqliteOptionsReader('sqliteStore', 'suno_callbacks')
