import type { Answered, Unanswered } from './ask.js'

/** What our adapters answer: the word `status` of a JSON object, and what stands beside it. */
export interface OurAnswer {
  readonly status: string
  readonly bytes?: number | null
  readonly sha256?: string | null
  readonly parsed?: boolean
  readonly accepts?: boolean
  readonly because?: string
}

/** Null where something else has answered, or nothing. */
export function ourAnswer(given: Answered | Unanswered): OurAnswer | null {
  if (given.fault !== null) return null
  const { headers, text } = given
  if (!String(headers['content-type']).startsWith('application/json')) return null
  try {
    const answer = JSON.parse(text) as Partial<OurAnswer> | null
    return WORDS.has(answer?.status ?? '') ? (answer as OurAnswer) : null
  } catch {
    return null
  }
}

/** Others answer `{"status":"ok"}` and the like. */
const WORDS: ReadonlySet<string> = new Set([
  'reached',
  'received',
  'unauthorized',
  'malformed',
  'too-slow',
  'too-large',
  'not-json',
  'unrecognised',
  'failed',
  'in-flight',
  'deadline',
  'unavailable',
  'wrong-method',
  'not-found',
])
