import type { Metadata } from '../events/types.js'
import { toLogFields } from '../log/log-fields.js'
import type { Logger } from '../log/logger.js'
import { pause } from './abort.js'
import type { SubmitPath } from './endpoints.js'
import type { ProviderClient } from './provider-client.js'
import type { TaskName, WatchedTask } from './task-list.js'

/** A task that was submitted. */
export interface SubmittedTask extends TaskName {
  /** False when the task list could not take it: only its callback can tell of it then. The log has the error. */
  readonly isWatched: boolean
}

interface Submission {
  readonly path: SubmitPath
  readonly params: object
  readonly callBackUrl: string
  readonly metadata: Metadata
  readonly signal: AbortSignal | undefined
}

interface SubmitContext {
  readonly provider: ProviderClient
  readonly logger: Logger
  /** Aborts when the poller stops. */
  readonly stopping: AbortSignal
  readonly add: (task: WatchedTask) => Promise<boolean>
}

/**
 * Submits a task, once, and puts it on the list. A list that fails is tried again for some seconds, and then only logged: to reject would
 * lose the id of a task that costs credits, and the caller would submit it a second time.
 *
 * @throws ProviderError
 */
export async function submitTask(submission: Submission, context: SubmitContext): Promise<SubmittedTask> {
  const { path, params, metadata, callBackUrl, signal } = submission
  const { provider, logger, stopping, add } = context
  const { kind, taskId } = await provider.submit(path, params, { callBackUrl, signal })
  for (let tries = 1; ; tries++) {
    try {
      await add({ kind, taskId, metadata, submittedAt: new Date() })
      return { kind, taskId, isWatched: true }
    } catch (error) {
      if (tries === TRIES) {
        const message = 'A task was submitted, and the task list could not take it: only its callback can tell of it.'
        logger.error(message, { ...toLogFields({ type: null, kind, taskId, key: null }), error })
        return { kind, taskId, isWatched: false }
      }
      await pause(TRY_AGAIN_MS * tries, stopping)
    }
  }
}

const TRIES = 4
const TRY_AGAIN_MS = 250
