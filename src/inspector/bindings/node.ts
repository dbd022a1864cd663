import type { Handle } from '../http/page-request.js'
import { belowMount, readJson, send, split, type NodePageRequest, type NodePageResponse } from './node-request.js'

/** Fits `createServer` of node:http, node:https and node:http2, and the middleware of Connect, Vite and the like. */
export type NodeHandler = (request: NodePageRequest, response: NodePageResponse, next?: unknown) => void

export function createNode(handle: Handle): NodeHandler {
  return (request, response) => {
    // Those that strip a mount keep the URL as it came.
    const { method = 'GET', url = '/', originalUrl, body } = request as NodePageRequest & Strippers
    const { path, query } = split(originalUrl ?? url)
    const stripped = split(url).path
    void handle({
      ...{ method, path, query, request },
      below: originalUrl === undefined || stripped === path ? null : belowMount(stripped, path),
      headers: request.headers,
      peer: request.socket.remoteAddress ?? null,
      readBody: (maxBytes) => readJson(request, body, maxBytes),
    }).then((answer) => send(response, answer, method))
  }
}

interface Strippers {
  readonly originalUrl?: string
  readonly body?: unknown
}
