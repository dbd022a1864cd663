import type { Envelope } from './envelope.js'
import type { Kind, Metadata, SunoEvent, TaskErrorEvent, UnknownEvent } from './events.js'
import { isEmptyHanded, isFailure, reasonOf } from './failure.js'
import { hash, toKey } from './key.js'
import { KINDS, kinds } from './kinds/index.js'

/** What is known of a delivery before its body is read. */
export interface Origin {
  /** From the signature, the path or the adapter's option; null when none of them names one. */
  readonly kind: Kind | null
  readonly metadata: Metadata
  readonly receivedAt: Date
}

/** Envelope → typed event. Never guesses: what no kind can read is an `unknown` event. */
export function toEvent(envelope: Envelope, origin: Origin, name: string | undefined): SunoEvent {
  const { taskIds, code, message, raw } = envelope
  const { metadata, receivedAt } = origin
  const [taskId = null] = taskIds
  const kind = origin.kind ?? recognise(envelope)
  const base = { code, message, metadata, receivedAt, raw }

  const unknown = (): UnknownEvent => {
    const key = toKey({ name, kind: kind ?? 'any', stage: 'unknown', id: hash(JSON.stringify(raw)) })
    return { type: 'unknown', kind, stage: 'unknown', taskId, key, ...base }
  }
  if (taskId === null) return unknown()

  const failed = (specific: string | null): TaskErrorEvent => {
    const key = toKey({ name, kind: kind ?? 'any', stage: 'error', id: taskId })
    const why = { reason: reasonOf(envelope), errorCode: envelope.errorCode }
    return { type: 'error', kind, stage: 'error', ...why, taskId, key, ...base, message: specific ?? message }
  }
  if (isFailure(envelope)) return failed(null)

  const found = kind === null ? null : kinds[kind].read(envelope, receivedAt)
  if (found === null) return isEmptyHanded(envelope) ? failed(null) : unknown()
  if ('failed' in found) return failed(found.message)
  // A task can have several phrases, each an event of its own: the one asked for first and those asked for again.
  const part = found.type === 'phrase:ready' ? { part: found.phrase } : {}
  const key = toKey({ name, kind: found.kind, stage: found.stage, id: taskId, ...part })
  return { taskId, key, code, message, metadata, receivedAt, raw, ...found }
}

/** The only kind that the body can be of, or null when several fit or none does. */
function recognise(envelope: Envelope): Kind | null {
  const [only = null, ...others] = KINDS.filter((kind) => kinds[kind].recognise(envelope))
  return others.length === 0 ? only : null
}
