import type { Readable } from 'node:stream'

/** Header names are in lower case. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** A request as the bindings hand it over. */
export interface PageRequest {
  readonly method: string
  /** As it came, without its query. */
  readonly path: string
  /** What of it is below the mount: `''` or what begins with a slash; null where the framework does not tell. */
  readonly below: string | null
  readonly query: string
  readonly headers: RequestHeaders
  /** The address that the connection comes from; null where it is not known. */
  readonly peer: string | null
  /** @throws where it cannot be read, or is larger than `maxBytes` */
  readonly readBody: (maxBytes: number) => Promise<unknown>
  /** The framework's own. */
  readonly request: unknown
}

export interface PageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** A stream goes on until it ends, or the client goes away: then it is to be destroyed. */
  readonly body: string | Readable
}

/** The one way from a request to its answer. Never rejects. */
export type Handle = (request: PageRequest) => Promise<PageAnswer>

/** What `authorize` is asked about. */
export interface AuthorizeRequest {
  readonly method: string
  /** As it came, without its query. */
  readonly path: string
  readonly headers: RequestHeaders
  /** The address that the connection comes from: that of a proxy, where there is one. Null where the platform does not tell. */
  readonly peer: string | null
  /** The framework's own: the request of Express, Fastify, node:http or fetch, the context of Koa. */
  readonly request: unknown
}

export type Authorize = (request: AuthorizeRequest) => boolean | Promise<boolean>

/** The only value of a header, or the first. */
export function header(headers: RequestHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' || value === undefined ? value : value[0]
}
