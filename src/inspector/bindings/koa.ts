import type { Handle } from '../http/page-request.js'
import { locate, readJson, send, type NodePageRequest, type NodePageResponse } from './node-request.js'

/** The members that we use of a Koa context. */
export interface KoaPageContext {
  readonly method: string
  readonly url: string
  readonly originalUrl: string
  readonly req: NodePageRequest
  readonly res: NodePageResponse
  readonly request: object
  status: number
  body: unknown
  respond?: boolean | undefined
  set(headers: Record<string, string>): void
}

/** Fits koa-mount, `app.use` of Koa, and the routes of @koa/router. */
// Generic, or `app.use(page.koa)` would change the type of the app's context.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export type KoaHandler = <Context extends KoaPageContext>(
  context: Context,
  next: () => Promise<unknown>,
) => Promise<void>

export function createKoa(handle: Handle): KoaHandler {
  return async (context, next) => {
    const { method, url, originalUrl, req: request } = context
    // @koa/router adds this.
    const { _matchedRoute: route } = context as KoaPageContext & { readonly _matchedRoute?: unknown }
    const location = locate(url, originalUrl, route !== undefined)
    if (location === null) {
      await next()
      return
    }
    const answer = await handle({
      ...{ method, ...location, request: context },
      headers: request.headers,
      peer: request.socket.remoteAddress,
      readBody: (maxBytes) => readJson(request, (context.request as { body?: unknown }).body, maxBytes),
    })
    if (typeof answer.body !== 'string') {
      // Past what comes after it, which would take the end of a stream for a fault. Headers that others have set are kept.
      context.respond = false
      return send(context.res, answer, method)
    }
    context.status = answer.status
    context.body = answer.body
    // After the body, from which Koa takes a length.
    context.set({ ...answer.headers })
  }
}
