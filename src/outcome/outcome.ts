import type { DeliveryError } from '../errors/errors.js'
import type { EventType, Kind } from '../events/types.js'

/** What became of a delivery. The HTTP answer, the logs and the metrics all derive from it. */
export type Outcome = Verdict & {
  /** From the request's head to the answer, in milliseconds. */
  readonly durationMs: number
}

/** An outcome before its time is taken. */
export type Verdict =
  /** Every listener has finished. `leaseLost`: another attempt took the key meanwhile, so they may have run twice. */
  | (Known & { readonly status: 'handled'; readonly leaseLost: boolean })
  /** The handoff's engine has stored the delivery. */
  | (Known & { readonly status: 'handed-off' })
  /**
   * Nothing to do. `duplicate`: a repeat of an event that was handled before, or at the same time by this process. `stale`: a `text`
   * or `first` that came after its task's `complete`. `ignored`: nobody listens for the event.
   */
  | (Known & { readonly status: 'duplicate' | 'stale' | 'ignored' })
  /** Another process was at it until the deadline. */
  | (Known & { readonly status: 'in-flight'; readonly retryAfterMs: number })
  /** The request's fault: repeating it unchanged changes nothing. */
  | (Seen & { readonly status: 'rejected'; readonly reason: RejectionReason; readonly error: DeliveryError })
  /** A listener threw (the errors of all of them, as an AggregateError), or the app is set up so that the body cannot be read. */
  | (Seen & { readonly status: 'failed'; readonly error: AggregateError | DeliveryError })
  /** The listeners are still at work, and go on. */
  | (Known & { readonly status: 'deadline'; readonly retryAfterMs: number })
  /** Not now: the store, the handoff or the verifier is down, the app is starting or closing. */
  | (Seen & { readonly status: 'unavailable'; readonly error: DeliveryError; readonly retryAfterMs: number })

export type RejectionReason = 'malformed' | 'unauthorized' | 'too-slow' | 'too-large' | 'not-json' | 'unrecognised'

/** What is known of a delivery whose body was read. */
interface Known {
  readonly type: EventType
  readonly kind: Kind | null
  readonly taskId: string | null
  readonly key: string
}

/** What is known of a delivery that may have been turned away earlier: null where it had not come to that. */
interface Seen {
  readonly type: EventType | null
  readonly kind: Kind | null
  readonly taskId: string | null
  readonly key: string | null
}
