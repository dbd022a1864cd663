import type { Logger } from '../log/logger.js'
import { TIMED_OUT, within, type Awaitable } from '../time/time.js'
import type { LentTask, TaskList, TaskName, WatchedTask } from './task-list.js'

/** A call gets so long, in ms. What it does later is covered by the leases. */
const CALL_MS = 10_000

/** A task list whose faults end no poller: each is told once, until a call succeeds again. Only `add` rejects. */
export class GuardedList {
  readonly #list: TaskList
  readonly #logger: Logger
  #isDown = false

  constructor(list: TaskList, logger: Logger) {
    this.#list = list
    this.#logger = logger
  }

  async add(task: WatchedTask, delayMs: number): Promise<boolean> {
    return inTime('add', async () => this.#list.add(task, delayMs))
  }

  /** Null: the list does not answer. */
  take(limit: number, leaseMs: number): Promise<readonly LentTask[] | null> {
    const take = async () => checkedTasks(await this.#list.take(limit, leaseMs))
    return this.#call<readonly LentTask[] | null>('take', take, null)
  }

  async postpone(task: LentTask, delayMs: number): Promise<void> {
    await this.#call('postpone', () => this.#list.postpone(task, delayMs), false)
  }

  async remove({ kind, taskId }: TaskName): Promise<void> {
    await this.#call('remove', () => this.#list.remove({ kind, taskId }), false)
  }

  get({ kind, taskId }: TaskName): Promise<WatchedTask | null> {
    // A list that keeps a map answers undefined.
    return this.#call('get', async () => (await this.#list.get?.({ kind, taskId })) ?? null, null)
  }

  async #call<T>(operation: string, call: () => Awaitable<T>, otherwise: T): Promise<T> {
    try {
      const answer = await inTime(operation, async () => call())
      this.#isDown = false
      return answer
    } catch (error) {
      if (!this.#isDown) this.#logger.error('The task list failed; it is asked again.', { operation, error })
      this.#isDown = true
      return otherwise
    }
  }
}

/** A list of the user's own may answer anything, and what is no task would end the loop far from its cause. */
function checkedTasks(answer: unknown): readonly LentTask[] {
  const isTask = (task: unknown) => typeof task === 'object' && task !== null
  if (Array.isArray(answer) && answer.every(isTask)) return answer as readonly LentTask[]
  throw new TypeError(
    'take of the task list must answer an array of tasks, empty where none is due. It answered something else.',
  )
}

async function inTime<T>(operation: string, call: () => Promise<T>): Promise<T> {
  const answer = await within(call(), CALL_MS)
  if (answer === TIMED_OUT) throw new Error(`${operation} of the task list took longer than ${String(CALL_MS)} ms.`)
  return answer
}
