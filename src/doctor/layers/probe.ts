import { createHash } from 'node:crypto'
import { PROBE_LIFE_MS, probeUrl } from '../../verify/probe-url.js'
import { ask, type Answered, type Route, type Unanswered } from '../ask.js'
import { fail, inconclusive, pass, skip, warn, type Judges, type Verdict } from '../check.js'
import { clockText, secondsAhead } from '../clock.js'
import { ourAnswer, type OurAnswer } from '../our-answer.js'
import { mountOf, type ExaminedAddress } from '../target.js'
import { forgedUrl, harmlessBody } from './http.js'

/** What came of a signed probe. */
export type Probed =
  /** Something else has answered, or nothing. */
  | { readonly answer: Answered | Unanswered; readonly ours: null; readonly query: 'unknown' }
  | {
      readonly answer: Answered
      readonly ours: OurAnswer
      /** Whether a query arrives at the adapter; asked only where the probe was refused. */
      readonly query: 'arrives' | 'dropped' | 'unknown'
    }

/** A URL that only the secret can make; null where the address is one that nothing signed may go to, such as of http and a public host. */
export function signProbe({ url }: ExaminedAddress, secrets: readonly [string, ...string[]]): URL | null {
  try {
    return new URL(probeUrl(url.href, secrets))
  } catch {
    return null
  }
}

/** Posts a body that is easily changed on the way. It runs nothing, and is written nowhere. */
export async function probe(target: ExaminedAddress, signed: URL, route: Route): Promise<Probed> {
  const answer = await ask({ url: signed, body: PROBE_BODY }, route)
  const ours = ourAnswer(answer)
  if (ours === null || answer.fault !== null) return { answer, ours: null, query: 'unknown' }
  const query = ours.status === 'unauthorized' ? await askForQuery(target, route) : 'arrives'
  return { answer, ours, query }
}

/** Whether more probes would be answered. */
export function isReached({ ours }: Probed): boolean {
  return ours?.status === 'reached'
}

/** Letters outside of ASCII, as themselves and escaped, and spaces: what is parsed and written again comes out otherwise. */
export const PROBE_BODY = harmlessBody(', "probe": "Gr\u00fc\u00dfe, \\u4f60\\u597d \u4f60\u597d \\/", "number": 1.0')

/**
 * A path that no adapter takes by itself, but with any signature in its query: then the answer is 401. So it says whether the query
 * arrives, where it does not know the secret.
 */
async function askForQuery({ url }: ExaminedAddress, route: Route): Promise<Probed['query']> {
  const address = forgedUrl(url)
  address.pathname = `${mountOf(url)}/suno-doctor`.replace('//', '/')
  const answer = await ask({ url: address, body: harmlessBody() }, route)
  const ours = ourAnswer(answer)?.status
  return ours === 'unauthorized' ? 'arrives' : ours === 'not-found' ? 'dropped' : 'unknown'
}

export const probeChecks: Judges<Probed> = {
  'probe.signature': ({ answer, ours, query }) => {
    if (ours === null)
      return inconclusive(`Something else than suno-callbacks has answered the probe (${toText(answer)}).`)
    if (ours.status !== 'unauthorized') return pass('The app has this secret.')
    if (query === 'dropped') return skip('Without its query no signature is right.')
    const ahead = secondsAhead(answer)
    if (ahead * 1000 >= PROBE_LIFE_MS) {
      return inconclusive(
        `The clock of the server is ${clockText(ahead)}: there the probe has expired, whatever the secret.`,
        'Let both machines keep time by NTP, and ask again.',
      )
    }
    const secret = 'The app has another secret than this one'
    return query === 'arrives'
      ? fail(`${secret}, or a version of suno-callbacks that knows no probe.`, SAME_SECRET)
      : fail(
          `${secret}, or the query of the URL is cut off on the way, or its version of suno-callbacks knows no probe.`,
          `${SAME_SECRET} ${KEEP_QUERY}`,
        )
  },

  'probe.query': ({ ours, query }) => {
    if (ours === null) return NOT_ANSWERED
    if (query === 'arrives') return pass('The query of the URL, which holds its signature, arrives.')
    return query === 'dropped'
      ? fail('The query of the URL, which holds its signature, is cut off on the way.', KEEP_QUERY)
      : inconclusive('Whether the query arrives cannot be told while the signature is refused.', KEEP_QUERY)
  },

  'probe.ready': ({ ours }) => {
    if (ours?.status !== 'reached') return NOT_ANSWERED
    if (ours.accepts === true) return pass('The app takes callbacks now.')
    return ours.because === 'CLOSING'
      ? fail('The app is closing: callbacks are answered 503.', 'Start it again, or look why it does not end.')
      : fail(
          'The app has no listener: callbacks are answered 503.',
          "Subscribe before the server listens: suno.on('music:complete', …), on the instance that the adapter was given.",
        )
  },

  'probe.bytes': ({ ours }) => {
    if (ours?.status === 'not-json') {
      return fail(
        'The body arrives compressed, or not as application/json.',
        'Let the proxy pass the body and its content-type and content-encoding on as they came.',
      )
    }
    if (ours?.status !== 'reached') return NOT_ANSWERED
    if (ours.parsed === true) return skip('A body parser of the app ran first, so that the bytes are not known.')
    const isSame = ours.bytes === PROBE_BYTES && ours.sha256 === PROBE_SHA256
    return isSame
      ? pass('The body arrives unchanged.')
      : fail(
          `The body is changed on the way: ${String(PROBE_BYTES)} bytes were sent, ${String(ours.bytes)} have arrived.`,
          'Let the proxy or the relay pass the bytes on, instead of parsing them and writing them anew.',
        )
  },

  'probe.parser': ({ ours }) => {
    if (ours?.status === 'failed') {
      return fail(
        'Something in the app has read the body before the adapter, and left it nowhere: callbacks are answered 500.',
        'Mount the adapter before it. The log of the app has BODY_CONSUMED, or another error.',
      )
    }
    if (ours?.status !== 'reached') return NOT_ANSWERED
    return ours.parsed === true
      ? warn(
          'A body parser of the app runs before the adapter: its limit, 100 kB of express.json(), holds for callbacks.',
          'Mount the adapter before the body parsers.',
        )
      : pass('No body parser runs before the adapter.')
  },
}

const SAME_SECRET = 'Give both the same SUNO_CALLBACK_SECRET, restart the app, and update it if it is old.'
const KEEP_QUERY = 'Let every proxy and rewrite rule pass the query on as it came.'

const NOT_ANSWERED: Verdict = skip('The probe was not answered as one.')

const PROBE_BYTES = Buffer.byteLength(PROBE_BODY)
const PROBE_SHA256 = createHash('sha256').update(PROBE_BODY).digest('hex')

/** `status 429`, or the fault. */
export function toText(answer: Answered | Unanswered): string {
  return answer.fault ?? `status ${String(answer.status)}`
}
