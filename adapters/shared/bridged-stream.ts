import type { RequestStream } from './node-body.js'

/**
 * The request of node:http behind a web-standard one, where the bridge hands it over beside it (@hono/node-server does, as `env`), and
 * nobody has begun to read it. To read it there spares the bridge a second request with a stream of its own, which takes longer than all
 * the rest of a delivery.
 */
export function bridgedStreamOf(context: readonly unknown[]): RequestStream | null {
  for (const value of context) {
    const { incoming } = (value ?? {}) as { readonly incoming?: unknown }
    if (isUnread(incoming)) return incoming
  }
  return null
}

/** Nobody has read it, and nobody has asked for it or paused it either: then another stream may be fed by it. */
function isUnread(incoming: unknown): incoming is RequestStream {
  const stream = (incoming ?? {}) as Partial<RequestStream & { readonly readableFlowing: boolean | null }>
  return (
    typeof stream.on === 'function' &&
    typeof stream.httpVersionMajor === 'number' &&
    stream.readableFlowing === null &&
    stream.readableDidRead === false &&
    stream.readableEnded === false
  )
}
