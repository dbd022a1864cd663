import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, toResponse } from '../src/outcome/to-response.js'
import { bodyOf, type Leftovers, type RequestStream } from './shared/node-body.js'
import { checkMountOptions, locate, MISSED, WRONG_METHOD, type MountOptions } from './shared/mount.js'
import type { Receiver } from './shared/receiver.js'
import { send, type ResponseStream } from './shared/send.js'

export interface RequestListenerOptions extends MountOptions {
  /** Gets what is not ours: an Express app, `koa.callback()`, a listener of your own. Without it, such requests are answered 404. */
  readonly next?: ((request: IncomingMessage, response: ServerResponse) => unknown) | undefined
}

/** Fits `createServer` of node:http, node:https and node:http2. */
export type NodeListener = (request: NodeRequest, response: ResponseStream) => void

/** The members that we use of a node:http request. */
export type NodeRequest = RequestStream & Leftovers

/**
 * Listener for node:http and node:https, alone or in front of another app.
 *
 * @example
 * http.createServer(requestListener(suno, { path: '/suno', next: app })).listen(3000)
 * @throws ConfigurationError `KIND_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function requestListener(suno: Receiver, options: RequestListenerOptions = {}): NodeListener {
  const { next } = options
  checkMountOptions(options, ['next'])
  let isTold = false

  return (request, response) => {
    const { method, url } = request
    const location = locate({ method, url, prefix: '' }, options)
    if (location.is === 'not-ours') {
      if (next !== undefined) {
        // They are what the server made them: what we use of them is only part of it.
        next(request as unknown as IncomingMessage, response as unknown as ServerResponse)
        return
      }
      if (method === 'POST' && !isTold) suno.logger.warn(MISSED)
      isTold ||= method === 'POST'
      send(request, response, NOT_FOUND)
      return
    }
    if (location.is === 'wrong-method') {
      send(request, response, WRONG_METHOD)
      return
    }
    const { kind, query } = location
    void suno
      .receive({ body: bodyOf(request, request), kind, query, headers: request.headers })
      .then((outcome) => send(request, response, toResponse(outcome)))
  }
}

const NOT_FOUND = answer(404, 'not-found')
