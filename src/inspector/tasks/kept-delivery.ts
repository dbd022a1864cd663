import type { Kind, Metadata, Source, SunoEvent } from '../../events/types.js'
import type { Outcome } from '../../outcome/outcome.js'
import { toResponse } from '../../outcome/to-response.js'
import type { ErrorText, ListenerDetails, OutcomeStatus } from '../wire.js'
import { toErrorText } from './error-text.js'
import { sizeOf } from '../../events/size-of.js'

/** What is kept of a delivery. */
export interface KeptDelivery {
  readonly id: string
  /** When its request began, in ms since 1970. */
  readonly at: number
  readonly source: Source
  readonly type: SunoEvent['type'] | null
  readonly kind: Kind | null
  readonly key: string | null
  readonly outcome: OutcomeStatus
  readonly httpStatus: number | null
  readonly durationMs: number
  readonly listeners: readonly ListenerDetails[]
  readonly error: ErrorText | null
  readonly metadata: Metadata
  /** With its body; null where there was none, or where it is too large to be kept. */
  readonly event: SunoEvent | null
  /** In memory, about. */
  readonly bytes: number
}

/** @param largest of its body in memory, in bytes */
export function toKeptDelivery(id: string, outcome: Outcome, at: number, largest: number): KeptDelivery {
  const { source, type, kind, key, status, durationMs, event } = outcome
  const size = event === null ? 0 : sizeOf(event.raw, largest)
  const isKept = size <= largest
  const listeners = outcome.listeners.map(({ name, durationMs, error }) => ({
    name,
    durationMs,
    error: error === undefined ? null : toErrorText(error, true),
  }))
  const error = errorOf(outcome)
  return {
    ...{ id, at, source, type, kind, key, durationMs, listeners, error },
    outcome: status,
    httpStatus: source === 'callback' ? toResponse(outcome).status : null,
    metadata: event?.metadata ?? {},
    event: isKept ? event : null,
    // What is read from a body shares its texts, but not its objects.
    bytes: BASE_BYTES + (isKept ? 2 * size : 0) + sizeOf([listeners, error], Infinity),
  }
}

const BASE_BYTES = 512

/** Of listeners it stands with each of them. Errors of our own have a message that says it all, and their causes are not. */
function errorOf(outcome: Outcome): ErrorText | null {
  if (!('error' in outcome) || outcome.listeners.some(({ error }) => error !== undefined)) return null
  const { error } = outcome
  return toErrorText(error, error.cause !== undefined)
}
