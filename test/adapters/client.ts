import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { createConnection } from 'node:net'
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
  readonly agent?: Agent
}

/** One request; the path is sent as it is, whatever it looks like. */
export function send(
  { port }: Pick<Host, 'port'>,
  path: string,
  { method = 'POST', headers, body, agent }: Sent,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      ...(agent && { agent }),
      headers: { ...headers },
    })
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
export function post(host: Pick<Host, 'port'>, path: string, body: unknown, agent?: Agent): Promise<Reply> {
  return send(host, path, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(agent && { agent }),
  })
}

/** One connection that is used again for as long as the server leaves it open. */
export function keepAlive(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  return agent
}

/** A bare connection, for what no client library would send. */
export interface Wire {
  /** Writes, and answers whether there is somebody who reads. */
  write(data: string | Uint8Array): Promise<boolean>
  /** The next answer on this connection. */
  reply(): Promise<Reply>
  /** Ends when the server has closed the connection. */
  readonly closed: Promise<void>
  destroy(): void
}

export async function connect({ port }: Pick<Host, 'port'>): Promise<Wire> {
  const socket = createConnection({ host: '127.0.0.1', port })
  onTestFinished(() => {
    socket.destroy()
  })
  let received = ''
  let wake: () => void = () => undefined
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    wake()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      wake()
      resolve()
    })
  })
  await new Promise<void>((resolve) => socket.once('connect', resolve))

  const write = (data: string | Uint8Array) =>
    new Promise<boolean>((resolve) => {
      if (socket.write(data, (error) => resolve(!error))) return
      // Nobody reads any more: the write ends with the connection.
      void closed.then(() => resolve(false))
    })

  const reply = async (): Promise<Reply> => {
    for (;;) {
      const parsed = parse(received)
      if (parsed !== null) {
        received = parsed.rest
        return parsed.reply
      }
      if (socket.destroyed) throw new Error('the connection was closed without an answer')
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { write, reply, closed, destroy: () => socket.destroy() }
}

/** The head of a callback's request, to be followed by its body. */
export function head(path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ host: 'localhost', 'content-type': 'application/json', ...headers })
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

/** A whole request. */
export function whole(path: string, body: string): string {
  return head(path, { 'content-length': String(Buffer.byteLength(body)) }) + body
}

/** The first answer in what was received; all of ours have a length. */
function parse(received: string): { reply: Reply; rest: string } | null {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return null
  const [status = '', ...lines] = received.slice(0, end).split('\r\n')
  const headers: IncomingHttpHeaders = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const from = end + 4
  const to = from + Number(headers['content-length'] ?? 0)
  if (received.length < to) return null
  return {
    reply: { status: Number(status.split(' ')[1]), headers, body: received.slice(from, to) },
    rest: received.slice(to),
  }
}
