import { splitUrl } from '../src/delivery/split-url.js'
import type { Answer } from '../src/outcome/to-response.js'
import { bodyOf, type RequestStream } from './shared/node-body.js'
import { BY_PATH, type MountOptions } from './shared/mount.js'
import type { Receiver } from './shared/receiver.js'
import { mustClose, send, type ResponseStream } from './shared/send.js'
import { createServe } from './shared/serve.js'

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
 * @throws ConfigurationError `RECEIVER_INVALID`, `KIND_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function koaMiddleware(suno: Receiver, options: MountOptions = {}): KoaMiddleware {
  const serve = createServe(suno, options, {
    maker: 'koaMiddleware',
    ways: `${BY_PATH}, mount it with koa-mount, give the route of @koa/router a parameter "/suno{/:kind}"`,
  })

  return async (context, next) => {
    // Not `path` and `query`: Koa throws for a URL that does not parse.
    const { method, url, originalUrl, req: request } = context
    // koa-mount and @koa/router add these; a plain context has none of them.
    const { mountPath, params, _matchedRoute: route } = context as KoaContext & Routed
    const prefix = strippedPrefix(context, mountPath)
    const body = bodyOf(request, context.request)
    const answer = await serve({ method, url, originalUrl, prefix, params, route, headers: request.headers, body })
    if (answer === null) await next()
    else respond(context, answer)
  }
}

interface Routed {
  readonly mountPath?: unknown
  readonly params?: unknown
  readonly _matchedRoute?: unknown
}

function respond(context: KoaContext, answer: Answer): void {
  context.status = answer.status
  if (mustClose(context.req, answer.status)) {
    context.respond = false
    send(context.req, context.res, answer)
    return
  }
  context.body = answer.body
  // After the body, from which Koa takes a length: that of an answer to HEAD is the one that GET would get.
  context.set({ ...answer.headers })
}

/** koa-mount leaves `mountPath` behind on requests that it has passed on: it counts only while the path is stripped of it. */
function strippedPrefix({ url, originalUrl }: KoaContext, mountPath: unknown): string {
  if (typeof mountPath !== 'string') return ''
  const path = splitUrl(url).pathname
  const original = splitUrl(originalUrl).pathname
  const tidy = (text: string) => text.replace(/\/+/g, '/').replace(/\/$/, '')
  return original !== path && tidy(original).endsWith(tidy(`${mountPath}/${path}`)) ? mountPath : ''
}
