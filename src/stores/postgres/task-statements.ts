import type { WatchedTask } from '../../polling/task-list.js'
import type { TableShape } from './table.js'

/** The table of the tasks. */
export const TASK_SHAPE: TableShape = {
  columns: [
    'prefix text COLLATE "C" NOT NULL',
    'kind text COLLATE "C" NOT NULL',
    'task_id text COLLATE "C" NOT NULL',
    // As it was written: jsonb cannot hold every text.
    'metadata text NOT NULL',
    // In ms since 1970, by the clock of who submitted it.
    'submitted_at bigint NOT NULL',
    'due_at timestamptz NOT NULL',
    'takes integer NOT NULL DEFAULT 0',
    // Empty while nobody has it.
    "lend text NOT NULL DEFAULT ''",
    'PRIMARY KEY (prefix, kind, task_id)',
  ],
  agesBy: 'due_at',
  within: 'prefix',
}

/** A row as `take` and `get` answer it. */
export interface StoredTask {
  readonly kind: WatchedTask['kind']
  readonly task_id: string
  readonly metadata: string
  readonly submitted_at: string | number | bigint
  readonly takes: string | number
}

/** Each takes the prefix first, then what is said. All but `take`, `get` and `size` answer a row when they have changed one. */
export interface TaskStatements {
  /** Of kind, id, metadata, submittedAt and delay. */
  readonly add: string
  /** Of kind, id and metadata. */
  readonly fill: string
  /** Of limit, lend and lease. Answers the tasks, those first that have been due longest. */
  readonly take: string
  /** Of kind, id, lend and delay. */
  readonly postpone: string
  /** Of kind and id. */
  readonly remove: string
  /** Of kind and id. Answers the task, where it is there. */
  readonly get: string
  /** Answers one row with `tasks`. */
  readonly size: string
}

export function toTaskStatements(table: string): TaskStatements {
  const one = 'prefix = $1 AND kind = $2 AND task_id = $3'
  return {
    add:
      `INSERT INTO ${table} (prefix, kind, task_id, metadata, submitted_at, due_at) ` +
      `VALUES ($1, $2, $3, $4, $5, ${inMs('$6')}) ON CONFLICT DO NOTHING RETURNING 1`,
    fill: `UPDATE ${table} SET metadata = $4 WHERE ${one} AND metadata = '{}' RETURNING 1`,
    // The condition has a time that the planner can look up in the index: clock_timestamp() is another one for each row. A row that
    // another caller has taken since is asked again once it is locked, and is not due any more.
    take:
      `WITH due AS (SELECT ctid AS place, due_at AS since FROM ${table} ` +
      'WHERE prefix = $1 AND due_at <= statement_timestamp() ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED), ' +
      `lent AS (UPDATE ${table} AS task SET lend = $3, takes = task.takes + 1, due_at = ${inMs('$4')} ` +
      'FROM due WHERE task.ctid = due.place ' +
      'RETURNING due.since, task.kind, task.task_id, task.metadata, task.submitted_at, task.takes) ' +
      'SELECT kind, task_id, metadata, submitted_at, takes FROM lent ORDER BY since',
    postpone:
      `UPDATE ${table} SET lend = '', due_at = ${inMs('$5')} ` +
      `WHERE ${one} AND lend = $4 AND lend <> '' RETURNING 1`,
    remove: `DELETE FROM ${table} WHERE ${one} RETURNING 1`,
    get: `SELECT kind, task_id, metadata, submitted_at, takes FROM ${table} WHERE ${one}`,
    size: `SELECT count(*) AS tasks FROM ${table} WHERE prefix = $1`,
  }
}

/** So many ms from now, also when the statement has waited for another one. */
function inMs(parameter: string): string {
  return `clock_timestamp() + ${parameter}::double precision * interval '1 millisecond'`
}
