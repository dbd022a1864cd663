import { ConfigurationError } from '../errors/errors.js'
import type { Arrival, ProbeResult, RejectionReason, Result } from './result.js'

/** An HTTP answer. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The header of a 200 that names the outcome. */
export const OUTCOME_HEADER = 'suno-outcome'

/**
 * The one mapping from outcome to HTTP. Only what is safe gets a 2xx; the bodies that strangers can get are constants, so that
 * nothing of the inside can leak through them.
 *
 * @throws ConfigurationError `OUTCOME_INVALID`: what is given is a promise, or another thing that is no outcome
 */
export function toResponse(outcome: Result | ProbeResult): Answer {
  if (typeof (outcome as unknown) !== 'object' || (outcome as unknown) === null) throw noOutcome({})
  switch (outcome.status) {
    case 'handled':
    case 'handed-off':
    case 'duplicate':
    case 'stale':
    case 'ignored':
      return RECEIVED[outcome.status]
    case 'probed':
      return toProbeAnswer(outcome.arrived)
    case 'rejected':
      return REJECTIONS[outcome.reason]
    case 'failed':
      return FAILED
    case 'in-flight':
      return answer(409, 'in-flight', retryAfter(outcome.retryAfterMs))
    case 'deadline':
    case 'unavailable':
      return answer(503, outcome.status, retryAfter(outcome.retryAfterMs))
    default:
      throw noOutcome(outcome)
  }
}

/** Without types, a missing `await` would show only in the answer. */
function noOutcome(given: object): ConfigurationError {
  const message =
    'then' in given
      ? 'toResponse(outcome) got a promise. Await the outcome first: toResponse(await suno.receive(delivery)).'
      : 'toResponse(outcome) got what is no outcome. Give it what suno.receive(delivery) resolves with, unchanged.'
  return new ConfigurationError('OUTCOME_INVALID', message)
}

/** The one answer whose body is no constant: only who has the secret can ask for it, and it tells of what they sent. */
function toProbeAnswer(arrived: Arrival): Answer {
  const body = JSON.stringify({ status: 'reached', ...arrived })
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'content-length': String(body.length), [OUTCOME_HEADER]: 'probed' },
    body,
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

/**
 * Which of the five ends it was, told in a header: only to whom a delivery passed the verification of, since no other comes this far. So a
 * replay can say that "200" was a repeat, and the body is the same word for all.
 */
const RECEIVED = {
  handled: received('handled'),
  'handed-off': received('handed-off'),
  duplicate: received('duplicate'),
  stale: received('stale'),
  ignored: received('ignored'),
}

function received(outcome: string): Answer {
  return answer(200, 'received', { [OUTCOME_HEADER]: outcome })
}

const FAILED = answer(500, 'failed')

const REJECTIONS: Readonly<Record<RejectionReason, Answer>> = {
  malformed: answer(400, 'malformed'),
  unauthorized: answer(401, 'unauthorized'),
  'too-slow': answer(408, 'too-slow'),
  'too-large': answer(413, 'too-large'),
  'not-json': answer(415, 'not-json'),
  unrecognised: answer(422, 'unrecognised'),
}
