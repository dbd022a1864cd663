import { pipeline } from 'node:stream'
import { splitUrl } from '../../delivery/split-url.js'
import type { PageAnswer, PageRequest, RequestHeaders } from '../http/page-request.js'
import { routeOf } from '../http/route.js'

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

/**
 * Where a request is, for frameworks that strip a mount and keep the URL as it came. Null for one that is the app's: below no mount and
 * behind no route, the page meets every request.
 *
 * @param isRouted whether a route of the framework stands in front
 */
export function locate(url: string, originalUrl: string, isRouted: boolean): Location | null {
  const { pathname: path, query } = splitUrl(originalUrl)
  const { pathname: stripped } = splitUrl(url)
  if (stripped !== path) return { path, query, below: belowMount(stripped, path) }
  if (isRouted) return { path, query, below: null }
  return routeOf({ path, below: path }).to === 'nothing' ? null : { path, query, below: path }
}

type Location = Pick<PageRequest, 'path' | 'query' | 'below'>

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
