import type { Kind, Metadata } from '../events/types.js'
import type { Awaitable } from '../time/time.js'

/** What names a task: kinds have task ids of their own. */
export interface TaskName {
  readonly kind: Kind
  readonly taskId: string
}

/** A task whose record is to be asked until its last event is handled. */
export interface WatchedTask extends TaskName {
  /** For the events that are read from its record; `{}` where there are none. */
  readonly metadata: Metadata
  /** By the clock of who submitted it. The list keeps it and compares it with nothing. */
  readonly submittedAt: Date
}

/** A task as `take` lends it. */
export interface LentTask extends WatchedTask {
  /** Names this lending, as a token names a claim; fresh for each. */
  readonly lend: string
  /** How often the task was lent, this time included: 1 at first. */
  readonly takes: number
}

/**
 * The contract of a task list: which records are to be asked, and when. The list's own clock decides; only durations cross. A task
 * that is there is waiting, due or lent:
 *
 *     add ──────── due ──── take ──────── postpone ──────── due ──── take ────── remove
 *      │◄─ delay ─►│          │◄── lease ──►  │◄─── delay ──►│
 *                             lent to one      waits again    also when the lease has lapsed: who took it has died
 *
 * `take` costs what is due, not what is there: 100,000 tasks that wait cost it nothing. A task that was added is not forgotten by a
 * crash, where the list outlives the process. Every method may reject. One that knows the answer at once may return it without a
 * promise.
 */
export interface TaskList {
  /**
   * Adds the task, due in `delayMs`. False when it is there already: then it stays as it is, due when it was and lent to whom it was,
   * but for the metadata, which it gets where it has none.
   */
  add(task: WatchedTask, delayMs: number): Awaitable<boolean>
  /**
   * Lends tasks that are due, those first that have been due longest, and at most `limit`, for `leaseMs`, atomically: of many callers
   * at once exactly one gets each. A task that is neither postponed nor removed by the end of its lease is due again.
   */
  take(limit: number, leaseMs: number): Awaitable<readonly LentTask[]>
  /**
   * Gives back a task that was lent; it is due again in `delayMs`. True also when the lease has lapsed and nobody took the task; false,
   * and nothing changes, when it was lent to another caller or removed since.
   */
  postpone(task: Pick<LentTask, 'kind' | 'taskId' | 'lend'>, delayMs: number): Awaitable<boolean>
  /** Removes the task, whoever has it: what is over is over for all. False when it is not there. */
  remove(task: TaskName): Awaitable<boolean>
  /** The task as it was added, whoever has it; null when it is not there. Without it, `check` and `waitFor` know no metadata of `watch`. */
  get?(task: TaskName): Awaitable<WatchedTask | null>
  /** How many tasks there are, waiting, due and lent together. */
  size(): Awaitable<number>
}

/** A task list that never answers without a promise, as one behind a network does not. */
export type AsyncTaskList = {
  [Method in keyof TaskList]: (
    ...args: Parameters<NonNullable<TaskList[Method]>>
  ) => Promise<Awaited<ReturnType<NonNullable<TaskList[Method]>>>>
}
