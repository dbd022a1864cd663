import type { Envelope } from './envelope.js'
import type { Kind, Metadata, Source, SunoEvent, TaskErrorEvent, UnknownEvent } from './types.js'
import { isEmptyResult, isFailure, reasonOf } from './failure.js'
import { issuesOf } from './issues.js'
import { hash, toKey } from './key.js'
import { KINDS, kinds } from './kinds/index.js'
import type { Reading } from './kinds/kind.js'

/** What is known of a delivery before its body is read. */
export interface Origin {
  /** From the signature, the path or the adapter's option; null when none of them names one. */
  readonly kind: Kind | null
  readonly metadata: Metadata
  readonly receivedAt: Date
  readonly source: Source
}

/** Envelope → typed event. Never guesses: what no kind can read is an `unknown` event. */
export function toEvent(envelope: Envelope, origin: Origin, name: string | undefined): SunoEvent {
  const { taskIds, code, message, raw } = envelope
  const { metadata, receivedAt, source } = origin
  const taskId = taskIds[0] ?? null
  const kind = origin.kind ?? recognise(envelope)
  const base: Base = { code, message, metadata, receivedAt, source, raw }
  if (taskId === null) return toUnknown(base, kind, null, name)

  const isSaidFailed = isFailure(envelope, kind)
  const found = kind === null ? null : kinds[kind].read(envelope, receivedAt)
  // A file that can be had outweighs a word for failure: records turn FAILED hours after a success, and it is what the user paid for.
  if (isSaidFailed && !hasAddress(found)) return toFailed(envelope, base, kind, taskId, name)
  if (found === null) {
    const isEmpty = isEmptyResult(envelope, kind, kind !== null && kinds[kind].isSilent)
    return isEmpty ? toFailed(envelope, base, kind, taskId, name) : toUnknown(base, kind, taskId, name)
  }
  if ('failed' in found) {
    return toFailed(envelope, { ...base, message: found.message ?? message }, kind, taskId, name)
  }
  // A task can have several phrases, each an event of its own: the one asked for first and those asked for again.
  const part = found.type === 'phrase:ready' ? found.phrase : undefined
  const key = toKey({ name, kind: found.kind, stage: found.stage, id: taskId, part })
  return { taskId, key, code, message, metadata, receivedAt, source, raw, ...found }
}

/** What is taken over from the envelope and the origin. */
type Base = Pick<SunoEvent, 'code' | 'message' | 'metadata' | 'receivedAt' | 'source' | 'raw'>

function toFailed(
  envelope: Envelope,
  base: Base,
  kind: Kind | null,
  taskId: string,
  name: string | undefined,
): TaskErrorEvent {
  const key = toKey({ name, kind: kind ?? 'any', stage: 'error', id: taskId })
  const { errorCode } = envelope
  const reason = reasonOf(envelope, isFailure(envelope, kind))
  return { type: 'error', kind, stage: 'error', reason, errorCode, taskId, key, ...base }
}

function toUnknown(base: Base, kind: Kind | null, taskId: string | null, name: string | undefined): UnknownEvent {
  const key = toKey({ name, kind: kind ?? 'any', stage: 'unknown', id: hash(JSON.stringify(base.raw)) })
  return { type: 'unknown', kind, stage: 'unknown', taskId, key, issues: issuesOf(base.raw, kind, taskId), ...base }
}

/** The only kind that the body can be of, or null when several fit or none does. */
function recognise(envelope: Envelope): Kind | null {
  const [only = null, ...others] = KINDS.filter((kind) => kinds[kind].recognise(envelope))
  return others.length === 0 ? only : null
}

/** Whether a success has an address of a file in it. A text or a voice's id beside a word for failure is none. */
function hasAddress(found: Reading): boolean {
  return found !== null && !('failed' in found) && isOrHasAddress(found)
}

function isOrHasAddress(value: unknown): boolean {
  if (typeof value === 'string') return /^https?:\/\//i.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(isOrHasAddress)
}

/**
 * The one other kind of which the body would be a success: what a URL of this kind gets when a task was submitted with the URL of
 * another.
 */
export function fitsOtherKind(envelope: Envelope, kind: Kind): Kind | null {
  const isSuccess = (other: Kind) => {
    const found = kinds[other].read(envelope, new Date(0))
    return found !== null && !('failed' in found)
  }
  const other = recognise(envelope)
  return other !== null && other !== kind && envelope.taskIds.length > 0 && isSuccess(other) ? other : null
}
