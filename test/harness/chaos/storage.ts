import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres } from '../../support/postgres-server.js'
import { startRedis } from '../../support/redis-server.js'

/** The server of a shared store, as the test handles it. */
export interface StoreServer {
  readonly port: number
  urlVia(port: number): string
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

/** `isDurable`: what was answered is on the disk. Otherwise the setting whose cost is to be shown. */
export async function startServer(kind: 'redis' | 'postgres', isDurable: boolean): Promise<StoreServer> {
  return kind === 'redis' ? startRedisServer(isDurable) : startPostgresServer(isDurable)
}

async function startRedisServer(isDurable: boolean): Promise<StoreServer> {
  const server = await startRedis(isDurable ? { appendfsync: 'always' } : {})
  return {
    port: server.port,
    urlVia: (port) => `redis://127.0.0.1:${String(port)}`,
    kill: () => server.kill(),
    restart: () => again(() => server.start()),
    stop: () => server.stop(),
  }
}

async function startPostgresServer(isDurable: boolean): Promise<StoreServer> {
  const server = await startPostgres({ settings: isDurable ? {} : { synchronous_commit: 'off' } })
  return {
    port: server.port,
    urlVia: (port) => Object.assign(new URL(server.url), { port: String(port) }).href,
    kill: () => server.kill(),
    restart: () => again(() => server.restart()),
    stop: () => server.stop(),
  }
}

/** The port may be taken for a moment by an outgoing connection of somebody else's. */
async function again(start: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await start()
    } catch (error) {
      if (tries === 20) throw error
      await sleep(50)
    }
  }
}
