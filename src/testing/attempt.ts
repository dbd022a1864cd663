import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { codeOf } from '../errors/errors.js'
import type { Clock } from './clock.js'

/** Where a simulated provider closes the connection itself. */
export type Cut =
  /** When half of the body is sent. */
  | 'closed halfway'
  /** When all is sent, without waiting for an answer. */
  | 'closed early'
  /** When the answer is there, without looking at it: the receiver believes that it was heard. */
  | 'closed unread'

/** Why an attempt had no answer. */
export type Fault =
  | Cut
  /** No whole answer within `timeoutMs`, the provider's 15 s. */
  | 'timeout'
  /** Nobody listens there. */
  | 'refused'
  /** The other side closed the connection before its answer was complete. */
  | 'reset'
  /** Anything else, such as a name that does not resolve or a certificate that is not trusted. */
  | 'failed'
  /** The run was stopped. */
  | 'stopped'

/** What came of one POST. */
export type AttemptResult = (Answered | Unanswered) & {
  /** Milliseconds from the beginning of the attempt to its end. */
  readonly latencyMs: number
}

interface Answered {
  readonly status: number
  readonly fault: null
  readonly code: null
}

interface Unanswered {
  readonly status: null
  readonly fault: Fault
  /** Node's for what went wrong, such as `ECONNREFUSED`. */
  readonly code: string | null
}

export interface Attempt {
  readonly url: URL
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly cut: Cut | null
  /** How long a whole answer may take, in ms of real time: the receiver's own deadline is of real time too. */
  readonly timeoutMs: number
}

/** One POST, as a provider makes it: no redirect is followed, and the body of the answer is read but not looked at. Never rejects. */
export function attempt(
  { url, body, headers, cut, timeoutMs }: Attempt,
  { clock, connections }: { readonly clock: Clock; readonly connections: ServerConnections },
): Promise<AttemptResult> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const bytes = Buffer.from(body)
    const request = connections.post(url, {
      ...headers,
      'content-type': 'application/json',
      'content-length': String(bytes.length),
    })
    // Only the first call counts.
    const settle = (outcome: Answered | Unanswered) => {
      clearTimeout(timer)
      forget()
      resolve({ ...outcome, latencyMs: performance.now() - startedAt })
    }
    const fail = (fault: Fault, code: string | null = null) => settle({ status: null, fault, code })
    const close = (fault: Fault) => {
      fail(fault)
      request.destroy()
    }
    const timer = setTimeout(() => close('timeout'), timeoutMs)
    const forget = clock.onStop(() => close('stopped'))

    request.on('error', (error) => fail(faultOf(error), codeOf(error)))
    request.on('response', (response: IncomingMessage) => {
      if (cut === 'closed unread') return close(cut)
      response.on('error', () => undefined) // `close` follows
      response.on('close', () => {
        if (response.complete) settle({ status: Number(response.statusCode), fault: null, code: null })
        else fail('reset')
      })
      response.resume()
    })
    if (cut === 'closed halfway') {
      request.write(bytes.subarray(0, bytes.length / 2), (error) => error ?? close(cut))
    } else {
      request.end(bytes, () => cut === 'closed early' && close(cut))
    }
  })
}

/** The connections of a run, kept alive between requests. */
export class ServerConnections {
  readonly #http: HttpAgent
  readonly #https: HttpsAgent

  constructor(maxSockets: number) {
    // A connection that is idle for longer than this is given up, before the receiver does so just when it is used again.
    const options = { keepAlive: true, maxSockets, timeout: 1_000 }
    this.#http = new HttpAgent(options)
    this.#https = new HttpsAgent(options)
  }

  post(url: URL, headers: Readonly<Record<string, string>>) {
    const options = { method: 'POST', headers }
    return url.protocol === 'https:'
      ? httpsRequest(url, { ...options, agent: this.#https })
      : httpRequest(url, { ...options, agent: this.#http })
  }

  close(): void {
    this.#http.destroy()
    this.#https.destroy()
  }
}

function faultOf(error: unknown): Fault {
  return FAULTS.get(codeOf(error)) ?? 'failed'
}

const FAULTS: ReadonlyMap<string | undefined, Fault> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
])
