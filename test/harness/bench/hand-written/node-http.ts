import type { IncomingMessage, ServerResponse } from 'node:http'
import { readMusicEvent, type MusicEvent } from './music-event.js'
import { DEADLINE_MS, MAX_BODY_BYTES, PATH, type HandleEvent } from './receiver.js'

/** Receives one request. `orderId` is what its signed URL carried. */
export type Receive = (request: IncomingMessage, response: ServerResponse, orderId?: string | null) => void

/**
 * A receiver by hand on node:http: no framework, unsigned.
 *
 * Does: 404 and 405, a body of 1 MiB at most (413), body and listener within 8 s (408, 503), JSON (400), the documented music shapes
 * (422), each event once (`memory.ts`, or a database), the listener awaited, its errors 500. Past the deadline the listener goes on, and
 * the retry finds the event done. Does not: copy small chunks of a body together, refuse what is compressed, close a connection whose body is
 * too large, join parallel repeats, drop stale stages, tell anybody what became of a delivery.
 */
export function nodeReceiver(handle: HandleEvent, deadlineMs = DEADLINE_MS): Receive {
  return (request, response, orderId = null) => {
    if (pathOf(request) !== PATH) return answer(response, 404)
    if (request.method !== 'POST') return answer(response, 405)

    const chunks: Buffer[] = []
    let size = 0
    let isRead = false
    // A timer of a client that is gone does no harm: its answer goes nowhere.
    const timer = setTimeout(() => answer(response, isRead ? 503 : 408), deadlineMs)
    const end = (status: number) => {
      clearTimeout(timer)
      answer(response, status)
    }
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= MAX_BODY_BYTES) chunks.push(chunk)
      else end(413)
    })
    request.on('end', () => {
      if (response.headersSent) return
      isRead = true
      const event = parse(Buffer.concat(chunks), orderId)
      if (typeof event === 'number') end(event)
      else void handle(event).then(end)
    })
  }
}

export function answer(response: ServerResponse, status: number): void {
  if (response.headersSent) return
  const { headers, body } = ANSWERS[status] ?? toAnswer('failed')
  response.writeHead(status, headers)
  response.end(body)
}

function pathOf({ url = '' }: IncomingMessage): string {
  const mark = url.indexOf('?')
  return mark === -1 ? url : url.slice(0, mark)
}

/** The event, or the status of what is none. */
function parse(body: Buffer, orderId: string | null): MusicEvent | number {
  try {
    return readMusicEvent(JSON.parse(body.toString()), orderId) ?? 422
  } catch {
    return 400
  }
}

/** Made once, not for each request. */
const ANSWERS: Readonly<Record<number, ReturnType<typeof toAnswer>>> = {
  200: toAnswer('received'),
  400: toAnswer('malformed'),
  401: toAnswer('unauthorized'),
  404: toAnswer('not found'),
  405: toAnswer('not allowed', { allow: 'POST' }),
  408: toAnswer('too slow'),
  409: toAnswer('in flight', { 'retry-after': '10' }),
  413: toAnswer('too large'),
  422: toAnswer('unrecognised'),
  500: toAnswer('failed'),
  503: toAnswer('unavailable', { 'retry-after': '30' }),
}

function toAnswer(status: string, more: Readonly<Record<string, string>> = {}) {
  const body = JSON.stringify({ status })
  const headers = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...more }
  return { headers, body }
}
