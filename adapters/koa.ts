import { toResponse, type Answer } from '../src/outcome/to-response.js'
import { bodyOf, type RequestStream } from './shared/node-body.js'
import { checkMountOptions, locate, MISSED, split, WRONG_METHOD, type MountOptions } from './shared/mount.js'
import type { Receiver } from './shared/receiver.js'
import { mustClose, send, type ResponseStream } from './shared/send.js'

/** The members that we use of a Koa context. */
export interface KoaContext {
  readonly method: string
  readonly url: string
  readonly originalUrl: string
  readonly req: RequestStream
  readonly res: ResponseStream
  readonly request: object
  status: number
  body: unknown
  respond?: boolean | undefined
  set(headers: Record<string, string>): void
}

/** Fits `app.use` of Koa, koa-mount, and the routes of @koa/router. */
// Generic, or `app.use(koaMiddleware(suno))` would change the type of the app's context.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export type KoaMiddleware = <Context extends KoaContext>(
  context: Context,
  next: () => Promise<unknown>,
) => Promise<void>

/**
 * Middleware for Koa. @koa/router runs what is given to its `use` only behind a route that matches: give it a route.
 *
 * @example
 * app.use(koaMiddleware(suno, { path: '/suno' }))
 * router.post('/suno{/:kind}', koaMiddleware(suno))
 * @throws ConfigurationError `KIND_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function koaMiddleware(suno: Receiver, options: MountOptions = {}): KoaMiddleware {
  checkMountOptions(options)
  let isTold = false

  return async (context, next) => {
    // Not `path` and `query`: Koa throws for a URL that does not parse.
    const { method, url } = context
    // koa-mount and @koa/router add these two; a plain context has neither.
    const { mountPath, params, _matchedRoute: route } = context as KoaContext & Routed
    const prefix = strippedPrefix(context, mountPath)
    const location = locate({ method, url, prefix, params, route }, options)
    if (location.is === 'not-ours') {
      if (location.isMissed && !isTold) suno.logger.warn(MISSED)
      isTold ||= location.isMissed
      await next()
      return
    }
    if (location.is === 'wrong-method') {
      answer(context, WRONG_METHOD)
      return
    }
    const { kind, query } = location
    const body = bodyOf(context.req, context.request)
    const outcome = await suno.receive({ body, kind, query, headers: context.req.headers })
    answer(context, toResponse(outcome))
  }
}

interface Routed {
  readonly mountPath?: unknown
  readonly params?: unknown
  readonly _matchedRoute?: unknown
}

function answer(context: KoaContext, answer: Answer): void {
  context.status = answer.status
  if (mustClose(context.req, answer.status)) {
    context.respond = false
    send(context.req, context.res, answer)
    return
  }
  context.set({ ...answer.headers })
  context.body = answer.body
}

/** koa-mount leaves `mountPath` behind on requests that it has passed on: it counts only while the path is stripped of it. */
function strippedPrefix({ url, originalUrl }: KoaContext, mountPath: unknown): string {
  if (typeof mountPath !== 'string') return ''
  const path = split(url).pathname
  const original = split(originalUrl).pathname
  const tidy = (text: string) => text.replace(/\/+/g, '/').replace(/\/$/, '')
  return original !== path && tidy(original).endsWith(tidy(`${mountPath}/${path}`)) ? mountPath : ''
}
