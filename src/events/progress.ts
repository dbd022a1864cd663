import type { Envelope } from './envelope.js'
import { isFailure } from './failure.js'
import { meaningOf } from './states.js'
import type { Kind } from './types.js'

/** Whether the body says that the task still runs: by its stage, by a state, or by a code such as 201. */
export function isRunning({ code, stage, states }: Envelope, kind: Kind | null): boolean {
  const meanings = [stage, ...states].map((word) => meaningOf(word, kind))
  if (meanings.includes('over')) return false
  return (
    (code !== null && code > 200 && code < 300) || meanings.some((meaning) => meaning !== null && meaning !== 'failed')
  )
}

/**
 * Whether a body of which no event came is only news of a task that is under way. The callback that matters comes later: to refuse
 * this one could make the provider give up on the task.
 */
export function isProgress(envelope: Envelope): boolean {
  return isRunning(envelope, null) && !isFailure(envelope, null)
}
