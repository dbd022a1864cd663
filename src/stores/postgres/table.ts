import { ConfigurationError } from '../../errors/errors.js'
import { TIMED_OUT, within } from '../../time/time.js'
import type { Query } from './client.js'

export interface TableShape {
  readonly columns: readonly string[]
  /** The column by whose age rows are swept, or found. */
  readonly agesBy: string
  /** Columns that stand before it in its index. */
  readonly within?: string
}

/** One of this library's tables: makes itself where it may, and sweeps out what has expired. */
export class PostgresTable {
  /** Quoted, to stand in a statement. */
  readonly sql: string
  readonly #shape: TableShape
  readonly #isMadeByUser: boolean
  #made: Promise<void> | null = null
  #sweepAt = 0

  /** @throws ConfigurationError `TABLE_INVALID` */
  constructor(name: string, shape: TableShape, { createTable = true }: { readonly createTable?: boolean | undefined }) {
    this.sql = quoted(name)
    this.#shape = shape
    this.#isMadeByUser = !createTable
  }

  /** Two statements that make the table where there is none. */
  get migration(): string {
    return `${this.#statements.join(';\n')};\n`
  }

  /** Makes the table if need be: once, however many ask at once, in this process or in others. */
  async make(query: Query): Promise<void> {
    if (this.#isMadeByUser) return
    this.#made ??= this.#makeInTime(query)
    try {
      await this.#made
    } catch (error) {
      this.#made = null
      throw error
    }
  }

  /** Says what to do where the table is not there. It is made again with the next call, if that is ours to do. */
  explain(error: unknown): unknown {
    if (!hasCode(error, UNDEFINED_TABLE)) return error
    this.#made = null
    const remedy = this.#isMadeByUser
      ? ' Run what migration() of postgresStore, postgresTasks or exactlyOnce answers, or leave out createTable: false.'
      : ''
    return new Error(`The table ${this.sql} is not in this database, or not in the search_path.${remedy}`, {
      cause: error,
    })
  }

  /**
   * Deletes `SWEEP_ROWS` of the rows at most that are older than `ageMs`, at most once a minute; while there is more, with each call. Rows
   * that another transaction has locked are left alone, so several instances share the work.
   */
  async sweep(query: Query, ageMs: number): Promise<void> {
    if (performance.now() < this.#sweepAt) return
    this.#sweepAt = performance.now() + SWEEP_EVERY_MS
    const isOld = `${this.#shape.agesBy} < now() - $1::double precision * interval '1 millisecond'`
    const swept = await query(
      `DELETE FROM ${this.sql} WHERE ctid = ANY (ARRAY(SELECT ctid FROM ${this.sql} WHERE ${isOld} ` +
        `ORDER BY ${this.#shape.agesBy} LIMIT ${String(SWEEP_ROWS)} FOR UPDATE SKIP LOCKED)) AND ${isOld} RETURNING 1`,
      [ageMs],
    )
    if (swept.length === SWEEP_ROWS) this.#sweepAt = 0
  }

  async #makeInTime(query: Query): Promise<void> {
    if ((await within(this.#makeOnce(query), MAKE_MS)) === TIMED_OUT) {
      throw new Error(`The table ${this.sql} could not be made within ${String(MAKE_MS)} ms.`)
    }
  }

  /** The lock keeps instances that start at once from making the same table; it goes with the statement. */
  async #makeOnce(query: Query): Promise<void> {
    // A role that may not create anything can still use what is there.
    const [row] = await query('SELECT to_regclass($1)::text AS found', [this.sql])
    if (typeof row?.found === 'string') return
    await query(
      `DO $make$ BEGIN PERFORM pg_advisory_xact_lock(${ADVISORY_LOCK}); ` +
        // All but the first would get a notice that the table exists.
        `PERFORM set_config('client_min_messages', 'warning', true); ${this.#statements.join('; ')}; END $make$`,
    )
  }

  get #statements(): readonly [string, string] {
    const { columns, agesBy, within: group } = this.#shape
    const index = this.sql.replace(/^.*\./, '').replace(/"$/, `_${agesBy}"`)
    return [
      `CREATE TABLE IF NOT EXISTS ${this.sql} (\n  ${columns.join(',\n  ')}\n)`,
      `CREATE INDEX IF NOT EXISTS ${index} ON ${this.sql} (${group === undefined ? '' : `${group}, `}${agesBy})`,
    ]
  }
}

/** Whether it is an error of Postgres with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const code: unknown = (error as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === 'string' && codes.includes(code)
}

/** `schema.table` or `table`, as it is written, capitals included. Short enough for the name of the index to fit as well. */
function quoted(name: string): string {
  if (typeof name !== 'string' || !/^(?:[a-z_][a-z0-9_]{0,62}\.)?[a-z_][a-z0-9_]{0,47}$/i.test(name)) {
    throw new ConfigurationError(
      'TABLE_INVALID',
      'table must be "table" or "schema.table", of letters, digits and "_"; the table\'s own name of 48 characters at most.',
    )
  }
  return `"${name.replace('.', '"."')}"`
}

const UNDEFINED_TABLE = '42P01'
/** Any number, the same for all tables: only those that make one wait for it. */
const ADVISORY_LOCK = '8321784871106'
const MAKE_MS = 5000
const SWEEP_EVERY_MS = 60_000
const SWEEP_ROWS = 500
