import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { sleep } from '../../src/time/time.js'
import type { Certificate } from './certificates.js'

const servers = new Set<Server>()
const sockets = new Set<Socket>()
const children = new Set<ChildProcess>()

/** Ends the servers that a test has started. */
export function closeServers(): void {
  for (const server of servers) server.close()
  for (const socket of sockets) socket.destroy()
  for (const child of children) child.kill('SIGKILL')
  servers.clear()
  children.clear()
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

/** A port that drops what would connect: the process is stopped, and as many connections wait for it as may. */
export async function serveDropping(): Promise<number> {
  const program =
    'const s = require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(s.address().port))'
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  child.kill('SIGSTOP')
  const port = Number(line.toString())
  for (let waiting = 0; waiting < 8; waiting++) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    sockets.add(socket)
    await Promise.race([once(socket, 'connect'), sleep(100)])
  }
  return port
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
