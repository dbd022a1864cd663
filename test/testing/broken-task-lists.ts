import type { LentTask, TaskName, WatchedTask } from '../../src/polling/task-list.js'
import { SoundTaskList, type TaskRow } from './sound-task-list.js'

const AS_ADDED = 'lends a task that is due, as it was added'
const NOT_EARLY = 'lends nothing before it is due'
const IN_ORDER = 'lends those first that have been due longest, and not more than it is asked for'
const TO_ONE = 'lends each task to one of 20 parallel callers'
const AGAIN = 'lends a task again when its lease has lapsed'
const POSTPONED = 'lends a task that was postponed when it is due again, and not before'
const LAPSED = 'postpones a task whose lease has lapsed and that nobody took'
const ONCE = 'adds a task once, and gives it metadata where it has none'
const REMOVED = 'removes a task for every caller, and does not bring it back'
const APART = 'tells tasks apart by kind and by each character of their ids'

type ListClass = new (...args: ConstructorParameters<typeof SoundTaskList>) => SoundTaskList
type Lent = Pick<LentTask, 'kind' | 'taskId' | 'lend'>

/** Task lists that are each broken in one way: the way, one title that must catch it, the list. */
export const BROKEN_TASK_LISTS: readonly (readonly [fault: string, title: string, list: ListClass])[] = [
  ...(
    [
      ['forgets the metadata', (task) => ({ ...task, metadata: {} })],
      ['keeps texts as ASCII', (task) => ({ ...task, metadata: toAscii(task.metadata) })],
      ['keeps times to the second', (task) => ({ ...task, submittedAt: toSeconds(task.submittedAt) })],
      ['puts its own time for that of who submitted it', (task) => ({ ...task, submittedAt: new Date() })],
      ['keeps times as text', (task) => ({ ...task, submittedAt: task.submittedAt.toISOString() as unknown as Date })],
    ] as readonly (readonly [string, (task: WatchedTask) => WatchedTask])[]
  ).map(
    ([fault, keep]) =>
      [
        fault,
        AS_ADDED,
        class extends SoundTaskList {
          override keep(task: WatchedTask) {
            return keep(task)
          }
        },
      ] as const,
  ),
  [
    'counts takes from 0',
    AS_ADDED,
    class extends SoundTaskList {
      override lend(row: TaskRow, leaseMs: number) {
        return { ...super.lend(row, leaseMs), takes: row.takes }
      }
    },
  ],
  [
    'lends all there is, due or not',
    NOT_EARLY,
    class extends SoundTaskList {
      override due() {
        return this.all().filter(({ lend }) => lend === '')
      }
    },
  ],
  [
    'takes seconds for delays',
    NOT_EARLY,
    class extends SoundTaskList {
      override add(task: WatchedTask, delayMs: number) {
        return super.add(task, delayMs * 1000)
      }
    },
  ],
  [
    'makes every task wait a moment',
    NOT_EARLY,
    class extends SoundTaskList {
      override add(task: WatchedTask, delayMs: number) {
        return super.add(task, delayMs + 1)
      }
    },
  ],
  [
    'counts only what is not lent',
    NOT_EARLY,
    class extends SoundTaskList {
      override size() {
        return this.all().filter(({ lend }) => lend === '').length
      }
    },
  ],
  [
    'lends the youngest first',
    IN_ORDER,
    class extends SoundTaskList {
      override due() {
        return super.due().reverse()
      }
    },
  ],
  [
    'lends in the order of the ids',
    IN_ORDER,
    class extends SoundTaskList {
      override due() {
        return super.due().sort((a, b) => (a.task.taskId < b.task.taskId ? -1 : 1))
      }
    },
  ],
  [
    'lends all that is due, whatever it is asked for',
    IN_ORDER,
    class extends SoundTaskList {
      override take(_limit: number, leaseMs: number) {
        return super.take(Infinity, leaseMs)
      }
    },
  ],
  [
    'lends one task at a time',
    TO_ONE,
    class extends SoundTaskList {
      override take(limit: number, leaseMs: number) {
        return super.take(Math.min(limit, 99), leaseMs)
      }

      override due() {
        // The last is passed over, as by a comparison that is one off.
        return this.all().length < 100 ? super.due() : super.due().slice(0, -1)
      }
    },
  ],
  [
    'waits between reading and lending',
    TO_ONE,
    class extends SoundTaskList {
      override async take(limit: number, leaseMs: number) {
        const rows = this.due().slice(0, limit)
        await Promise.resolve()
        return rows.map((row) => this.lend(row, leaseMs))
      }
    },
  ],
  [
    'never lends again what was lent',
    AGAIN,
    class extends SoundTaskList {
      override due() {
        return super.due().filter(({ lend }) => lend === '')
      }
    },
  ],
  [
    'does not count the takes',
    AGAIN,
    class extends SoundTaskList {
      override lend(row: TaskRow, leaseMs: number) {
        return super.lend({ ...row, takes: 0 }, leaseMs)
      }
    },
  ],
  [
    'names every lending of a task alike',
    AGAIN,
    class extends SoundTaskList {
      override newLend() {
        return 'lent'
      }
    },
  ],
  [
    'says that it did not postpone, and postpones',
    AGAIN,
    class extends SoundTaskList {
      override async postpone(task: Lent, delayMs: number) {
        const isMine = await super.postpone(task, delayMs)
        const row = this.read(task)
        if (!isMine && row !== undefined) this.write({ ...row, dueAt: this.world.nowMs + delayMs })
        return isMine
      }
    },
  ],
  [
    'says that it postponed, and does not',
    POSTPONED,
    class extends SoundTaskList {
      override postpone(task: Lent) {
        const row = this.read(task)
        return row !== undefined && row.lend !== '' && row.lend === task.lend
      }
    },
  ],
  [
    'has the caller keep what it gave back',
    POSTPONED,
    class extends SoundTaskList {
      override postpone(task: Lent, delayMs: number) {
        const row = this.read(task)
        if (row === undefined || row.lend !== task.lend) return false
        this.write({ ...row, dueAt: this.world.nowMs + delayMs })
        return true
      }
    },
  ],
  [
    'takes an empty name for that of whom nobody has',
    POSTPONED,
    class extends SoundTaskList {
      override postpone(task: Lent, delayMs: number) {
        const row = this.read(task)
        if (row === undefined || row.lend !== task.lend) return false
        this.write({ ...row, dueAt: this.world.nowMs + delayMs, lend: '' })
        return true
      }
    },
  ],
  [
    'adds the delay to the end of the lease',
    POSTPONED,
    class extends SoundTaskList {
      override async postpone(task: Lent, delayMs: number) {
        const leftMs = (this.read(task)?.dueAt ?? 0) - this.world.nowMs
        return super.postpone(task, delayMs + Math.max(0, leftMs))
      }
    },
  ],
  [
    'cannot postpone once the lease has lapsed',
    LAPSED,
    class extends SoundTaskList {
      override postpone(task: Lent, delayMs: number) {
        const row = this.read(task)
        return row !== undefined && row.dueAt > this.world.nowMs && super.postpone(task, delayMs)
      }
    },
  ],
  [
    'says true to whoever adds',
    ONCE,
    class extends SoundTaskList {
      override async add(task: WatchedTask, delayMs: number) {
        await super.add(task, delayMs)
        return true
      }
    },
  ],
  [
    'takes a task back when it is added again',
    ONCE,
    class extends SoundTaskList {
      override async add(task: WatchedTask, delayMs: number) {
        const isNew = await super.add(task, delayMs)
        const row = this.read(task)
        if (!isNew && row !== undefined) this.write({ ...row, lend: '', dueAt: this.world.nowMs + delayMs })
        return isNew
      }
    },
  ],
  [
    'keeps the metadata that it was first added with, be they none',
    ONCE,
    class extends SoundTaskList {
      override fill() {
        // Nothing is written over.
      }
    },
  ],
  [
    'writes metadata over',
    ONCE,
    class extends SoundTaskList {
      override add(task: WatchedTask, delayMs: number) {
        const row = this.read(task)
        if (row !== undefined) this.fill(row, task)
        return super.add(task, delayMs)
      }
    },
  ],
  [
    'keeps two of a task that is added twice',
    ONCE,
    class extends SoundTaskList {
      override all() {
        return super.all().flatMap((row) => (Object.keys(row.task.metadata).length > 0 ? [row, row] : [row]))
      }
    },
  ],
  [
    'does not remove what is lent',
    REMOVED,
    class extends SoundTaskList {
      override remove(task: TaskName) {
        return this.read(task)?.lend === '' && super.remove(task)
      }
    },
  ],
  [
    'says true to whoever removes',
    REMOVED,
    class extends SoundTaskList {
      override async remove(task: TaskName) {
        await super.remove(task)
        return true
      }
    },
  ],
  [
    'says that it removed, and does not',
    REMOVED,
    class extends SoundTaskList {
      override remove(task: TaskName) {
        return this.read(task) !== undefined
      }
    },
  ],
  [
    'brings back by postpone what was removed',
    REMOVED,
    class extends SoundTaskList {
      override postpone(task: Lent, delayMs: number) {
        if (this.read(task) !== undefined) return super.postpone(task, delayMs)
        return this.add({ ...task, metadata: {}, submittedAt: new Date() }, delayMs)
      }
    },
  ],
  [
    'remembers the takes and the lend of what was removed',
    REMOVED,
    class extends SoundTaskList {
      readonly #removed = new Map<string, TaskRow>()

      override remove(task: TaskName) {
        const row = this.read(task)
        if (row !== undefined) this.#removed.set(this.toId(task), row)
        return super.remove(task)
      }

      override write(row: TaskRow) {
        const old = this.#removed.get(this.toId(row.task))
        this.#removed.clear()
        super.write(old === undefined ? row : { ...old, dueAt: row.dueAt })
      }
    },
  ],
  ...(
    [
      ['without their kinds', (_kind, taskId) => taskId],
      ['in lower case', (kind, taskId) => `${kind}:${taskId.toLowerCase()}`],
      ['without spaces at their end', (kind, taskId) => `${kind}:${taskId.trimEnd()}`],
      ['up to a separator', (kind, taskId) => `${kind}:${taskId.split(':', 1).join()}`],
      ['cut at 100 characters', (kind, taskId) => `${kind}:${taskId.slice(0, 100)}`],
      ['without what is no ASCII', (kind, taskId) => `${kind}:${taskId.replace(/[^ -~]+/gu, 'a')}`],
    ] as readonly (readonly [string, (kind: string, taskId: string) => string])[]
  ).map(
    ([fault, toId]) =>
      [
        `knows tasks ${fault}`,
        APART,
        class extends SoundTaskList {
          override toId({ kind, taskId }: TaskName) {
            return this.toPrefix() + toId(kind, taskId)
          }
        },
      ] as const,
  ),
  [
    'shares its tasks with other prefixes',
    'does not see the tasks of another prefix',
    class extends SoundTaskList {
      override toPrefix() {
        return ''
      }
    },
  ],
]

function toAscii(metadata: WatchedTask['metadata']): WatchedTask['metadata'] {
  return Object.fromEntries(
    Object.entries(metadata).map(([name, text]) => [name, String(text).replace(/[^ -~]/gu, '?')]),
  )
}

function toSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000)
}
