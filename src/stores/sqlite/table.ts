import type { SqliteConnection, SqliteDatabase, SqliteStatement } from './connection.js'

/** What the table says of a key; without a row the key is free. */
export interface SqliteRow {
  readonly token: string
  readonly isDone: boolean
  /**
   * When the lease or the retention ends, in ms of `Date.now()`: the host's clock, the same one that SQLite would ask, and so one
   * clock for all who can open the file. A monotonic clock would start anew with the machine.
   */
  readonly until: number
}

/** All the SQL about keys. After `prepare`, every other method belongs inside a transaction. */
export class SqliteTable {
  #isPrepared = false
  #statements!: Statements
  #cleanAt = -Infinity

  constructor(
    readonly connection: SqliteConnection,
    readonly table: string,
    readonly prefix: string,
  ) {}

  /** Makes the table, unless it is there: several processes may try at once. */
  prepare(): void {
    if (this.#isPrepared) return
    const { connection, table } = this
    connection.transaction(() => {
      for (const sql of toCreation(table)) connection.database.exec(sql)
    })
    this.#statements = toStatements(connection.database, table)
    this.#isPrepared = true
  }

  read(key: string): SqliteRow | undefined {
    const row = this.#statements.read.get(this.prefix, key) as RawRow | null | undefined
    // A handle may be set to answer bigints.
    return row ? { token: row.token, isDone: Number(row.done) === 1, until: Number(row.until) } : undefined
  }

  write(key: string, { token, isDone, until }: SqliteRow): void {
    this.#statements.write.run(this.prefix, key, token, isDone ? 1 : 0, Math.ceil(until))
  }

  delete(key: string): void {
    this.#statements.delete.run(this.prefix, key)
  }

  /** Removes some of what has expired, at most once a minute: a small share of many commits rather than a long pause in one. */
  clean(): void {
    const now = performance.now()
    if (now < this.#cleanAt) return
    this.#cleanAt = now + CLEANING_PAUSE_MS
    const { changes } = this.#statements.clean.run(Date.now() - LAPSED_MS) as { readonly changes: number | bigint }
    // There may be more: then soon again, or a busy table would grow faster than it is cleaned.
    if (Number(changes) === CLEANED_ROWS) this.#cleanAt = now + SHORT_CLEANING_PAUSE_MS
  }
}

function toCreation(table: string): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS "${table}" (
      prefix TEXT NOT NULL,
      key TEXT NOT NULL,
      token TEXT NOT NULL,
      done INTEGER NOT NULL,
      until INTEGER NOT NULL,
      PRIMARY KEY (prefix, key)
    ) WITHOUT ROWID`,
    `CREATE INDEX IF NOT EXISTS "${table}_until" ON "${table}" (until)`,
  ]
}

function toStatements(database: SqliteDatabase, table: string): Statements {
  return {
    read: database.prepare(`SELECT token, done, until FROM "${table}" WHERE prefix = ? AND key = ?`),
    write: database.prepare(
      `INSERT INTO "${table}" (prefix, key, token, done, until) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (prefix, key) DO UPDATE SET token = excluded.token, done = excluded.done, until = excluded.until`,
    ),
    delete: database.prepare(`DELETE FROM "${table}" WHERE prefix = ? AND key = ?`),
    clean: database.prepare(
      `DELETE FROM "${table}" WHERE (prefix, key) IN
         (SELECT prefix, key FROM "${table}" WHERE until <= ? ORDER BY until LIMIT ${String(CLEANED_ROWS)})`,
    ),
  }
}

interface Statements {
  readonly read: SqliteStatement
  readonly write: SqliteStatement
  readonly delete: SqliteStatement
  readonly clean: SqliteStatement
}

interface RawRow {
  readonly token: string
  readonly done: number | bigint
  readonly until: number | bigint
}

const CLEANING_PAUSE_MS = 60_000
const SHORT_CLEANING_PAUSE_MS = 1_000
const CLEANED_ROWS = 500

/** How long a lapsed claim is kept for its own attempt, which can still renew it. What was finished is kept so much longer too. */
const LAPSED_MS = 10 * 60_000
