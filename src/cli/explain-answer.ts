import { OUTCOME_HEADER } from '../outcome/to-response.js'
import type { PostAnswer, Posted } from './post.js'

/** What an answer means, and what mends it. */
export interface Explanation {
  /** Whether a provider would be content: a 200. */
  readonly isDelivered: boolean
  /** The outcome that the receiver names, `handled` or `duplicate` for example; null where it names none. */
  readonly outcome: string | null
  /** A sentence for who reads it; null where the status says it all. */
  readonly text: string | null
}

/** What came of a POST to a receiver of this library, in words. */
export function explainAnswer(posted: Posted): Explanation {
  if (posted.answer === null)
    return { isDelivered: false, outcome: null, text: FAULTS.get(posted.fault) ?? OTHER_FAULT }
  const { status, headers } = posted.answer
  const word = wordOf(posted.answer)
  if (status === 200) {
    const outcome = headers.get(OUTCOME_HEADER)
    return { isDelivered: true, outcome, text: meaningOf(outcome, word) }
  }
  return { isDelivered: false, outcome: null, text: whyRefused(status, headers.get('location'), word) }
}

function whyRefused(status: number, location: string | null, word: string | null): string | null {
  if (status >= 300 && status < 400) {
    const target = location === null ? '' : ` to ${location.replace(/\?.*/, '')}`
    return `It redirects${target}. A provider may not follow: submit the address that it leads to.`
  }
  if (word !== null) return OURS.get(word) ?? null
  return STRANGERS.get(status) ?? 'Something else than suno-callbacks has answered.'
}

/** The one word of our answers; null where somebody else has answered. */
function wordOf({ text }: PostAnswer): string | null {
  return /^\{"status":"([a-z-]+)"\}$/.exec(text)?.[1] ?? null
}

function meaningOf(outcome: string | null, word: string | null): string | null {
  if (outcome !== null) return OUTCOMES.get(outcome) ?? null
  return word === 'received'
    ? 'Received. Whether it was a repeat is not told: the app has an older version of suno-callbacks.'
    : 'Something else than suno-callbacks has answered: is the path that of the adapter?'
}

const OUTCOMES: ReadonlyMap<string, string> = new Map([
  ['duplicate', 'The app has handled this event before: no listener was called.'],
  ['stale', 'The task is complete already, so that this earlier stage was left out.'],
  ['ignored', 'No listener of the app is for this event.'],
])

const OURS: ReadonlyMap<string, string> = new Map([
  [
    'unauthorized',
    'The signature is not accepted: the app has another SUNO_CALLBACK_SECRET than this command, or here is none.',
  ],
  ['malformed', 'The body is no JSON, or names two tasks.'],
  ['too-slow', 'The body did not come within the bodyTimeoutMs of the app.'],
  ['too-large', 'The body is larger than the maxBodyBytes of the app.'],
  ['not-json', 'The content type is not application/json, or the body is compressed.'],
  [
    'unrecognised',
    'No known shape, or of another kind than the URL: suno-callbacks explain says what the library reads.',
  ],
  ['failed', 'A listener threw, or something read the body before the adapter: the log of the app says which.'],
  ['in-flight', 'Another process of the app is at work on this event.'],
  ['deadline', 'The listeners take longer than deadlineMs. They go on, and a retry finds the event done.'],
  ['unavailable', 'The app has no listener yet, or it is closing, or its store does not answer: its log says which.'],
  ['not-found', 'The path names no callback: is it that of the adapter?'],
])

const STRANGERS: ReadonlyMap<number, string> = new Map([
  [401, 'Something in front of the adapter asks for a login.'],
  [403, 'Something in front of the adapter refuses: CSRF protection, a firewall, a bot wall.'],
  [404, 'Nothing is mounted at this path: is it that of the adapter?'],
  [405, 'The path takes no POST: is it that of the adapter?'],
  [413, 'A body parser or a proxy in front of the adapter has a lower limit: mount the adapter before it.'],
  [429, 'A rate limiter in front of the adapter refuses: exempt the path.'],
])

const FAULTS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'Nothing listens there: has the app been started, and is this its port?'],
  ['ENOTFOUND', 'There is no host of this name.'],
  ['ECONNRESET', 'The connection was closed before an answer came.'],
  ['UND_ERR_SOCKET', 'The connection was closed before an answer came.'],
  ['timeout', 'No answer within the 15 seconds that a provider waits.'],
  ['stopped', 'It was stopped.'],
])

const OTHER_FAULT = 'The request failed.'
