import type { Readable } from 'node:stream'
import type { Handle, PageAnswer } from '../http/page-request.js'

/** The members that we use of a web-standard request. */
export interface WebPageRequest {
  readonly method: string
  readonly url: string
  readonly headers: { forEach(callback: (value: string, name: string) => void): void }
  text(): Promise<string>
}

/**
 * Fits what a framework gives a web-standard request to. A request does not tell where it comes from, so without `authorize` it needs a
 * second argument that does: what `Bun.serve` and `Deno.serve` hand over, `c.env` of Hono on Node.js, or `{ remoteAddress }`.
 */
export type FetchPageHandler = (request: WebPageRequest, context?: unknown) => Promise<Response>

export function createFetch(handle: Handle): FetchPageHandler {
  return async (request, context) => {
    const { method } = request
    const { pathname, search } = new URL(request.url)
    const headers: Record<string, string> = {}
    request.headers.forEach((value, name) => (headers[name] = value))
    const answer = await handle({
      ...{ method, headers, request },
      path: pathname,
      query: search.slice(1),
      below: null,
      peer: peerOf(request, context),
      readBody: async (maxBytes) => toJson(await request.text(), maxBytes),
    })
    return toResponse(answer, method)
  }
}

function toResponse({ status, headers, body }: PageAnswer, method: string): Response {
  if (method === 'HEAD') return new Response(null, { status, headers })
  return new Response(typeof body === 'string' ? body : toWebStream(body), { status, headers })
}

/**
 * Not by `Readable.toWeb`, which writes into a stream that its reader has given up, and ends the process by that. What fails in `pull` is
 * an error of the stream alone.
 */
function toWebStream(source: Readable): ReadableStream<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, undefined>
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      cancel: () => void source.destroy(),
    },
    // What is not sent yet waits in the source, which bounds it.
    { highWaterMark: 0 },
  )
}

function toJson(text: string, maxBytes: number): unknown {
  if (text.length > maxBytes) throw new RangeError('The body is too large.')
  return JSON.parse(text)
}

interface Peers {
  readonly remoteAddress?: unknown
  /** Of Deno. */
  readonly remoteAddr?: { readonly hostname?: unknown } | undefined
  /** Of Bun. */
  readonly requestIP?: (request: WebPageRequest) => { readonly address?: unknown } | null
  /** Of @hono/node-server. */
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: unknown } } | undefined
}

function peerOf(request: WebPageRequest, context: unknown): string | null {
  if (typeof context !== 'object' || context === null) return null
  const { remoteAddress, remoteAddr, incoming } = context as Peers
  const { requestIP } = context as Peers
  const address =
    remoteAddress ??
    remoteAddr?.hostname ??
    incoming?.socket?.remoteAddress ??
    (typeof requestIP === 'function' ? requestIP.call(context, request)?.address : undefined)
  return typeof address === 'string' ? address : null
}
