import { scopeOf } from './answer-scope.js'
import type { TaskCheck } from './check.js'
import type { LentTask } from './task-list.js'

/**
 * Whether a task becomes overdue by this look, once it is older than `maxAgeMs`. It does by what was answered about it, be it a refusal.
 * What is nobody's word about the task keeps it, however old: an outage of the provider, a listener or a store that fails.
 */
export function isOverdueBy(check: UnfinishedCheck, { takes }: Pick<LentTask, 'takes'>): boolean {
  switch (check.status) {
    case 'running':
    case 'missing':
      return true
    case 'failed':
      // A body that nobody can handle stays as it is.
      return check.outcome.status === 'rejected'
    case 'unanswered': {
      if (scopeOf(check.error) !== 'record') return false
      // An outage can look like this as well. A task of days was asked so often before; one that was just added is for a day.
      return check.error.code !== 'UNAVAILABLE' || takes >= TAKES_OF_A_DAY
    }
  }
}

/** Of a task that is not over, or whose end is not known. */
export type UnfinishedCheck = Exclude<TaskCheck, { status: 'done' | 'known' }>

/** An old task is asked every hour. */
const TAKES_OF_A_DAY = 24
