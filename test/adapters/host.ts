import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { onTestFinished } from 'vitest'
import { certificate, privateKey } from './certificate.js'

/** An app that listens until its test is over. */
export interface Host {
  readonly origin: string
  readonly port: number
  readonly isSecure: boolean
  /** When the client of the oldest connection whose end nobody has awaited yet is gone. */
  clientGone(): Promise<void>
  /** Takes no more connections, and waits until those that there are have come to their end by themselves. */
  closeGently(): Promise<void>
}

export function listen(listener: Listener): Promise<Host> {
  const server = http.createServer((request, response) => void listener(request, response))
  return host(server, 'http')
}

export function listenSecurely(listener: Listener): Promise<Host> {
  const credentials = { key: privateKey, cert: certificate }
  const server = https.createServer(credentials, (request, response) => void listener(request, response))
  return host(server, 'https')
}

type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** The same for a server of any other make. */
export async function host(server: Server, scheme: 'http' | 'https'): Promise<Host> {
  const gone: Promise<void>[] = []
  const sockets = new Set<{ destroy(): void }>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    gone.push(
      new Promise((resolve) =>
        socket.on('close', () => {
          sockets.delete(socket)
          resolve()
        }),
      ),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  const closeGently = () => new Promise<void>((resolve) => server.close(() => resolve()))
  onTestFinished(() => {
    const closed = closeGently()
    for (const socket of sockets) socket.destroy()
    return closed
  })
  return {
    origin: `${scheme}://127.0.0.1:${String(port)}`,
    port,
    isSecure: scheme === 'https',
    clientGone: async () => gone.shift(),
    closeGently,
  }
}
