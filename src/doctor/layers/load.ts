import { ask, type Answered, type Route, type Unanswered } from '../ask.js'
import { fail, inconclusive, pass, skip, warn, type Judges } from '../check.js'
import type { DoctorSettings } from '../diagnose-options.js'
import { ourAnswer } from '../our-answer.js'
import { EXEMPT_FROM_LIMITER, harmlessBody } from './http.js'
import { PROBE_BODY, toText } from './probe.js'

type Reply = Answered | Unanswered

/** What came of larger, repeated and many probes. */
export interface Load {
  readonly slowMs: number
  /** How long the answer to the very first request took, in ms: it may have started the app. */
  readonly firstMs: number
  /** One after the other. */
  readonly replies: readonly Reply[]
  /** Of larger bodies, up to the first that did not arrive. */
  readonly sized: readonly { readonly bytes: number; readonly reply: Reply }[]
  /** At once; none where it was not asked for. */
  readonly burst: readonly Reply[]
}

export async function strain(
  url: URL,
  { route, firstMs, settings }: { readonly route: Route; readonly firstMs: number; readonly settings: DoctorSettings },
): Promise<Load> {
  const send = (body: string) => ask({ url, body }, route)
  const replies: Reply[] = []
  for (let sent = 0; sent < PROBES; sent++) replies.push(await send(PROBE_BODY))
  const sized: { readonly bytes: number; readonly reply: Reply }[] = []
  for (const bytes of SIZES) {
    const reply = await send(harmlessBody(`, "probe": "${'x'.repeat(bytes)}"`))
    sized.push({ bytes, reply })
    if (!isReached(reply)) break
  }
  const burst = settings.burst ? await Promise.all(Array.from({ length: BURST }, () => send(PROBE_BODY))) : []
  return { slowMs: settings.slowMs, firstMs, replies, sized, burst }
}

export const loadChecks: Judges<Load> = {
  'probe.limit': ({ sized }) => {
    const refused = sized.find(({ reply }) => !isReached(reply))
    if (refused === undefined) return pass(`A body of ${sizeOf(LARGEST)} arrives.`)
    const { bytes, reply } = refused
    if (!isAboutSize(reply))
      return inconclusive(`A body of ${sizeOf(bytes)} was not answered as a probe (${toText(reply)}).`)
    const judge = bytes === LARGEST ? warn : fail
    return judge(
      `A body of ${sizeOf(bytes)} is refused (${toText(reply)}): callbacks of many tracks, long lyrics or notes can be as large.`,
      ourAnswer(reply)?.status === 'too-large'
        ? 'Raise maxBodyBytes of the app.'
        : 'Raise the limit of the proxy (client_max_body_size of nginx), or mount the adapter before the body parsers.',
    )
  },

  'probe.time': ({ slowMs, firstMs, replies }) => {
    const lost = replies.find(({ fault }) => fault !== null)
    if (lost !== undefined) {
      return fail(
        `Of ${String(replies.length)} probes one was not answered (${toText(lost)}).`,
        'Look for an instance that does not answer, behind the load balancer.',
      )
    }
    const longest = Math.max(...replies.map(({ durationMs }) => durationMs))
    if (longest > slowMs) {
      return warn(
        `An answer takes ${String(longest)} ms, though nothing is done for it. A provider gives up after 10 to 15 s.`,
        'Look for what waits before the adapter, or for a machine that is too busy.',
      )
    }
    return firstMs > slowMs
      ? warn(
          `The first answer took ${String(firstMs)} ms, the next ${String(longest)} ms: the app is started by a request.`,
          'Keep one instance running (the minimum of instances).',
        )
      : pass(`An answer takes at most ${String(longest)} ms.`)
  },

  'probe.burst': ({ burst }) => {
    if (burst.length === 0) return skip('Many requests at once are sent only if it is asked for (burst).')
    const refused = burst.filter((reply) => !isReached(reply))
    const [first] = refused
    if (first === undefined) return pass(`${String(burst.length)} probes at once are all answered.`)
    return fail(
      `Of ${String(burst.length)} probes at once ${String(refused.length)} were refused (${toText(first)}).`,
      EXEMPT_FROM_LIMITER,
    )
  },
}

const PROBES = 3
const BURST = 20

/** In bytes: more than the 100 kB of express.json(), and more than the 1 MB of nginx. */
const LARGEST = 1_179_648
const SIZES = [131_072, LARGEST] as const

function sizeOf(bytes: number): string {
  return `${String(bytes / 1024)} KiB`
}

function isReached(reply: Reply): boolean {
  return ourAnswer(reply)?.status === 'reached'
}

/** Refused as too large, or cut off while it was sent, which some do instead. */
function isAboutSize(reply: Reply): boolean {
  return reply.fault === null ? reply.status === 413 : CUT.has(reply.fault)
}

const CUT: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])
