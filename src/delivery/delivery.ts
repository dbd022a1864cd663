/** One HTTP attempt at a callback, as an adapter hands it over. */
export interface Delivery {
  /**
   * The body: bytes, text, or what a JSON parser made of it. A function is called only after the signed URL has passed, so that a
   * stranger's body is never read; it may reject with an error whose `code` is one of `BodyCode`.
   */
  readonly body: Body | BodyReader
  /** The kind that the path or the mount names. */
  readonly kind?: string | undefined
  /** The query string of the URL, with or without the question mark. */
  readonly query?: string | undefined
  /** Without them, neither content type nor header signatures can be checked. */
  readonly headers?: DeliveryHeaders | undefined
  /**
   * Called before the answer when work goes on behind it: listeners past the deadline, a store that could not remember the event yet.
   * Gets a promise of its end, which never rejects. For platforms that stop a process once it has answered.
   */
  readonly waitUntil?: WaitUntil | undefined
}

/** Asks a platform to keep the process going until the work has ended: `ctx.waitUntil` of Workers, `after` of Next.js. */
export type WaitUntil = (work: Promise<unknown>) => unknown

/** Bytes, text, or what a JSON parser made of it. */
export type Body = Uint8Array | string | ParsedBody

/**
 * What a JSON parser answers. What would only be a body after one more step is none: the promise of `request.json()` without `await`,
 * a request, a stream, an `ArrayBuffer` (`new Uint8Array(buffer)` is one).
 */
export type ParsedBody =
  | Readonly<Record<string, unknown>>
  | (object & {
      readonly then?: never
      readonly arrayBuffer?: never
      readonly byteLength?: never
      readonly getReader?: never
      readonly pipe?: never
      // Functions: one that is no `BodyReader` is no body either.
      readonly bind?: never
    })

export type BodyReader = (limits: BodyLimits) => Promise<Body>

export interface BodyLimits {
  /** Above this the reader should reject with `BODY_TOO_LARGE`, instead of buffering. */
  readonly maxBytes: number
  /** After this the delivery is answered 408; the reader should reject with `BODY_TOO_SLOW` and let go of the stream. */
  readonly timeoutMs: number
}

/** What a body reader can say of a body that it could not read. */
export type BodyCode = 'BODY_TOO_LARGE' | 'BODY_TOO_SLOW' | 'BODY_ABORTED' | 'BODY_CONSUMED' | 'CONTENT_ENCODING'

/** Header names in any case. */
export type DeliveryHeaders = Readonly<Record<string, string | string[] | undefined>>

/** The same headers under lower-case names, as node:http already has them. */
export function lowerCased(headers: DeliveryHeaders = {}): DeliveryHeaders {
  const names = Object.keys(headers)
  if (names.every((name) => name === name.toLowerCase())) return headers
  return Object.fromEntries(names.map((name) => [name.toLowerCase(), headers[name]]))
}
