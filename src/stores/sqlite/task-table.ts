import type { LentTask, TaskName, WatchedTask } from '../../polling/task-list.js'
import type { SqliteCommitTable } from './commits.js'
import type { SqliteConnection, SqliteStatement } from './connection.js'

/** All the SQL about tasks. After `prepare`, every other method belongs inside a transaction. Times are in ms of `Date.now()`. */
export class SqliteTaskTable implements SqliteCommitTable {
  #statements: TaskStatements | undefined

  constructor(
    readonly connection: SqliteConnection,
    readonly table: string,
    readonly prefix: string,
  ) {}

  /** Makes the table, unless it is there: several processes may try at once. */
  prepare(): void {
    if (this.#statements !== undefined) return
    const { connection, table } = this
    const { database } = connection
    connection.transaction(() => {
      database.exec(`CREATE TABLE IF NOT EXISTS "${table}" (
        prefix TEXT NOT NULL,
        kind TEXT NOT NULL,
        task_id TEXT NOT NULL,
        metadata TEXT NOT NULL,
        submitted_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        takes INTEGER NOT NULL,
        lend TEXT NOT NULL,
        PRIMARY KEY (prefix, kind, task_id)
      ) WITHOUT ROWID`)
      database.exec(`CREATE INDEX IF NOT EXISTS "${table}_due" ON "${table}" (prefix, due_at)`)
    })
    const mine = 'prefix = ? AND kind = ? AND task_id = ?'
    this.#statements = {
      add: database.prepare(`INSERT INTO "${table}" VALUES (?, ?, ?, ?, ?, ?, 0, '') ON CONFLICT DO NOTHING`),
      fill: database.prepare(`UPDATE "${table}" SET metadata = ? WHERE ${mine} AND metadata = '{}'`),
      due: database.prepare(`SELECT * FROM "${table}" WHERE prefix = ? AND due_at <= ? ORDER BY due_at LIMIT 1`),
      lend: database.prepare(`UPDATE "${table}" SET lend = ?, due_at = ?, takes = takes + 1 WHERE ${mine}`),
      postpone: database.prepare(
        `UPDATE "${table}" SET lend = '', due_at = ? WHERE ${mine} AND lend = ? AND lend <> ''`,
      ),
      remove: database.prepare(`DELETE FROM "${table}" WHERE ${mine}`),
      find: database.prepare(`SELECT * FROM "${table}" WHERE ${mine}`),
      size: database.prepare(`SELECT count(*) AS tasks FROM "${table}" WHERE prefix = ?`),
    }
  }

  /** Nothing expires here: a task leaves by `remove`. */
  clean(): void {
    return
  }

  add({ kind, taskId, metadata, submittedAt }: WatchedTask, dueAt: number): boolean {
    const json = JSON.stringify(metadata)
    if (this.#changes('add', this.prefix, kind, taskId, json, submittedAt.getTime(), Math.ceil(dueAt))) return true
    this.#changes('fill', json, this.prefix, kind, taskId)
    return false
  }

  /** The task that has been due longest. */
  firstDue(now: number): Omit<LentTask, 'lend'> | undefined {
    const row = this.#run('due').get(this.prefix, now) as TaskRow | null | undefined
    if (row === null || row === undefined) return undefined
    return { ...toTask(row), takes: Number(row.takes) }
  }

  find({ kind, taskId }: TaskName): WatchedTask | null {
    const row = this.#run('find').get(this.prefix, kind, taskId) as TaskRow | null | undefined
    return row === null || row === undefined ? null : toTask(row)
  }

  lend({ kind, taskId }: TaskName, lend: string, until: number): void {
    this.#changes('lend', lend, Math.ceil(until), this.prefix, kind, taskId)
  }

  postpone({ kind, taskId, lend }: Pick<LentTask, 'kind' | 'taskId' | 'lend'>, dueAt: number): boolean {
    return this.#changes('postpone', Math.ceil(dueAt), this.prefix, kind, taskId, lend)
  }

  remove({ kind, taskId }: TaskName): boolean {
    return this.#changes('remove', this.prefix, kind, taskId)
  }

  size(): number {
    return Number((this.#run('size').get(this.prefix) as { readonly tasks: number | bigint }).tasks)
  }

  /** Whether the statement changed a row. */
  #changes(name: keyof TaskStatements, ...values: (string | number)[]): boolean {
    return Number((this.#run(name).run(...values) as { readonly changes: number | bigint }).changes) > 0
  }

  #run(name: keyof TaskStatements): SqliteStatement {
    return (this.#statements as TaskStatements)[name]
  }
}

type TaskStatements = Readonly<
  Record<'add' | 'fill' | 'due' | 'lend' | 'postpone' | 'remove' | 'find' | 'size', SqliteStatement>
>

interface TaskRow {
  readonly kind: WatchedTask['kind']
  readonly task_id: string
  readonly metadata: string
  readonly submitted_at: number | bigint
  readonly takes: number | bigint
}

function toTask({ kind, task_id: taskId, metadata, submitted_at: submittedAt }: TaskRow): WatchedTask {
  return {
    kind,
    taskId,
    metadata: Object.freeze(JSON.parse(metadata) as WatchedTask['metadata']),
    // A handle may be set to answer bigints.
    submittedAt: new Date(Number(submittedAt)),
  }
}
