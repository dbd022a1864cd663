import { SIGNATURE_PARAMETER } from '../../verify/signed-url.js'
import { ask, type Answered, type Route, type Unanswered } from '../ask.js'
import { fail, inconclusive, pass, skip, warn, type Judges, type Verdict } from '../check.js'
import { clockText, secondsAhead } from '../clock.js'
import { ourAnswer, type OurAnswer } from '../our-answer.js'
import type { ExaminedAddress } from '../target.js'
import { wallOf, type Wall } from '../walls.js'

/** What came of a POST that nobody has signed. */
export type Forged = { readonly target: ExaminedAddress; readonly hasSecret: boolean } & (
  | { readonly by: 'nobody'; readonly answer: Unanswered }
  | { readonly by: 'us'; readonly answer: Answered; readonly ours: OurAnswer }
  | { readonly by: 'wall'; readonly answer: Answered; readonly wall: Wall }
  | { readonly by: 'redirect' | 'gateway' | 'limiter' | 'stranger'; readonly answer: Answered }
)

/**
 * Posts with a forged signature. A receiver that verifies answers 401 to it. One that does not, finds two tasks in the body, which it
 * takes for malformed before it looks for an event: so no listener runs in either case.
 */
export async function forge(target: ExaminedAddress, hasSecret: boolean, route: Route): Promise<Forged> {
  const answer = await ask({ url: forgedUrl(target.url), body: harmlessBody() }, route)
  if (answer.fault !== null) return { target, hasSecret, by: 'nobody', answer }
  const ours = ourAnswer(answer)
  if (ours !== null) return { target, hasSecret, by: 'us', answer, ours }
  const { status } = answer
  if (status >= 300 && status < 400) return { target, hasSecret, by: 'redirect', answer }
  const wall = wallOf(answer)
  if (wall !== null) return { target, hasSecret, by: 'wall', answer, wall }
  const by = status === 429 ? 'limiter' : GATEWAY.has(status) ? 'gateway' : 'stranger'
  return { target, hasSecret, by, answer }
}

/** Whether a probe may be sent: what does not verify takes a probe for a callback. */
export function isVerifying(forged: Forged): boolean {
  return forged.by === 'us' && forged.ours.status === 'unauthorized'
}

export function forgedUrl(address: URL): URL {
  const url = new URL(address)
  url.searchParams.set(SIGNATURE_PARAMETER, `v1.${'A'.repeat(32)}.${'A'.repeat(43)}`)
  return url
}

/** A body that names two tasks is malformed, whatever else is in it: no event comes of it. */
export function harmlessBody(rest = ''): string {
  return `{"task_id": "suno-doctor-1", "data": {"task_id": "suno-doctor-2"}${rest}}`
}

export const httpChecks: Judges<Forged> = {
  'http.answer': ({ by, answer }) => {
    if (by !== 'nobody') return pass(`An answer came after ${String(answer.durationMs)} ms.`)
    if (answer.fault === 'timeout') {
      return fail(
        `No answer within ${String(answer.durationMs)} ms: a provider gives up after 10 to 15 s.`,
        'Mount the adapter before whatever waits, see whether the app hangs, and keep an instance running if it is cold.',
      )
    }
    return fail(
      `The connection was closed before an answer came (${answer.fault}).`,
      'Look at the log of the proxy and of the app: does it crash, or does something cut requests off?',
    )
  },

  'http.redirect': ({ by, answer, target }) => {
    if (by === 'nobody') return NO_ANSWER
    if (by !== 'redirect') return pass('It does not redirect.')
    const { status, headers } = answer
    const to = withoutQuery(headers.location, target.url)
    const keepsBody = status === 307 || status === 308
    const what = keepsBody
      ? 'A provider may not follow.'
      : 'A sender that follows sends an empty GET there, and the callback is lost.'
    const fix = /log-?in|sign-?in|auth/i.test(to)
      ? 'It is a login: mount the adapter before it, or exempt the path.'
      : `Submit the address that it leads to: ${to}.`
    return (keepsBody ? warn : fail)(`It redirects (${String(status)}) to ${to}. ${what}`, fix)
  },

  'http.wall': (forged) => {
    if (forged.by === 'nobody') return NO_ANSWER
    if (forged.by !== 'wall') return pass('No bot wall and no login has answered.')
    return fail(`${sentence(forged.wall.name)} has answered ${String(forged.answer.status)}.`, forged.wall.fix)
  },

  'http.gateway': ({ by, answer }) => {
    if (by === 'nobody') return NO_ANSWER
    return by === 'gateway'
      ? fail(
          `A gateway has answered ${String(answer.status)}: it does not reach the app, or the app does not answer in time.`,
          'Is the app running, and does the gateway have its host and port? Its log says which.',
        )
      : pass('No gateway stands without its app.')
  },

  'http.limiter': ({ by, answer }) => {
    if (by === 'nobody') return NO_ANSWER
    return by === 'limiter'
      ? fail(`A rate limiter has answered ${String(answer.status)}. suno-callbacks has none.`, EXEMPT_FROM_LIMITER)
      : pass('No rate limiter has answered.')
  },

  'http.route': (forged) => {
    const { by, answer } = forged
    if (by === 'us') return judgeOurs(forged)
    if (by !== 'stranger') return skip('Something else has answered: see above.')
    return judgeStranger(answer)
  },

  'clock.skew': ({ by, answer }) => {
    const seconds = by === 'nobody' ? NaN : secondsAhead(answer)
    if (Number.isNaN(seconds)) return inconclusive('The answer does not say what time it is there.')
    if (Math.abs(seconds) <= 60) return pass('The clocks agree.')
    return (Math.abs(seconds) > 300 ? fail : warn)(
      `The clock of the server is ${clockText(seconds)}: URLs expire early or late.`,
      'Let both machines keep time by NTP.',
    )
  },
}

export const EXEMPT_FROM_LIMITER =
  'Mount the adapter before the limiter, or exempt the path, in the app and in the proxy.'

const NO_ANSWER: Verdict = skip('No answer came.')

const GATEWAY: ReadonlySet<number> = new Set([502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527])

function judgeOurs({ ours, hasSecret }: Extract<Forged, { by: 'us' }>): Verdict {
  switch (ours.status) {
    case 'unauthorized':
      return pass('Reached and verifying: a forged signature is refused.')
    case 'not-found':
      return fail(
        'suno-callbacks is reached, and takes the path for none of its own.',
        'Compare the path with that of the mount: a proxy or a global prefix may change it. The log of the app has the fix.',
      )
    case 'wrong-method':
      return fail(
        'suno-callbacks is reached by another method than POST.',
        'Look for what rewrites the method on the way.',
      )
    default:
      return (hasSecret ? fail : warn)(
        `suno-callbacks is reached, and did not refuse a forged signature (it answered "${ours.status}").`,
        'Set SUNO_CALLBACK_SECRET for the app, and leave verify: false out. A check of your own, such as kieSignature, cannot be seen from here.',
      )
  }
}

function judgeStranger({ status }: Answered): Verdict {
  const [summary, fix] = STRANGERS.get(status) ?? OTHER
  return fail(`${summary} (${String(status)}).`, fix)
}

const STRANGERS: ReadonlyMap<number, readonly [summary: string, fix: string]> = new Map([
  [
    200,
    [
      'Something else than suno-callbacks takes the callback, and says that all is well: it is lost',
      'Compare the path with that of the mount: a page, a catch-all route or a static site may stand there.',
    ],
  ],
  [
    404,
    [
      'The request does not reach the adapter',
      'Compare the path with that of the mount: a proxy may strip or add a prefix, or the host header leads to another app.',
    ],
  ],
  [405, ['The route takes no POST', 'Mount the adapter for POST: the route there is for GET alone.']],
  [413, ['A body parser or a proxy refuses the size of the body', 'Raise its limit, or mount the adapter before it.']],
  [421, ['The proxy does not serve this host', 'Let it pass the host header on unchanged, and know the name.']],
  [
    500,
    [
      'Something before the adapter has failed',
      'The log of the app has the error. Mount the adapter before the others.',
    ],
  ],
])

const OTHER = [
  'Something else than suno-callbacks has answered',
  'Find out what stands at this address, in the access log of the app and of the proxy.',
] as const

/** Its query may be signed. */
function withoutQuery(location: string | undefined, base: URL): string {
  if (location === undefined || !URL.canParse(location, base.href)) return 'nowhere'
  const { origin, pathname } = new URL(location, base)
  return origin + pathname
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
