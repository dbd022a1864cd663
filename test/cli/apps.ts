import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { requestListener } from '../../adapters/node.js'
import { SunoCallbacks, type SunoCallbacksOptions, type SunoEvent } from '../../src/index.js'
import { SECRET } from './run.js'

const servers = new Set<Server>()

/** Ends the servers that a test has started. */
export function closeApps(): void {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
  servers.clear()
}

/** An app with an adapter, which keeps its events. */
export async function startApp(options: SunoCallbacksOptions = {}) {
  const suno = new SunoCallbacks({ secret: SECRET, logger: false, ...options })
  const events: SunoEvent[] = []
  suno.on('*', (event) => events.push(event))
  const origin = await serveAt(requestListener(suno))
  return { suno, events, origin, url: `${origin}/suno`, port: new URL(origin).port }
}

/** A server that answers as it likes. */
export async function serveAt(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.add(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

/** Sends a body as a provider would. Answers status, headers and text. */
export async function send(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
