import type { BodyReader, DeliveryHeaders, WaitUntil } from '../../src/delivery/delivery.js'
import { freezingPlatform } from '../../src/options/platform.js'
import { answer, toResponse, type Answer } from '../../src/outcome/to-response.js'
import { checkReceiver } from './check-receiver.js'
import {
  BY_PATH,
  checkMountOptions,
  locate,
  unroutedHint,
  type Location,
  type MountOptions,
  type MountRequest,
} from './mount.js'
import type { Receiver } from './receiver.js'
import { findWaitUntil } from './wait-until.js'

/** A request, as an adapter has found it in its framework's way. */
export interface AdapterRequest extends MountRequest {
  readonly headers: DeliveryHeaders
  /** Called only for a POST that is ours and whose signed URL has passed. */
  readonly body: BodyReader
  /** What the platform handed over beside the request: it may have a `waitUntil`. */
  readonly context?: readonly unknown[]
}

/** What `serve` has to know of an adapter. */
export interface Adapter {
  /** Its function, as users write it. */
  readonly maker: string
  /** The options that it has beside those of the mount. */
  readonly ownOptions?: readonly string[]
  /** How it is told where callbacks come, as users write it: for the warning of a POST that names none. `BY_PATH` by default. */
  readonly ways?: string
  /** Nothing stands behind it: what is not ours is answered 404, instead of passed on. */
  readonly isLast?: boolean
}

/**
 * The answer to a request that is ours, null for one to pass on. It rejects only where `receive` does, which that of `SunoCallbacks`
 * never does: the error belongs to the host's error handler or, where there is none, to `failedAnswer`.
 */
export type Serve = (request: AdapterRequest) => Promise<Answer> | null

/**
 * The HTTP policy of all adapters. What is not ours is passed on. A POST is received, and answered with what became of it. GET and
 * HEAD get a page of one line, the same whatever the URL says, so that it tells nothing of secrets; other methods are refused.
 *
 * @throws ConfigurationError `RECEIVER_INVALID`, `KIND_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function createServe(
  suno: Receiver,
  options: MountOptions,
  { maker, ownOptions = [], ways = BY_PATH, isLast = false }: Adapter,
): Serve {
  checkReceiver(suno, maker)
  checkMountOptions(options, maker, ownOptions)
  const { waitUntil: given } = options
  /** The platform to warn of, once. */
  let platform = given === undefined ? freezingPlatform() : null
  let hasWarned = false

  const receive = (request: AdapterRequest, location: OurLocation) => {
    const waitUntil = given === undefined ? findWaitUntil(request.context) : given || undefined
    if (platform !== null && waitUntil === undefined) suno.logger.warn(frozenHint(platform))
    platform = null
    return receiveWith(suno, request, location, waitUntil)
  }

  return (request) => {
    const location = locate(request, options)
    if (location.is === 'ours') {
      if (request.method === 'POST') return receive(request, location)
      return Promise.resolve(PAGES.get(request.method) ?? WRONG_METHOD)
    }
    const isWorthAWarning = location.isNearMiss || (isLast && request.method === 'POST')
    if (isWorthAWarning && !hasWarned) suno.logger.warn(unroutedHint(request, ways))
    hasWarned ||= isWorthAWarning
    return isLast ? Promise.resolve(NOT_FOUND) : null
  }
}

/** For a host without an error handler: 500, so that the provider tries again, and a line in the log. */
export function failedAnswer({ logger }: Receiver, error: unknown): Answer {
  logger.warn('receive() has rejected, which it must not do. The request was answered 500.', { error })
  return FAILED
}

type OurLocation = Extract<Location, { is: 'ours' }>

/** Async, so that what is thrown at once rejects as well. */
async function receiveWith(
  suno: Receiver,
  { headers, body }: AdapterRequest,
  { kind, query }: OurLocation,
  waitUntil: WaitUntil | undefined,
): Promise<Answer> {
  const delivery = { body, kind, query, headers }
  return toResponse(await suno.receive(waitUntil === undefined ? delivery : { ...delivery, waitUntil }))
}

/** The warning of a platform that has handed over no `waitUntil`. */
function frozenHint(platform: string): string {
  return (
    `This process runs on ${platform}, which may freeze it once a request is answered, and has handed over no waitUntil: listeners that are ` +
    'still at work at the deadline may never end, and their event is handled again with the retry. Give the adapter the option ' +
    'waitUntil: (work) => …, keep listeners short, or hand their work to a queue. If it is never frozen here: { waitUntil: false }.'
  )
}

/** For who pastes a callback URL into a browser, and for checks whether the app is up. */
const PAGE_TEXT =
  'suno-callbacks: a Suno API provider POSTs its callbacks to this URL. ' +
  'That you read this line shows that the URL reaches the app; whether its signature is valid is not checked here.\n'

const PAGE: Answer = {
  status: 200,
  headers: {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(PAGE_TEXT.length),
    'cache-control': 'no-store',
  },
  body: PAGE_TEXT,
}

const PAGES: ReadonlyMap<string | undefined, Answer> = new Map([
  ['GET', PAGE],
  ['HEAD', { ...PAGE, body: '' }],
])

const WRONG_METHOD = answer(405, 'wrong-method', { allow: 'POST, GET, HEAD' })

const NOT_FOUND = answer(404, 'not-found')

const FAILED = answer(500, 'failed')
