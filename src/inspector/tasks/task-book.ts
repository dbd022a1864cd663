import { randomBytes } from 'node:crypto'
import type { Kind } from '../../events/types.js'
import type { Outcome } from '../../outcome/outcome.js'
import type { FileState, RecordState, Sequence } from '../wire.js'
import { toKeptDelivery, type KeptDelivery } from './kept-delivery.js'
import { BookTask } from './book-task.js'

export interface BookLimits {
  readonly maxTasks: number
  readonly maxBytes: number
}

/** What has changed since a sequence; null where that cannot be told any more. */
export interface Changes {
  readonly sequence: Sequence
  readonly tasks: readonly BookTask[]
  readonly gone: readonly string[]
}

/** The tasks of which something is known, within bounds of number and bytes: the one that has not changed for longest goes first. */
export class TaskBook {
  /** The one that has changed last is the last. */
  readonly #tasks = new Map<string, BookTask>()
  readonly #idsOfTasks = new Map<string, string>()
  /** Rows without an event: strangers can make them, and they must not push out what is real. */
  readonly #unproven = new Set<string>()
  readonly #gone: { readonly id: string; readonly at: number }[] = []
  /** So that a page notices that the process is another one: in sequences, and in the ids of rows, which an address may hold. */
  readonly #name = randomBytes(4).toString('hex')
  #sequence = 0
  /** The sequence up to which the list of what has gone is not whole. */
  #forgottenUntil = 0
  #count = 0
  #bytes = 0

  /** @param onChange called after each change */
  constructor(
    private readonly limits: BookLimits,
    private readonly onChange: () => void,
  ) {}

  get sequence(): Sequence {
    return this.#toSequence(this.#sequence)
  }

  /** The newest first. */
  get tasks(): readonly BookTask[] {
    return [...this.#tasks.values()].sort((one, other) => other.lastAt - one.lastAt || other.changedAt - one.changedAt)
  }

  /** By the id of its row. */
  get(id: string): BookTask | undefined {
    return this.#tasks.get(id)
  }

  /** The id of the row of a task, by the provider's id. */
  rowOf(taskId: string): string | null {
    return this.#idsOfTasks.get(taskId) ?? null
  }

  delivery(id: string): { readonly task: BookTask; readonly delivery: KeptDelivery } | undefined {
    const task = this.#tasks.get(id.replace(/-.*/, ''))
    const delivery = task?.deliveries.find((one) => one.id === id)
    return task === undefined || delivery === undefined ? undefined : { task, delivery }
  }

  addOutcome(outcome: Outcome, at: number): void {
    const { taskId } = outcome
    const task = this.#taskOf(taskId !== null && taskId.length <= LONGEST_ID ? taskId : null, at)
    const id = `${task.id}-${String(++this.#count)}`
    this.#change(task, () => {
      const delivery = toKeptDelivery(id, outcome, at, this.limits.maxBytes / LARGEST_SHARE)
      task.add(delivery, outcome.event)
    })
  }

  /** What the last look at the record of a task has shown. */
  addRecord(taskId: string, kind: Kind, record: RecordState): void {
    const task = this.#taskOf(taskId, record.at)
    this.#change(task, () => {
      task.kind ??= kind
      task.record = record
    })
  }

  /** Files of tasks that are not kept are not shown. */
  addFile(taskId: string, file: FileState): void {
    const task = this.#tasks.get(this.rowOf(taskId) ?? '')
    if (task !== undefined) this.#change(task, () => task.addFile(file))
  }

  changesSince(since: Sequence): Changes | null {
    const from = this.#toNumber(since)
    if (from === null || from < this.#forgottenUntil || from > this.#sequence) return null
    const tasks = [...this.#tasks.values()].filter(({ changedAt }) => changedAt > from)
    const gone = this.#gone.filter(({ at }) => at > from).map(({ id }) => id)
    return { sequence: this.sequence, tasks, gone }
  }

  #taskOf(taskId: string | null, at: number): BookTask {
    const known = taskId === null ? undefined : this.#tasks.get(this.rowOf(taskId) ?? '')
    if (known !== undefined) return known
    const task = new BookTask(`${this.#name}.${String(++this.#count)}`, taskId, at)
    if (taskId !== null) this.#idsOfTasks.set(taskId, task.id)
    return task
  }

  #change(task: BookTask, change: () => void): void {
    this.#bytes -= this.#tasks.has(task.id) ? task.bytes : 0
    change()
    this.#bytes += task.bytes
    task.changedAt = ++this.#sequence
    this.#tasks.delete(task.id)
    this.#tasks.set(task.id, task)
    if (task.isUnproven) this.#unproven.add(task.id)
    else this.#unproven.delete(task.id)
    this.#keepBounds(task)
    this.onChange()
  }

  #keepBounds(newest: BookTask): void {
    const { maxTasks, maxBytes } = this.limits
    if (this.#unproven.size > Math.max(1, maxTasks / UNPROVEN_SHARE)) this.#remove(first(this.#unproven))
    while (this.#tasks.size > maxTasks || (this.#bytes > maxBytes && this.#tasks.size > 1)) {
      this.#remove(first(this.#tasks.keys()))
    }
    while (this.#bytes > maxBytes) {
      const before = newest.bytes
      if (!newest.dropOldestBody()) return
      this.#bytes -= before - newest.bytes
    }
  }

  #remove(id: string): void {
    // Those that are removed are there.
    const task = this.#tasks.get(id) as BookTask
    this.#bytes -= task.bytes
    this.#tasks.delete(id)
    this.#unproven.delete(id)
    if (task.taskId !== null) this.#idsOfTasks.delete(task.taskId)
    this.#gone.push({ id, at: this.#sequence })
    if (this.#gone.length > MOST_GONE) this.#forgottenUntil = (this.#gone.shift() as { readonly at: number }).at
  }

  #toSequence(number: number): Sequence {
    return `${this.#name}.${String(number)}`
  }

  #toNumber(sequence: Sequence): number | null {
    const [name, number] = sequence.split('.')
    return name === this.#name && number !== undefined && /^\d{1,15}$/.test(number) ? Number(number) : null
  }
}

/** How much of the bytes one body may take, and of the rows those without an event: one of so many. */
const LARGEST_SHARE = 4
const UNPROVEN_SHARE = 5
/** A longer id is none that a provider has made, and is in no row. */
const LONGEST_ID = 500
const MOST_GONE = 2_000

/** Of what is not empty. */
function first(ids: Iterable<string>): string {
  const [id] = ids
  return id as string
}
