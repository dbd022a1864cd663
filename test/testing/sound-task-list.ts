import type { LentTask, TaskList, TaskName, WatchedTask } from '../../src/polling/task-list.js'

export interface TaskRow {
  readonly task: WatchedTask
  /** When it is due or its lease lapses, by `nowMs`. */
  readonly dueAt: number
  readonly takes: number
  /** `''` while nobody has it. */
  readonly lend: string
}

/** What several lists have in common, as those of one database do: rows and a clock that stands still until it is told to go on. */
export class TaskWorld {
  readonly rows = new Map<string, TaskRow>()
  nowMs = 1_000_000
  lends = 0

  readonly sleep = (ms: number): Promise<void> => {
    this.nowMs += ms
    return Promise.resolve()
  }
}

/** A task list that keeps the contract, in steps that a broken one can break one at a time. */
export class SoundTaskList implements TaskList {
  constructor(
    readonly world: TaskWorld,
    readonly prefix: string,
  ) {}

  add(task: WatchedTask, delayMs: number): boolean | Promise<boolean> {
    const row = this.read(task)
    if (row === undefined) {
      this.write({ task: this.keep(task), dueAt: this.world.nowMs + delayMs, takes: 0, lend: '' })
      return true
    }
    if (Object.keys(row.task.metadata).length === 0) this.fill(row, task)
    return false
  }

  take(limit: number, leaseMs: number): readonly LentTask[] | Promise<readonly LentTask[]> {
    return this.due()
      .slice(0, limit)
      .map((row) => this.lend(row, leaseMs))
  }

  postpone(task: Pick<LentTask, 'kind' | 'taskId' | 'lend'>, delayMs: number): boolean | Promise<boolean> {
    const row = this.read(task)
    if (row === undefined || row.lend === '' || row.lend !== task.lend) return false
    this.write({ ...row, dueAt: this.world.nowMs + delayMs, lend: '' })
    return true
  }

  remove(task: TaskName): boolean | Promise<boolean> {
    return this.world.rows.delete(this.toId(task))
  }

  size(): number | Promise<number> {
    return this.all().length
  }

  /** What is due, in the order of that. */
  due(): TaskRow[] {
    return this.all()
      .filter(({ dueAt }) => dueAt <= this.world.nowMs)
      .sort((a, b) => a.dueAt - b.dueAt)
  }

  lend(row: TaskRow, leaseMs: number): LentTask {
    const lent = { ...row, dueAt: this.world.nowMs + leaseMs, takes: row.takes + 1, lend: this.newLend() }
    this.write(lent)
    return { ...lent.task, takes: lent.takes, lend: lent.lend }
  }

  fill(row: TaskRow, { metadata }: WatchedTask): void {
    this.write({ ...row, task: { ...row.task, metadata } })
  }

  newLend(): string {
    return String(++this.world.lends)
  }

  /** What is kept of a task. */
  keep(task: WatchedTask): WatchedTask {
    return task
  }

  all(): TaskRow[] {
    return [...this.world.rows].filter(([id]) => id.startsWith(this.toPrefix())).map(([, row]) => row)
  }

  read(task: TaskName): TaskRow | undefined {
    return this.world.rows.get(this.toId(task))
  }

  write(row: TaskRow): void {
    this.world.rows.set(this.toId(row.task), row)
  }

  toId({ kind, taskId }: TaskName): string {
    return `${this.toPrefix()}${kind}:${taskId}`
  }

  toPrefix(): string {
    return `${this.prefix} `
  }
}
