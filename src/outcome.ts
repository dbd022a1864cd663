import type { DeliveryError } from './errors.js'
import type { EventType, Kind } from './events.js'

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

/** An HTTP answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * The one mapping from outcome to HTTP. Only what is safe gets a 2xx; the bodies are constants, so that nothing of the inside
 * can leak through them.
 */
export function toResponse(outcome: Verdict): Answer {
  switch (outcome.status) {
    case 'handled':
    case 'handed-off':
    case 'duplicate':
    case 'stale':
    case 'ignored':
      return RECEIVED
    case 'rejected':
      return REJECTIONS[outcome.reason]
    case 'failed':
      return FAILED
    case 'in-flight':
      return answer(409, 'in-flight', retryAfter(outcome.retryAfterMs))
    case 'deadline':
    case 'unavailable':
      return answer(503, outcome.status, retryAfter(outcome.retryAfterMs))
  }
}

/** An answer whose body is one constant word. */
export function answer(status: number, word: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = JSON.stringify({ status: word })
  return {
    status,
    headers: { 'content-type': 'application/json', 'content-length': String(body.length), ...headers },
    body,
  }
}

function retryAfter(ms: number): Readonly<Record<string, string>> {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) }
}

const RECEIVED = answer(200, 'received')

const FAILED = answer(500, 'failed')

const REJECTIONS: Readonly<Record<RejectionReason, Answer>> = {
  malformed: answer(400, 'malformed'),
  unauthorized: answer(401, 'unauthorized'),
  'too-slow': answer(408, 'too-slow'),
  'too-large': answer(413, 'too-large'),
  'not-json': answer(415, 'not-json'),
  unrecognised: answer(422, 'unrecognised'),
}
