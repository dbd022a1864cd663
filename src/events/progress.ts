import type { Envelope } from './envelope.js'
import { isFailure } from './failure.js'
import { meaningOf, UNDELIVERED } from './states.js'
import type { Kind } from './types.js'

/** Whether the body says that the task still runs: by its stage, by a state, or by a code such as 201. */
export function isRunning({ code, stage, states }: SaidOfTask, kind: Kind | null): boolean {
  const meanings = [stage, ...states].map((word) => meaningOf(word, kind))
  if (meanings.includes('over')) return false
  return (
    (code !== null && code > 200 && code < 300) || meanings.some((meaning) => meaning !== null && meaning !== 'failed')
  )
}

/** What a body says of how far the task is. */
type SaidOfTask = Pick<Envelope, 'code' | 'stage' | 'states'>

/** Whether nothing but a callback that failed to arrive is told of the task: then its parts alone can say whether it is over. */
export function isUndelivered({ stage, states }: Pick<Envelope, 'stage' | 'states'>): boolean {
  return stage === null && states.includes(UNDELIVERED) && states.every((word) => meaningOf(word, null) !== 'over')
}

/** Whether the result is still to come: where nothing is told of the task, unless every part of it is there, or has failed. */
export function isPending(envelope: Envelope, kind: Kind, hasAllParts: () => boolean): boolean {
  return isUndelivered(envelope) ? !hasAllParts() : isRunning(envelope, kind)
}

/**
 * Whether a body of which no event came is only news of a task that is under way. The callback that matters comes later: to refuse
 * this one could make the provider give up on the task.
 */
export function isProgress(envelope: Envelope): boolean {
  return isRunning(envelope, null) && !isFailure(envelope, null)
}
