import type { Body, BodyCode, BodyLimits, BodyReader } from '../../src/delivery/delivery.js'
import { BodyError, refusalOf } from './body-error.js'
import { ChunkList } from './chunk-list.js'

/** The members that we use of a node:http request. */
export interface RequestStream {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly httpVersionMajor: number
  /** All of the body has arrived. */
  readonly complete: boolean
  readonly destroyed: boolean
  readonly readableDidRead: boolean
  readonly readableEnded: boolean
  on(event: string, listener: (chunk: Uint8Array | string) => void): unknown
  off(event: string, listener: (chunk: Uint8Array | string) => void): unknown
  pause(): unknown
  resume(): unknown
}

/** What body parsers leave behind, in the order of their worth: the bytes, then what was parsed. */
export interface Leftovers {
  readonly rawBody?: unknown
  readonly body?: unknown
}

/**
 * The one reader of request bodies. The state of the stream decides, not the presence of a parsed body: Express 4 leaves `{}`
 * beside a stream that nobody has read.
 */
export function bodyOf(request: RequestStream, leftovers: Leftovers): BodyReader {
  return (limits) => {
    if (request.readableDidRead) return new Promise((resolve) => resolve(takeLeftovers(leftovers, request)))
    if (request.readableEnded) return Promise.resolve('')
    const { destroyed, headers } = request
    const head = { encoding: headers['content-encoding'], length: headers['content-length'] }
    const refusal = destroyed ? 'BODY_ABORTED' : refusalOf(head, limits)
    return refusal === null ? readStream(request, limits) : Promise.reject(new BodyError(refusal))
  }
}

function takeLeftovers({ rawBody, body }: Leftovers, { headers }: RequestStream): Body {
  if (rawBody instanceof Uint8Array || (typeof rawBody === 'string' && rawBody !== '')) return rawBody
  // Parsers of Express 4 leave `{}` also when the body was not theirs, or was broken. What they make of a body of unknown length
  // cannot be told from it: better that a `{}` is tried again than that a callback is lost.
  const isPlaceholder = isEmptyObject(body) && !(Number(headers['content-length']) <= '{}'.length)
  if (body === undefined || isPlaceholder) throw new BodyError('BODY_CONSUMED')
  if (typeof body === 'string' || (typeof body === 'object' && body !== null)) return body
  return JSON.stringify(body) // a JSON number, boolean or null
}

function isEmptyObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0
}

/** The core keeps the time: a body whose time is over is answered, and then ends with its connection. */
function readStream(request: RequestStream, { maxBytes }: BodyLimits): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks = new ChunkList()
    let isOver = false

    const onData = (chunk: Uint8Array | string) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      if (chunks.size + bytes.byteLength > maxBytes) fail('BODY_TOO_LARGE')
      else chunks.append(bytes)
    }
    const onEnd = () => {
      isOver = true
      resolve(chunks.toBytes())
    }
    const onGone = () => fail('BODY_ABORTED')
    const fail = (code: BodyCode) => {
      if (isOver) return
      isOver = true
      // The stream may go on for a while, to be thrown away. One that has ended is left as it is: it will not be used again.
      request.off('data', onData)
      request.pause()
      reject(new BodyError(code))
    }

    request.on('data', onData)
    request.on('end', onEnd)
    request.on('error', onGone)
    request.on('close', onGone)
    // A parser that refused the body by its length may have paused what it never read.
    request.resume()
  })
}
