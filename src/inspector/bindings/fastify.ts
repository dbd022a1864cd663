import type { Readable } from 'node:stream'
import { splitUrl } from '../../delivery/split-url.js'
import type { Handle } from '../http/page-request.js'
import { belowMount, readJson, type NodePageRequest } from './node-request.js'

/** The members that we use of a Fastify 4 or 5 instance. */
export interface FastifyPageScope {
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    type: string,
    options: object,
    parser: (request: never, payload: never, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown
  all(url: string, handler: (request: FastifyPageRequest, reply: FastifyPageReply) => Promise<unknown>): unknown
}

/** The members that we use of its requests. */
export interface FastifyPageRequest {
  readonly raw: NodePageRequest
  readonly params: unknown
}

/** The members that we use of its replies. */
export interface FastifyPageReply {
  code(status: number): unknown
  headers(headers: Record<string, string>): unknown
  send(body: string | Readable): unknown
}

/** Fits `app.register`. It has a scope of its own: the parsers and routes of the app are not touched. */
export type FastifyPlugin = (scope: FastifyPageScope) => Promise<void>

export function createFastify(handle: Handle): FastifyPlugin {
  const answer = async (request: FastifyPageRequest, reply: FastifyPageReply): Promise<unknown> => {
    const { raw, params } = request
    const { method = 'GET', url = '/' } = raw
    const { pathname: path, query } = splitUrl(url)
    const { '*': rest } = params as { readonly '*'?: string }
    const { status, headers, body } = await handle({
      ...{ method, path, query, request },
      below: belowMount(`/${rest ?? ''}`, path),
      headers: raw.headers,
      peer: raw.socket.remoteAddress,
      readBody: (maxBytes) => readJson(raw, undefined, maxBytes),
    })
    reply.code(status)
    reply.headers({ ...headers })
    // A stream too, in place of `hijack`, which would lose the headers of the app's hooks.
    return reply.send(body)
  }
  // Async, so that what it throws is the plugin's failure to Fastify.
  // eslint-disable-next-line @typescript-eslint/require-await
  return async function sunoInspector(scope) {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', {}, (_request, payload, done) => done(null, payload))
    scope.all('/', answer)
    scope.all('/*', answer)
  }
}
