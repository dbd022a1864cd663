import { bodyOf, type Leftovers, type RequestStream } from './shared/node-body.js'
import { BY_PATH, type MountOptions } from './shared/mount.js'
import type { Receiver } from './shared/receiver.js'
import { send, type ResponseStream } from './shared/send.js'
import { createServe } from './shared/serve.js'

/** The members that we use of an Express 4 or 5 request. */
export interface ExpressRequest extends RequestStream, Leftovers {
  readonly originalUrl?: string | undefined
  readonly baseUrl?: string | undefined
  readonly params?: unknown
  readonly route?: unknown
}

/** Fits `app.use` and `app.post` of Express, and NestJS's `app.use`. */
export type ExpressMiddleware = (
  request: ExpressRequest,
  response: ResponseStream,
  next: (error?: unknown) => void,
) => void

/**
 * Middleware for Express 5 and 4. Mount it before `express.json()`, whose limit of 100 kB would answer first; after it works too.
 *
 * @example
 * app.use('/suno', expressMiddleware(suno))
 * app.post('/suno-video-callback', expressMiddleware(suno, { kind: 'video' }))
 * @throws ConfigurationError `RECEIVER_INVALID`, `KIND_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function expressMiddleware(suno: Receiver, options: MountOptions = {}): ExpressMiddleware {
  const serve = createServe(suno, options, {
    maker: 'expressMiddleware',
    ways: `mount it with use("/suno", …), ${BY_PATH}, give the route a parameter "/suno{/:kind}"`,
  })

  return (request, response, next) => {
    const { method, url, originalUrl, baseUrl, params, route, headers } = request
    const prefix = baseUrl ?? ''
    const body = bodyOf(request, request)
    const answer = serve({ method, url, originalUrl, prefix, params, route: patternOf(route), headers, body })
    if (answer === null) next()
    else answer.then((one) => send(request, response, one)).catch(next)
  }
}

/** A route has its pattern in `path`; several patterns or a regular expression say nothing of a kind. */
function patternOf(route: unknown): unknown {
  return typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined
}
