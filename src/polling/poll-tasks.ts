import { toLogFields } from '../log/log-fields.js'
import { pause } from './abort.js'
import { scopeOf } from './answer-scope.js'
import type { TaskCheck, OverdueTask } from './check.js'
import type { GuardedList } from './guarded-list.js'
import { ageOf } from './look.js'
import { isOverdueBy, type UnfinishedCheck } from './overdue.js'
import type { PollerSettings } from './poller-options.js'
import { AccountPaused, type RequestLimit } from './request-limit.js'
import { jittered, nextDelayMs } from './schedule.js'
import { Slots } from './slots.js'
import type { LentTask } from './task-list.js'

/** What the loop works with. */
export interface LoopContext extends Pick<PollerSettings, 'mode' | 'concurrency' | 'maxAgeMs' | 'logger'> {
  readonly list: GuardedList
  readonly limit: RequestLimit
  /** Looks at the task; a task that is over leaves the list by it. Rejects with the reason of the signal, and with AccountPaused. */
  readonly look: (task: LentTask, signal: AbortSignal) => Promise<TaskCheck>
  readonly onOverdue: (task: OverdueTask) => void
}

/**
 * Takes what is due from the list and looks at it, so many at a time, until the signal aborts and the looks that are under way have ended.
 * While the provider wants to be left alone nothing is taken, and what waits for its turn is given back, so that a task is not lent for
 * longer than a look takes.
 */
export async function pollTasks(context: LoopContext, signal: AbortSignal): Promise<void> {
  const { concurrency, limit, list } = context
  const slots = new Slots(concurrency)
  while (!signal.aborted) {
    if (slots.free === 0) {
      await slots.freed()
      continue
    }
    if (limit.pauseMs > 0) {
      await pause(limit.pauseMs, signal)
      continue
    }
    const tasks = await list.take(slots.free, LEASE_MS)
    for (const task of tasks ?? []) slots.take(lookAt(task, context, signal))
    if (tasks === null) await pause(jittered(DOWN_MS, Math.random()), signal)
    else if (tasks.length === 0) await pause(jittered(IDLE_MS, Math.random()), signal)
  }
  await slots.emptied()
}

/** Never rejects. */
async function lookAt(task: LentTask, context: LoopContext, signal: AbortSignal): Promise<void> {
  const { list, logger } = context
  try {
    const check = await context.look(task, signal)
    await giveBack(task, check, context)
  } catch (error) {
    if (signal.aborted) await list.postpone(task, 0)
    else if (error instanceof AccountPaused) await list.postpone(task, afterPauseMs(context))
    else {
      const { kind, taskId } = task
      logger.error('A look at a task failed.', { ...toLogFields({ type: null, kind, taskId, key: null }), error })
      await list.postpone(task, jittered(RETRY_MS, Math.random()))
    }
  }
}

async function giveBack(task: LentTask, check: TaskCheck, context: LoopContext): Promise<void> {
  const { list, maxAgeMs, onOverdue } = context
  if (check.status === 'done' || check.status === 'known') return
  const ageMs = ageOf(task)
  if (ageMs < maxAgeMs || !isOverdueBy(check, task)) return list.postpone(task, nextLookMs(task, check, context))
  await list.remove(task)
  const { kind, taskId, metadata, submittedAt } = task
  onOverdue({ kind, taskId, metadata, submittedAt, check })
}

function nextLookMs(task: LentTask, check: UnfinishedCheck, context: LoopContext): number {
  const { mode, maxAgeMs } = context
  const ageMs = ageOf(task)
  const plannedMs = nextDelayMs({ mode, kind: task.kind, ageMs }, Math.random())
  // Old tasks that are kept can be many, for as long as it takes: they are asked as planned and no sooner, so that others get their turn.
  if (ageMs >= maxAgeMs) return plannedMs
  const leftMs = Math.max(maxAgeMs - ageMs, jittered(RETRY_MS, Math.random()))
  return Math.min(plannedMs, leftMs, retryMs(check, context))
}

/** What was not handled or not answered is tried again before the record is planned to be asked. */
function retryMs(check: UnfinishedCheck, context: LoopContext): number {
  if (check.status === 'failed' && check.outcome.status !== 'rejected') return jittered(RETRY_MS, Math.random())
  return check.status === 'unanswered' && scopeOf(check.error) === 'account' ? afterPauseMs(context) : Infinity
}

function afterPauseMs({ limit }: LoopContext): number {
  return limit.pauseMs + jittered(IDLE_MS, Math.random())
}

/** Long enough for a request and for listeners that take as long as they may. */
const LEASE_MS = 5 * 60_000

/** How often the list is asked when nothing is due. */
const IDLE_MS = 1_000

/** How long a list that fails is left alone. */
const DOWN_MS = 5_000

/** When a task is looked at again whose event was not handled. */
const RETRY_MS = 60_000
