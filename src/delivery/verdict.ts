import type { BodyFault } from './read-body.js'
import { DeliveryError } from '../errors/errors.js'
import type { SunoEvent } from '../events/types.js'
import type { Outcome, RejectionReason, Verdict } from '../outcome/outcome.js'
import type { Handling } from '../handling/run.js'

/** Nobody listens for the event. */
export const IGNORED: Handling = { status: 'ignored' }

const RETRY_AFTER_MS = 10_000

export const KIND_UNKNOWN = new DeliveryError('UNRECOGNISED', 'There is no such kind.')
export const KIND_MISMATCH = new DeliveryError(
  'KIND_MISMATCH',
  'The callback URL was signed for another kind than its path names.',
)
export const TWO_TASK_IDS = new DeliveryError('TWO_TASK_IDS', 'The body names two different tasks.')
export const VERIFIER_TOO_SLOW = new DeliveryError('VERIFIER_FAILED', 'The verifier did not answer in time.')
export const NOT_VERIFIED = new DeliveryError('NOT_VERIFIED', 'The verifier did not accept the delivery.')
const UNRECOGNISED = new DeliveryError(
  'UNRECOGNISED',
  'The body has no known shape. Listen for "unknown" to receive such bodies, and please report what the provider sent.',
)
export const CLOSING = new DeliveryError('CLOSING', 'The app is closing.')
export const NO_LISTENER = new DeliveryError(
  'NO_LISTENER',
  'No listener is subscribed yet, so deliveries are answered 503. Subscribe with on(…) before the server listens.',
)

/** What is known of a delivery, as far as it has come. */
export type Seen = Partial<Pick<Outcome, 'type' | 'kind' | 'taskId' | 'key'>>

/** What is not known yet is null. */
function seen({ type = null, kind = null, taskId = null, key = null }: Seen) {
  return { type, kind, taskId, key }
}

export function rejected(reason: RejectionReason, error: DeliveryError, about: Seen = {}): Verdict {
  return { status: 'rejected', reason, error, ...seen(about) }
}

export function unavailable(error: DeliveryError, about: Seen = {}): Verdict {
  return { status: 'unavailable', error, retryAfterMs: RETRY_AFTER_MS, ...seen(about) }
}

export function toBodyVerdict({ fault, error }: BodyFault, about: Seen): Verdict {
  return fault === 'failed' ? { status: 'failed', error, ...seen(about) } : rejected(fault, error, about)
}

/** Nobody listens for what is unknown. */
export function unrecognised(event: SunoEvent): Verdict {
  return rejected('unrecognised', UNRECOGNISED, event)
}

/** Written out: a spread takes as long as all the rest of it. */
export function toVerdict(handling: Handling, event: SunoEvent): Verdict {
  const { type, kind, taskId, key } = event
  switch (handling.status) {
    case 'handled':
      return { status: 'handled', type, kind, taskId, key, leaseLost: handling.leaseLost }
    case 'handed-off':
      return { status: 'handed-off', type, kind, taskId, key }
    case 'duplicate':
    case 'stale':
    case 'ignored':
      return { status: handling.status, type, kind, taskId, key }
    case 'in-flight':
      return { status: 'in-flight', type, kind, taskId, key, retryAfterMs: handling.retryAfterMs }
    case 'failed':
      return { status: 'failed', type, kind, taskId, key, error: handling.error }
    case 'deadline':
      return { status: 'deadline', type, kind, taskId, key, retryAfterMs: RETRY_AFTER_MS }
    case 'unavailable':
      return unavailable(handling.error, event)
  }
}

/** Of a bug of ours: the delivery fails like a listener's would, and the provider's retry gets another chance. */
export function internalFault(cause: unknown): Verdict {
  const error = new DeliveryError('INTERNAL', 'suno-callbacks has a bug; please report it.', { cause })
  return { status: 'failed', error, ...seen({}) }
}
