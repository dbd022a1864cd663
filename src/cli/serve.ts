import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { codeOf } from '../errors/errors.js'

/** A server that listens, and its address. */
export interface Listening {
  /** Such as `http://localhost:3000`. */
  readonly origin: string
  close(): Promise<void>
}

/** @throws what Node says of a port or host that cannot be listened at, with the remedy */
export async function serve(listener: RequestListener, port: number, host: string): Promise<Listening> {
  const server = createServer(listener)
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw withRemedy(error)
  }
  return { origin: originOf(server.address() as AddressInfo), close: () => close(server) }
}

/** What is said of a port that is in use. */
export function withRemedy(error: unknown): unknown {
  if (codeOf(error) !== 'EADDRINUSE') return error
  return Object.assign(new Error(`${(error as Error).message}. Give another port: it is the first argument.`), {
    code: 'EADDRINUSE',
  })
}

function originOf({ address, family, port }: AddressInfo): string {
  const host = OF_THIS_MACHINE.has(address) ? 'localhost' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${String(port)}`
}

/** Loopback, and every address that there is. */
const OF_THIS_MACHINE: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '0.0.0.0', '::'])

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

/** Resolves when the command is to end. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
