import type { IncomingMessage, ServerResponse } from 'node:http'
import { ConfigurationError } from '../src/errors/errors.js'
import { bodyOf, type Leftovers, type RequestStream } from './shared/node-body.js'
import type { MountOptions } from './shared/mount.js'
import type { Receiver } from './shared/receiver.js'
import { send, type ResponseStream } from './shared/send.js'
import { createServe, failedAnswer } from './shared/serve.js'

export interface RequestListenerOptions extends MountOptions {
  /** Gets what is not ours: an Express app, `koa.callback()`, a listener of your own. Without it, such requests are answered 404. */
  readonly next?: ((request: IncomingMessage, response: ServerResponse) => unknown) | undefined
}

/** Fits `createServer` of node:http, node:https and node:http2. */
export type NodeListener = (request: NodeRequest, response: NodeResponse) => void

/** The members that we use of a node:http request. */
export type NodeRequest = RequestStream & Leftovers

/** The members that we use of a node:http response. */
export interface NodeResponse extends ResponseStream {
  destroy(): unknown
}

/**
 * Listener for node:http, node:https and node:http2, alone or in front of another app.
 *
 * @example
 * http.createServer(requestListener(suno, { path: '/suno', next: app })).listen(3000)
 * @throws ConfigurationError `RECEIVER_INVALID`, `KIND_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function requestListener(suno: Receiver, options: RequestListenerOptions = {}): NodeListener {
  // Options that are null are refused by name, below.
  const next = (options as RequestListenerOptions | null)?.next
  const serve = createServe(suno, options, {
    maker: 'requestListener',
    ownOptions: ['next'],
    isLast: next === undefined,
  })
  if (next !== undefined && typeof next !== 'function') {
    throw new ConfigurationError(
      'OPTION_INVALID',
      'next must be a function of request and response: an Express app, koa.callback(), a listener of your own.',
    )
  }

  return (request, response) => {
    const { method, url, headers } = request
    const answer = serve({ method, url, prefix: '', headers, body: bodyOf(request, request) })
    if (answer === null) {
      // They are what the server made them: what we use of them is only part of it.
      next?.(request as unknown as IncomingMessage, response as unknown as ServerResponse)
      return
    }
    answer
      .then(
        (one) => send(request, response, one),
        (error: unknown) => send(request, response, failedAnswer(suno, error)),
      )
      // An unhandled rejection would end the process. A client that gets no answer tries again.
      .catch(() => response.destroy())
  }
}
