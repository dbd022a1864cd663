import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Certificate } from './certificates.js'

const servers = new Set<Server>()
const sockets = new Set<Socket>()

/** Ends the servers that a test has started. */
export function closeServers(): void {
  for (const server of servers) server.close()
  for (const socket of sockets) socket.destroy()
  servers.clear()
  sockets.clear()
}

/** A server over http; answers its port. */
export function serve(listener: RequestListener, host?: string): Promise<number> {
  return listenAt(createServer(listener), host)
}

/** The same over https. */
export function serveSecurely(listener: RequestListener, { key, cert }: Certificate): Promise<number> {
  return listenAt(createSecureServer({ key, cert }, listener))
}

/** A server of bare connections. */
export function serveSockets(onConnection: (socket: Socket) => void): Promise<number> {
  return listenAt(createTcpServer(onConnection))
}

async function listenAt(server: Server, host = '127.0.0.1'): Promise<number> {
  servers.add(server)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  server.listen(0, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
