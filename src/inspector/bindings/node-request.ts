import { pipeline } from 'node:stream'
import type { PageAnswer, RequestHeaders } from '../http/page-request.js'

/** The members that we use of a node:http request. */
export interface NodePageRequest extends AsyncIterable<unknown> {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: RequestHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly readableDidRead: boolean
}

/** The members that we use of a node:http response. */
export interface NodePageResponse extends NodeJS.WritableStream {
  readonly headersSent: boolean
  writeHead(status: number, headers: Record<string, string>): unknown
}

/** A path, and its query without the question mark. By hand: what a client writes there need not be a URL. */
export function split(url: string): { readonly path: string; readonly query: string } {
  const relative = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  const mark = relative.indexOf('?')
  return mark === -1
    ? { path: relative, query: '' }
    : { path: relative.slice(0, mark), query: relative.slice(mark + 1) }
}

/** What is below a mount that a framework has stripped. It makes `/` also of nothing, which is not the same to a relative link. */
export function belowMount(stripped: string, original: string): string {
  return stripped === '/' && !original.endsWith('/') ? '' : stripped
}

/**
 * The JSON of a request.
 *
 * @param parsed what a body parser in front has left, if there was one
 * @throws where there is none, or more than `maxBytes`
 */
export async function readJson(request: NodePageRequest, parsed: unknown, maxBytes: number): Promise<unknown> {
  if (request.readableDidRead) return typeof parsed === 'string' ? JSON.parse(parsed) : parsed
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array)
    size += bytes.byteLength
    if (size > maxBytes) throw new RangeError('The body is too large.')
    chunks.push(bytes)
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'))
}

/** Writes the answer. A stream ends with its client, and a client with its stream. */
export function send(response: NodePageResponse, { status, headers, body }: PageAnswer, method: string): void {
  // A timeout of the app's, or the like, has answered already.
  if (response.headersSent) {
    if (typeof body !== 'string') body.destroy()
    return
  }
  response.writeHead(status, { ...headers })
  if (typeof body === 'string') response.end(method === 'HEAD' ? '' : body)
  else pipeline(body, response, () => undefined)
}
