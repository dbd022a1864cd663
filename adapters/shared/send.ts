import type { Answer } from '../../src/outcome/to-response.js'
import type { RequestStream } from './node-body.js'

/** The members that we use of a node:http response. */
export interface ResponseStream {
  readonly headersSent: boolean
  writeHead(status: number, headers: Record<string, string>): unknown
  write(body: string): unknown
  end(body: string): unknown
  /** Of HTTP/2. */
  readonly stream?: { close(): unknown } | undefined
}

/**
 * Writes the answer. When a body was refused while it still arrives, the connection is closed, but gently: the answer is sent, the
 * rest of the body is let in for a moment and thrown away, then comes the end. Closing at once would reset the connection, and the
 * sender might never read the answer.
 */
export function send(request: RequestStream, response: ResponseStream, answer: Answer): void {
  if (response.headersSent) return
  if (!mustClose(request, answer.status)) {
    response.writeHead(answer.status, { ...answer.headers })
    response.end(answer.body)
    return
  }
  const connection: Record<string, string> = request.httpVersionMajor === 1 ? { connection: 'close' } : {}
  response.writeHead(answer.status, { ...answer.headers, ...connection })
  response.write(answer.body)
  const end = () => {
    clearTimeout(timer)
    response.end('')
    // HTTP/2 has no connection to close: without this the sender could go on for ever.
    if (!request.complete) response.stream?.close()
  }
  const timer = setTimeout(end, LINGER_MS)
  request.on('end', end)
  request.on('close', end)
  request.resume()
}

/**
 * Whether a body is still arriving that is too large or too slow to be waited for. A short one is read away by node:http itself; of
 * a client that is gone nothing arrives.
 */
export function mustClose(request: RequestStream, status: number): boolean {
  if (request.complete || request.destroyed || hasNoBody(request)) return false
  const length = Number(request.headers['content-length'] ?? NaN)
  return status === 408 || !(length <= SHORT_BODY_BYTES)
}

/** Known before `complete` is set. HTTP/2 announces nothing. */
function hasNoBody({ headers, httpVersionMajor }: RequestStream): boolean {
  return httpVersionMajor === 1 && headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
}

const LINGER_MS = 1000
const SHORT_BODY_BYTES = 64 * 1024
