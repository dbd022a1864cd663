import { ConfigurationError } from '../../errors/errors.js'

/** An opened database of libsql, better-sqlite3, `node:sqlite` or `bun:sqlite`: what is used of it. */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  /** libsql and better-sqlite3: whether it is open. `node:sqlite` has a method of that name. */
  readonly open?: unknown
  /** libsql and better-sqlite3. */
  readonly inTransaction?: boolean
  /** `node:sqlite`, in later versions. */
  readonly isTransaction?: boolean
  /** better-sqlite3. */
  readonly readonly?: boolean
}

export interface SqliteStatement {
  run(...values: (string | number)[]): unknown
  get(...values: (string | number)[]): unknown
}

/** The user's handle, set up for us on first use. Every call acts at once or throws, and never waits for a lock. */
export class SqliteConnection {
  #isReady = false

  /** @param user the function that is given the database, for messages */
  constructor(
    readonly database: SqliteDatabase,
    readonly user: string,
  ) {
    const { exec, prepare } = (database as Partial<SqliteDatabase> | null | undefined) ?? {}
    if (typeof exec !== 'function' || typeof prepare !== 'function') {
      throw this.#unusable(
        'pass an opened database of libsql, better-sqlite3, node:sqlite or bun:sqlite, not its path or a promise of it',
      )
    }
    this.#refuseUnusable()
    if (database.readonly === true) throw this.#unusable('it was opened read-only')
    // Reads no file, so no lock can hold it up.
    if (textOf(database.prepare('PRAGMA database_list').get(), 'file') === '') {
      throw this.#unusable(
        'it is in memory and would forget every key with this process; name a file, or use memoryStore()',
      )
    }
  }

  /** All of it or nothing; what others committed before is seen. */
  transaction(work: () => void): void {
    // In a transaction of the user's our keys would not be on the disk, and our ROLLBACK would undo the user's work.
    this.#refuseUnusable()
    try {
      this.#setUp()
      this.#begin()
      this.#workAndCommit(work)
    } catch (error) {
      throw isReadOnly(error) ? this.#unusable('it, or its file, is read-only') : error
    }
  }

  #setUp(): void {
    if (this.#isReady) return
    // Waiting inside SQLite would stop the event loop.
    this.database.exec('PRAGMA busy_timeout = 0')
    // NORMAL would lose the last commits with the power. On macOS, fsync alone does not reach the disk.
    this.database.exec('PRAGMA synchronous = FULL')
    this.database.exec('PRAGMA fullfsync = ON')
    const mode = textOf(this.database.prepare('PRAGMA journal_mode = WAL').get(), 'journal_mode')
    if (mode !== 'wal') {
      throw this.#unusable(
        `its journal mode stays ${JSON.stringify(mode)} instead of "wal"; put the file on a local disk`,
      )
    }
    this.#isReady = true
  }

  #begin(): void {
    try {
      this.database.exec('BEGIN IMMEDIATE')
    } catch (error) {
      // Older versions of node:sqlite do not tell beforehand.
      throw /within a transaction/.test(String(error)) ? this.#inTransactionError() : error
    }
  }

  #workAndCommit(work: () => void): void {
    try {
      work()
      this.database.exec('COMMIT')
    } catch (error) {
      this.#rollback()
      throw error
    }
  }

  #rollback(): void {
    try {
      this.database.exec('ROLLBACK')
    } catch {
      // A full disk, for one, makes SQLite roll back by itself.
    }
  }

  #refuseUnusable(): void {
    // A closed handle of libsql ends the process when it is asked for its transaction.
    if (this.database.open === false) throw this.#unusable('it is closed; close the store first, then the database')
    if (this.database.inTransaction === true || this.database.isTransaction === true) throw this.#inTransactionError()
  }

  #inTransactionError(): ConfigurationError {
    return this.#unusable('it is in a transaction; open a handle for the store alone')
  }

  #unusable(reason: string): ConfigurationError {
    return new ConfigurationError('STORE_INVALID', `${this.user} cannot use this database: ${reason}.`)
  }
}

/** Whether another connection holds the lock that this one needs: a matter of waiting. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY
}

function isReadOnly(error: unknown): boolean {
  return primaryCode(error) === SQLITE_READONLY
}

/** `code` is `SQLITE_BUSY_SNAPSHOT` and the like with libsql and better-sqlite3; `errcode` is a number with `node:sqlite`. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  // The low byte is the primary code, the others say more about it.
  if (typeof errcode === 'number') return errcode & 0xff
  if (/^SQLITE_BUSY/.test(String(code))) return SQLITE_BUSY
  return /^SQLITE_READONLY/.test(String(code)) ? SQLITE_READONLY : undefined
}

const SQLITE_BUSY = 5
const SQLITE_READONLY = 8

function textOf(row: unknown, column: string): string {
  return String((row as Readonly<Record<string, unknown>> | null | undefined)?.[column])
}
