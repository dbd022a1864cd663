import type { Handle } from '../http/page-request.js'
import { locate, readJson, send, type NodePageRequest, type NodePageResponse } from './node-request.js'

/** The members that we use of an Express 4 or 5 request. */
export interface ExpressPageRequest extends NodePageRequest {
  readonly originalUrl: string
  readonly body?: unknown
  readonly route?: unknown
}

/** Fits `app.use` of Express, and `app.all` with a path that ends in a wildcard. */
export type ExpressHandler = (request: ExpressPageRequest, response: NodePageResponse, next: () => void) => void

export function createExpress(handle: Handle): ExpressHandler {
  return (request, response, next) => {
    const { method = 'GET', url = '/', originalUrl, route } = request
    const location = locate(url, originalUrl, route !== undefined)
    if (location === null) return next()
    void handle({
      ...{ method, ...location, request },
      headers: request.headers,
      peer: request.socket.remoteAddress,
      readBody: (maxBytes) => readJson(request, request.body, maxBytes),
    }).then((answer) => send(response, answer, method))
  }
}
