import type { Handle } from '../http/page-request.js'
import { routeOf } from '../http/route.js'
import { belowMount, readJson, send, split, type NodePageRequest, type NodePageResponse } from './node-request.js'

/** The members that we use of an Express 4 or 5 request. */
export interface ExpressPageRequest extends NodePageRequest {
  readonly originalUrl: string
  readonly baseUrl: string
  readonly body?: unknown
  readonly route?: unknown
}

/** Fits `app.use` of Express, and `app.all` with a path that ends in a wildcard. */
export type ExpressHandler = (request: ExpressPageRequest, response: NodePageResponse, next: () => void) => void

export function createExpress(handle: Handle): ExpressHandler {
  return (request, response, next) => {
    const { method = 'GET', url = '/', originalUrl, baseUrl, route } = request
    const { path, query } = split(originalUrl)
    // Below no path and behind no route it meets every request of the app.
    const isAtRoot = baseUrl === '' && route === undefined
    const below = isAtRoot ? path : baseUrl === '' ? null : belowMount(split(url).path, path)
    if (isAtRoot && routeOf({ path, below }).to === 'nothing') return next()
    void handle({
      ...{ method, path, query, below, request },
      headers: request.headers,
      peer: request.socket.remoteAddress ?? null,
      readBody: (maxBytes) => readJson(request, request.body, maxBytes),
    }).then((answer) => send(response, answer, method))
  }
}
