import http, { type IncomingHttpHeaders } from 'node:http'
import https from 'node:https'
import { onTestFinished } from 'vitest'
import type { Host } from './host.js'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly agent?: http.Agent
}

type Target = Pick<Host, 'port' | 'isSecure'>

/** One request; the path is sent as it is, whatever it looks like. */
export function send(
  { port, isSecure }: Target,
  path: string,
  { method = 'POST', headers, body, agent }: Sent,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, headers: { ...headers }, ...(agent && { agent }) }
    const outgoing = isSecure ? https.request({ ...options, rejectUnauthorized: false }) : http.request(options)
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('error', reject)
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      )
    })
    outgoing.end(body)
  })
}

/** A callback as the provider sends it. */
export function post(host: Target, path: string, body: unknown, agent?: http.Agent): Promise<Reply> {
  return send(host, path, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(agent && { agent }),
  })
}

/** One connection that is used again for as long as the server leaves it open. */
export function keepAlive({ isSecure }: Pick<Host, 'isSecure'>): http.Agent {
  const options = { keepAlive: true, maxSockets: 1 }
  const agent = isSecure ? new https.Agent(options) : new http.Agent(options)
  onTestFinished(() => agent.destroy())
  return agent
}
