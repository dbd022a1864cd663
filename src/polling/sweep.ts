import type { TaskCheck, TaskCheckStatus } from './check.js'
import type { ProviderError } from './provider-error.js'
import { Slots } from './slots.js'
import type { TaskToWatch } from './task-options.js'

/** What a sweep has found, by number: one of them for each task. */
export type SweepReport = Readonly<Record<TaskCheckStatus, number>> & {
  /** How many tasks were looked at. */
  readonly tasks: number
  /** False when `signal` ended the sweep before the tasks did. */
  readonly isComplete: boolean
}

export interface SweepContext {
  readonly concurrency: number
  readonly signal: AbortSignal
  /** Rejects with the reason of the signal. */
  readonly look: (task: TaskToWatch) => Promise<TaskCheck>
}

/**
 * Looks at each task once, so many at a time.
 *
 * @throws what the iterable throws; ConfigurationError of a task; ProviderError `UNAUTHORIZED`; when nothing is under way any more
 */
export async function sweepTasks(
  tasks: AsyncIterable<TaskToWatch> | Iterable<TaskToWatch>,
  { concurrency, signal, look }: SweepContext,
): Promise<SweepReport> {
  const counts = { done: 0, known: 0, running: 0, missing: 0, failed: 0, unanswered: 0 }
  const slots = new Slots(concurrency)
  let refused: ProviderError | null = null
  let failure: { readonly error: unknown } | null = null

  const start = (task: TaskToWatch): Promise<void> =>
    look(task)
      .then((check) => {
        counts[check.status]++
        if (check.status === 'unanswered' && check.error.code === 'UNAUTHORIZED') refused = check.error
      })
      .catch((error: unknown) => {
        if (!signal.aborted) failure ??= { error }
      })
  const isOver = () => signal.aborted || refused !== null || failure !== null

  try {
    for await (const task of tasks) {
      if (isOver()) break
      slots.take(start(task))
      await slots.freed()
    }
  } finally {
    await slots.emptied()
  }
  throwIfAny(refused, failure)
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return { ...counts, tasks: total, isComplete: !signal.aborted }
}

function throwIfAny(refused: ProviderError | null, failure: { readonly error: unknown } | null): void {
  if (refused !== null) throw refused
  if (failure !== null) throw failure.error
}
