import { DeliveryError, type DeliveryCode } from '../errors/errors.js'
import type { ListenerReport } from './listener-report.js'

/** What became of an event or, where a delivery was turned away, why. The one type on the way; `Outcome` is what comes of it. */
export type Result =
  | SuccessResult
  /** Nothing to do. `duplicate`: a repeat of an event that was handled. `ignored`: there is no listener for the event. */
  | { readonly status: 'duplicate' | 'ignored' }
  /** Another process works on the event, until the deadline at least. */
  | { readonly status: 'in-flight'; readonly retryAfterMs: number }
  /** The request's fault: repeating it unchanged changes nothing. */
  | { readonly status: 'rejected'; readonly reason: RejectionReason; readonly error: DeliveryError }
  /** A listener threw (the errors of all of them, as an AggregateError), or the app is set up so that the body cannot be read. */
  | {
      readonly status: 'failed'
      readonly error: AggregateError | DeliveryError
      readonly listeners?: readonly ListenerReport[]
    }
  /** The listeners are still at work, and go on. */
  | { readonly status: 'deadline'; readonly retryAfterMs: number; readonly listeners: readonly ListenerReport[] }
  /** Not now: the store, the handoff or the verifier is down, the app is starting or closing. */
  | { readonly status: 'unavailable'; readonly error: DeliveryError; readonly retryAfterMs: number }

/** Of a probe of the doctor, which only the secret can make: nothing was done. */
export interface ProbeResult {
  readonly status: 'probed'
  readonly arrived: Arrival
}

/** What of a probe's body has arrived. */
export interface Arrival {
  /** Its size; null where a body parser of the app ran first, so that nobody knows. */
  readonly bytes: number | null
  /** In hex; null likewise. */
  readonly sha256: string | null
  /** Whether a body parser of the app ran first. */
  readonly parsed: boolean
  /** Whether a callback would be taken now. */
  readonly accepts: boolean
  /** Why not. */
  readonly because?: DeliveryCode
}

/** What is remembered, and never given back. */
export type SuccessResult =
  /** Every listener has finished. `leaseLost`: another attempt took the key meanwhile, so they may have run twice. */
  | { readonly status: 'handled'; readonly leaseLost: boolean; readonly listeners: readonly ListenerReport[] }
  /** The handoff's engine has stored the delivery. */
  | { readonly status: 'handed-off' }
  /** A `text` or `first` that came after its task's `complete`: completed without delivery. */
  | { readonly status: 'stale' }

export type RejectionReason = 'malformed' | 'unauthorized' | 'too-slow' | 'too-large' | 'not-json' | 'unrecognised'

export function rejected(reason: RejectionReason, error: DeliveryError): Result {
  return { status: 'rejected', reason, error }
}

export function unavailable(error: DeliveryError): Result & { readonly status: 'unavailable' } {
  return { status: 'unavailable', error, retryAfterMs: RETRY_AFTER_MS }
}

const RETRY_AFTER_MS = 10_000

export const HANDED_OFF: SuccessResult = { status: 'handed-off' }
export const STALE: SuccessResult = { status: 'stale' }
export const DUPLICATE: Result = { status: 'duplicate' }
export const IGNORED: Result = { status: 'ignored' }

export function deadline(listeners: readonly ListenerReport[]): Result {
  return { status: 'deadline', retryAfterMs: RETRY_AFTER_MS, listeners }
}

/** Whether the event is safe with this result, so that a repeat has nothing to add. */
export function isSuccess(result: Result): result is SuccessResult {
  return result.status === 'handled' || result.status === 'handed-off' || result.status === 'stale'
}

/** A bug of this library: the delivery fails like a listener's would, and the provider's retry gets another chance. */
export function internalFault(cause: unknown): Result {
  return {
    status: 'failed',
    error: new DeliveryError('INTERNAL', 'suno-callbacks has a bug; please report it.', { cause }),
  }
}
