import type { TableShape } from './table.js'

/** The table of the keys. */
export const SHAPE: TableShape = {
  columns: [
    // Byte by byte: no rule of a language applies to keys, and none can change under their index.
    'prefix text COLLATE "C" NOT NULL',
    'key text COLLATE "C" NOT NULL',
    'token text NOT NULL',
    'done boolean NOT NULL',
    'expires_at timestamptz NOT NULL',
    'PRIMARY KEY (prefix, key)',
  ],
  agesBy: 'expires_at',
}

/** One kind of operation as SQL. Answers a row with `key` and `token` for each operation that took effect, or found something. */
export interface Statement {
  /** Of the prefix, a key, a token and a duration in ms. */
  readonly ofOne: string
  /** Of the prefix, and operations as a list in JSON: `[{ key, token, ms }, …]`, each key once. */
  readonly ofMany: string
}

/** How long a statement waits for a row that another transaction has locked, in ms. Then it fails, and nothing has happened. */
export interface LockTimeouts {
  readonly oneMs: number
  readonly manyMs: number
}

export type StatementName = 'claim' | 'complete' | 'release' | 'renew' | 'read'

/**
 * All of a statement's rows are found by the index and locked in the order of their keys, so that no two statements wait for each
 * other.
 */
export function toStatements(
  table: string,
  { oneMs, manyMs }: LockTimeouts,
): Readonly<Record<StatementName, Statement>> {
  const { claim, complete, release, renew, read } = toTemplates(table)
  const one = '(SELECT $2::text AS key, $3::text AS token, $4::double precision AS ms ' + `WHERE ${waitsFor(oneMs)})`
  const many =
    '(SELECT * FROM json_to_recordset($2::text::json) AS listed (key text, token text, ms double precision) ' +
    `WHERE ${waitsFor(manyMs)} ORDER BY key COLLATE "C")`
  return {
    claim: { ofOne: claim(one), ofMany: claim(many) },
    complete: { ofOne: complete(one), ofMany: complete(many) },
    release: { ofOne: release(one), ofMany: release(many) },
    renew: { ofOne: renew(one), ofMany: renew(many) },
    read: { ofOne: read(one), ofMany: read(many) },
  }
}

/** `clock_timestamp()` and not `now()`: a statement that waited for another one must see what time it has become. */
function toTemplates(table: string): Readonly<Record<StatementName, (operations: string) => string>> {
  const put = (operations: string, isDone: boolean, condition: string) =>
    `INSERT INTO ${table} AS held (prefix, key, token, done, expires_at) SELECT $1, step.key, step.token, ` +
    `${String(isDone)}, statement_timestamp() + step.ms * interval '1 millisecond' FROM ${operations} AS step ` +
    'ON CONFLICT (prefix, key) DO UPDATE SET token = excluded.token, done = excluded.done, ' +
    'expires_at = excluded.expires_at + (clock_timestamp() - statement_timestamp()) ' +
    `WHERE ${condition} RETURNING held.key, held.token`
  const row = `${table} AS held WHERE held.prefix = $1 AND held.key = step.key`
  /** Those of the operations whose token holds the key; the rows are locked. */
  const locked = (operations: string) =>
    `(SELECT step.* FROM ${operations} AS step CROSS JOIN LATERAL ` +
    `(SELECT FROM ${row} AND held.token = step.token AND NOT held.done FOR UPDATE) AS own)`
  return {
    claim: (operations) =>
      put(operations, false, 'held.expires_at <= clock_timestamp() OR (held.token = excluded.token AND NOT held.done)'),
    /** Repeated by the same token, it is true again: a client may have sent it twice. */
    complete: (operations) =>
      put(operations, true, 'held.token = excluded.token OR (held.done AND held.expires_at <= clock_timestamp())'),
    release: (operations) =>
      `DELETE FROM ${table} AS held WHERE held.prefix = $1 ` +
      `AND held.key = ANY (ARRAY(SELECT step.key FROM ${locked(operations)} AS step)) RETURNING held.key, held.token`,
    /** Finds each of its rows there, so it inserts none. */
    renew: (operations) => put(locked(operations), false, 'true'),
    read: (operations) =>
      "SELECT step.key, step.token, CASE WHEN found.done THEN 'done' ELSE 'held' END AS status, " +
      '(extract(epoch FROM found.expires_at - clock_timestamp()) * 1000)::double precision AS ms ' +
      `FROM ${operations} AS step CROSS JOIN LATERAL ` +
      `(SELECT held.* FROM ${row} AND held.expires_at > clock_timestamp() LIMIT 1) AS found`,
  }
}

/** Always true. For this statement alone, if no transaction is around it. */
function waitsFor(ms: number): string {
  return `set_config('lock_timeout', '${String(ms)}', true) IS NOT NULL`
}
