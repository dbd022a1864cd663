import type { Outcome } from '../outcome/outcome.js'
import { isSettled, type PollingReceiver } from './look.js'
import { isLast } from './read-record.js'
import type { TaskName } from './task-list.js'
import type { TaskObserver } from './wait-for-task.js'

/** Observes what becomes of the events of an instance, by task. */
export class TaskOutcomes {
  readonly #observers = new Map<string, Set<TaskObserver>>()
  #isStarted = false

  /** @param onOver called with a task whose last event came by a callback and is handled */
  constructor(
    private readonly suno: Pick<PollingReceiver, 'on' | 'off'>,
    private readonly onOver: (task: TaskName) => void,
  ) {}

  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.suno.on('outcome', this.#onOutcome)
  }

  stop(): void {
    if (this.#isStarted) this.suno.off('outcome', this.#onOutcome)
    this.#isStarted = false
  }

  /** Calls the observer with every event of the task, until the returned function is called. */
  observe(task: TaskName, observer: TaskObserver): () => void {
    const id = idOf(task)
    const observers = this.#observers.get(id) ?? new Set()
    this.#observers.set(id, observers.add(observer))
    return () => {
      observers.delete(observer)
      if (observers.size === 0) this.#observers.delete(id)
    }
  }

  readonly #onOutcome = (outcome: Outcome): void => {
    const { event, kind, taskId, source } = outcome
    if (event === null || kind === null || taskId === null) return
    for (const observer of this.#observers.get(idOf({ kind, taskId })) ?? []) observer(event, isSettled(outcome))
    // Of records, whoever has looked removes the task.
    if (source !== 'record' && isLast(event) && isSettled(outcome)) this.onOver({ kind, taskId })
  }
}

/** No kind contains the separator. */
function idOf({ kind, taskId }: TaskName): string {
  return `${kind}:${taskId}`
}
