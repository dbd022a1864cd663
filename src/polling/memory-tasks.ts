import { DueHeap } from './due-heap.js'
import type { LentTask, TaskList, TaskName, WatchedTask } from './task-list.js'

/** A task and when it is due: replaced as a whole, so that what the heap holds of an earlier state is known as outdated. */
interface MemoryTask {
  readonly task: WatchedTask
  /** When it is due or its lease lapses, on the monotonic clock, in ms. */
  readonly dueAt: number
  /** 0 before it is lent for the first time. */
  readonly takes: number
  /** `''` while nobody has it. */
  readonly lend: string
}

/** Keeps tasks in this process: right for one process, and gone with it. 100,000 tasks take some 40 MB. */
export function memoryTasks(): TaskList {
  const tasks = new Map<string, MemoryTask>()
  /** Holds each task of the map, and earlier states of some. */
  const heap = new DueHeap<MemoryTask>()
  let lends = 0

  const set = (id: string, task: MemoryTask): void => {
    tasks.set(id, task)
    heap.push(task)
    if (heap.size > 2 * tasks.size + SMALL) heap.refill(tasks.values())
  }

  return {
    add(task, delayMs) {
      const id = toId(task)
      const known = tasks.get(id)
      if (known === undefined) {
        set(id, { task: copy(task), dueAt: performance.now() + delayMs, takes: 0, lend: '' })
        return true
      }
      if (Object.keys(known.task.metadata).length === 0)
        set(id, { ...known, task: { ...known.task, metadata: copy(task).metadata } })
      return false
    },

    take(limit, leaseMs) {
      const now = performance.now()
      const taken: LentTask[] = []
      for (
        let first = heap.first;
        first !== undefined && first.dueAt <= now && taken.length < limit;
        first = heap.first
      ) {
        heap.pop()
        const id = toId(first.task)
        if (tasks.get(id) !== first) continue
        const lent = { ...first, dueAt: now + leaseMs, takes: first.takes + 1, lend: String(++lends) }
        set(id, lent)
        taken.push({ ...lent.task, lend: lent.lend, takes: lent.takes })
      }
      return taken
    },

    postpone(task, delayMs) {
      const id = toId(task)
      const known = tasks.get(id)
      if (known === undefined || known.lend === '' || known.lend !== task.lend) return false
      set(id, { ...known, dueAt: performance.now() + delayMs, lend: '' })
      return true
    },

    remove: (task) => tasks.delete(toId(task)),
    get: (task) => tasks.get(toId(task))?.task ?? null,
    size: () => tasks.size,
  }
}

/** So many outdated states are not worth a refill. */
const SMALL = 64

/** No kind contains the separator. */
function toId({ kind, taskId }: TaskName): string {
  return `${kind}:${taskId}`
}

/** Of what belongs to a task, and nothing that a caller could change later. */
function copy({ kind, taskId, metadata, submittedAt }: WatchedTask): WatchedTask {
  return { kind, taskId, metadata: Object.freeze({ ...metadata }), submittedAt: new Date(submittedAt) }
}
