import { Readable } from 'node:stream'
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
  // The two types of a stream of the web, of the global and of the module, are not the same to the compiler.
  const content = typeof body === 'string' ? body : (Readable.toWeb(body) as unknown as ReadableStream)
  return new Response(content, { status, headers })
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
