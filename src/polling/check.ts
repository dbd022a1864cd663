import type { Metadata, SunoEvent } from '../events/types.js'
import type { Outcome } from '../outcome/outcome.js'
import type { ProviderError } from './provider-error.js'
import type { TaskName } from './task-list.js'

/** What a look at a task has shown. */
export type TaskCheck = CheckDetails &
  /** Its last event is handled, or nobody listens for it. */
  (
    | { readonly status: 'done'; readonly event: SunoEvent; readonly outcome: Outcome }
    /** The store knew already that its last event is handled: the provider was not asked. */
    | { readonly status: 'known' }
    /** It still runs. `outcome` is that of an earlier stage, where the record has one. */
    | { readonly status: 'running'; readonly outcome: Outcome | null }
    /** The provider knows no such task, or not yet. */
    | { readonly status: 'missing' }
    /** Its last event is there, and was not handled: a listener threw, the store is down, another process is at it. */
    | { readonly status: 'failed'; readonly outcome: Outcome }
    /** The provider did not answer as it should. */
    | { readonly status: 'unanswered'; readonly error: ProviderError }
  )

interface CheckDetails extends TaskName {
  /** The body of the record; null where there is none. Do not log it whole. */
  readonly record: unknown
  readonly durationMs: number
}

export type TaskCheckStatus = TaskCheck['status']

/** A task that is not asked any more, because it is older than `maxAgeMs`: nobody knows what became of it. */
export interface OverdueTask extends TaskName {
  readonly metadata: Metadata
  readonly submittedAt: Date
  /** The last look at it. */
  readonly check: TaskCheck
}

/** Why the poller has stopped. */
export interface Stop {
  /** The provider refuses the key. Null: `stop` was called. */
  readonly error: ProviderError | null
}
