import { splitUrl } from '../../delivery/split-url.js'
import type { Handle } from '../http/page-request.js'
import { belowMount, readJson, send, type NodePageRequest, type NodePageResponse } from './node-request.js'

/** Fits `createServer` of node:http, node:https and node:http2, and the middleware of Connect, Vite and the like. */
export type NodeHandler = (request: NodePageRequest, response: NodePageResponse, next?: unknown) => void

export function createNode(handle: Handle): NodeHandler {
  return (request, response) => {
    // Those that strip a mount keep the URL as it came.
    const { method = 'GET', url = '/', originalUrl, body } = request as NodePageRequest & Strippers
    const { pathname: path, query } = splitUrl(originalUrl ?? url)
    const stripped = splitUrl(url).pathname
    void handle({
      ...{ method, path, query, request },
      below: originalUrl === undefined || stripped === path ? null : belowMount(stripped, path),
      headers: request.headers,
      peer: request.socket.remoteAddress,
      readBody: (maxBytes) => readJson(request, body, maxBytes),
    }).then((answer) => send(response, answer, method))
  }
}

interface Strippers {
  readonly originalUrl?: string
  readonly body?: unknown
}
