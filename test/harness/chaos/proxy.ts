import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** Stands between one receiver and the store's server, and can be cut. */
export class Proxy {
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  /** Replies of the server are thrown away: what it did, nobody hears. */
  #isMuted = false

  private constructor(private readonly target: number) {
    this.#server = createServer((client) => this.#join(client))
  }

  static async start(target: number): Promise<Proxy> {
    const proxy = new Proxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Closes all connections. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy()
    this.#pairs.clear()
  }

  /** For so long the server gets what it is asked and is not heard; then all connections are cut. */
  mute(ms: number): void {
    this.#isMuted = true
    setTimeout(() => {
      this.#isMuted = false
      this.cut()
    }, ms).unref()
  }

  stop(): void {
    this.#server.close()
    this.cut()
  }

  #join(client: Socket): void {
    const server = connect(this.target, '127.0.0.1')
    const pair = [client, server] as const
    this.#pairs.add(pair)
    const end = () => {
      this.#pairs.delete(pair)
      client.destroy()
      server.destroy()
    }
    client.on('data', (bytes) => server.write(bytes))
    server.on('data', (bytes) => {
      if (!this.#isMuted) client.write(bytes)
    })
    for (const socket of pair) socket.setNoDelay().on('error', end).on('close', end).on('end', end)
  }
}
