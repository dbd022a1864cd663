import { toResponse } from '../src/outcome/to-response.js'
import { bodyOf, type Leftovers, type RequestStream } from './shared/node-body.js'
import { checkMountOptions, locate, MISSED, WRONG_METHOD, type MountOptions } from './shared/mount.js'
import type { Receiver } from './shared/receiver.js'
import { send, type ResponseStream } from './shared/send.js'

/** The members that we use of an Express 4 or 5 request. */
export interface ExpressRequest extends RequestStream, Leftovers {
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
 * @throws ConfigurationError `KIND_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function expressMiddleware(suno: Receiver, options: MountOptions = {}): ExpressMiddleware {
  checkMountOptions(options)
  let isTold = false

  return (request, response, next) => {
    const { method, url, baseUrl, params, route } = request
    const location = locate({ method, url, prefix: baseUrl ?? '', params, route: patternOf(route) }, options)
    if (location.is === 'not-ours') {
      if (location.isMissed && !isTold) suno.logger.warn(MISSED)
      isTold ||= location.isMissed
      next()
      return
    }
    if (location.is === 'wrong-method') {
      send(request, response, WRONG_METHOD)
      return
    }
    const { kind, query } = location
    const body = bodyOf(request, request)
    suno
      .receive({ body, kind, query, headers: request.headers })
      .then((outcome) => send(request, response, toResponse(outcome)))
      .catch(next)
  }
}

/** A route has its pattern in `path`; several patterns or a regular expression say nothing of a kind. */
function patternOf(route: unknown): unknown {
  return typeof route === 'object' && route !== null && 'path' in route ? route.path : undefined
}
