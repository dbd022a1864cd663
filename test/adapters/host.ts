import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { onTestFinished } from 'vitest'

/** An app that listens until its test is over. */
export interface Host {
  readonly origin: string
  readonly port: number
  /** When the client of the oldest connection whose end nobody has awaited yet is gone. */
  clientGone(): Promise<void>
  close(): Promise<void>
}

export async function listen(listener: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<Host> {
  const server = createServer((request, response) => void listener(request, response))
  return host(server, 'http')
}

/** The same for a server of any other make. */
export async function host(server: Server, scheme: string): Promise<Host> {
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

  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  onTestFinished(close)
  return { origin: `${scheme}://127.0.0.1:${String(port)}`, port, clientGone: async () => gone.shift(), close }
}
