import type { IncomingHttpHeaders } from 'node:http'
import net from 'node:net'
import tls from 'node:tls'
import { onTestFinished } from 'vitest'
import type { Reply } from './client.js'
import type { Host } from './host.js'
import { LAST_CHUNK } from './request.js'

/** A bare connection, for what no client library would send. */
export interface Wire {
  /** Writes, and answers whether there is somebody who reads. */
  write(data: string | Uint8Array): Promise<boolean>
  /** The next answer on this connection, or null when it was closed without one. `isHead`: to a HEAD, so without a body. */
  reply(options?: { readonly isHead?: boolean | undefined }): Promise<Reply | null>
  /** Sends no more, but goes on reading. */
  halfClose(): void
  destroy(): void
  /** Ends when the connection is closed. */
  readonly closed: Promise<void>
}

export async function connect({ port, isSecure }: Pick<Host, 'port' | 'isSecure'>): Promise<Wire> {
  const address = { host: '127.0.0.1', port, allowHalfOpen: true }
  const socket = isSecure ? tls.connect({ ...address, rejectUnauthorized: false }) : net.connect(address)
  onTestFinished(() => {
    socket.destroy()
  })
  let received = ''
  let wake: () => void = () => undefined
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    wake()
  })
  socket.on('end', () => socket.end())
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      wake()
      resolve()
    })
  })
  await new Promise<void>((resolve) => socket.once(isSecure ? 'secureConnect' : 'connect', resolve))

  const write = (data: string | Uint8Array) =>
    new Promise<boolean>((resolve) => {
      if (socket.write(data, (error) => resolve(!error))) return
      // Nobody reads any more: the write ends with the connection.
      void closed.then(() => resolve(false))
    })

  const reply = async ({ isHead = false }: { readonly isHead?: boolean | undefined } = {}) => {
    for (;;) {
      const parsed = parse(received, isHead)
      if (parsed !== null) {
        received = parsed.rest
        return parsed.reply
      }
      if (socket.destroyed) return null
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { write, reply, closed, halfClose: () => socket.end(), destroy: () => socket.destroy() }
}

/** The first answer in what was received; all of them have a length, or no more than the last chunk. */
function parse(received: string, isHead: boolean): { reply: Reply; rest: string } | null {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) return null
  const [status = '', ...lines] = received.slice(0, end).split('\r\n')
  const headers: IncomingHttpHeaders = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  )
  const from = end + 4
  const length = headers['transfer-encoding'] === 'chunked' ? LAST_CHUNK.length : Number(headers['content-length'] ?? 0)
  const to = from + (isHead ? 0 : length)
  if (received.length < to) return null
  return {
    reply: { status: Number(status.split(' ')[1]), headers, body: received.slice(from, to) },
    rest: received.slice(to),
  }
}
