import type { LookupAddress } from 'node:dns'
import http, { type IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import { rootCertificates } from 'node:tls'
import { codeOf } from '../errors/errors.js'
import { within, TIMED_OUT } from '../time/time.js'

/** Where a request is sent, once name and connection have been looked at. */
export interface Route {
  readonly address: LookupAddress
  readonly ca: readonly string[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface Request {
  readonly url: URL
  readonly body: string
}

/** What was answered. */
export interface Answered {
  readonly fault: null
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The beginning, which is all of what is ours. */
  readonly text: string
  readonly durationMs: number
}

/** No answer: `timeout`, or Node's code, such as `ECONNRESET`. */
export interface Unanswered {
  readonly fault: string
  readonly durationMs: number
}

/**
 * Posts as a provider does: a connection of its own, JSON, and no redirect is followed. `fetch` cannot be told which address to connect
 * to. Never rejects.
 */
export async function ask({ url, body }: Request, route: Route): Promise<Answered | Unanswered> {
  const startedAt = performance.now()
  const spent = () => Math.round(performance.now() - startedAt)
  const giveUp = new AbortController()
  const signal = AbortSignal.any([route.signal, giveUp.signal])
  try {
    const answer = await within(post(url, body, { ...route, signal }), route.timeoutMs)
    if (answer === TIMED_OUT) return { fault: 'timeout', durationMs: spent() }
    return { fault: null, ...answer, durationMs: spent() }
  } catch (error) {
    return { fault: String(codeOf(error)), durationMs: spent() }
  } finally {
    giveUp.abort()
  }
}

type Answer = Omit<Answered, 'fault' | 'durationMs'>

function post(url: URL, body: string, { address, ca, signal }: Route): Promise<Answer> {
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'suno-callbacks-doctor',
      },
      // What the name leads to was looked up before.
      lookup: ((_host, _options, callback) => callback(null, [address])) satisfies http.RequestOptions['lookup'],
      // So that all addresses are asked for.
      autoSelectFamily: true,
      ca: trusted(ca),
      signal,
    }
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = []
      let length = 0
      const end = () => {
        const { statusCode, headers } = response
        resolve({ status: Number(statusCode), headers, text: Buffer.concat(chunks).toString() })
        sent.destroy()
      }
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        length += chunk.length
        if (length > MOST_BYTES) end()
      })
      response.on('end', end)
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Those of Node.js and these; undefined: those of Node.js, with what its environment adds. */
export function trusted(ca: readonly string[]): string[] | undefined {
  return ca.length === 0 ? undefined : [...rootCertificates, ...ca]
}

/** Of an answer: enough for the title of a page. */
const MOST_BYTES = 65_536
