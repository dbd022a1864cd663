import type { Kind } from './types.js'

/**
 * What the providers' words for how far a task is mean, of callbacks (`callbackType`, `status`) and of records (`status`, `state`,
 * `successFlag`). `unclear`: there may be results, and the word does not say whether these are all: then the parts of the result
 * tell. Null: nobody knows the word.
 *
 *     | word, whatever its case                                         | means                                                   |
 *     |-----------------------------------------------------------------|---------------------------------------------------------|
 *     | `fail`, `failed`, `error`, and what ends in one: `…_FAILED`     | failed                                                  |
 *     | `PENDING`, `waiting`, `queuing`, `generating`, `processing`, …  | running                                                 |
 *     | `text`, `TEXT_SUCCESS` · `first`, `FIRST_SUCCESS`               | text · first: of music only, whose task still runs      |
 *     | `second`                                                        | unclear: sent in place of `complete`, or before it      |
 *     | `CALLBACK_EXCEPTION`                                            | unclear: a callback failed to arrive, not the task      |
 *     | `SUCCESS`, `complete`, `wait_validating`, `task_completed`, …   | over                                                    |
 *     | 0 · 1 · 3                                                       | running · over · failed                                 |
 *     | 2                                                               | failed (MIDI: it could not be created), else running    |
 */
export type Meaning = 'failed' | 'running' | 'text' | 'first' | 'unclear' | 'over'

export function meaningOf(word: string | null, kind: Kind | null): Meaning | null {
  if (word === null) return null
  if (word === '2') return kind === 'midi' ? 'failed' : 'running'
  return MEANINGS.get(word) ?? (FAILED.test(word) ? 'failed' : null)
}

/** A callback could not be delivered: the provider's word for a fault of the receiver's, which says nothing of the task. */
export const UNDELIVERED = 'callback_exception'

const MEANINGS: ReadonlyMap<string, Meaning> = new Map([
  ...words('running', 'pending', 'waiting', 'queued', 'queuing', 'queueing', 'submitted', 'running', 'generating', '0'),
  ...words('running', 'processing', 'in_progress', 'wait_processing', 'processing_validate'),
  ...words('text', 'text', 'text_success'),
  ...words('first', 'first', 'first_success'),
  ...words('unclear', 'second', UNDELIVERED),
  ...words('over', 'complete', 'completed', 'success', 'succeeded', 'wait_validating', 'task_completed', '1'),
  ...words('failed', '3'),
])

const FAILED = /^(\w+_)?(fail|failed|failure|error)$/

function words(meaning: Meaning, ...all: readonly string[]): readonly (readonly [string, Meaning])[] {
  return all.map((word) => [word, meaning])
}
