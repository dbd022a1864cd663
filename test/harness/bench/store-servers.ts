import { rm } from 'node:fs/promises'
import { isPostgresMissing, startPostgres } from '../../support/postgres-server.js'
import { redisBinary, startRedis } from '../../support/redis-server.js'
import { freshDirectory, type StoreOrder } from './open-store.js'

/** The servers of the stores, each started when it is first wanted. */
export class StoreServers {
  readonly #started = new Map<string, Promise<Started>>()

  /** Whether this machine has what the store needs. Where CI is set, a missing server is an error. */
  has(kind: StoreOrder['kind']): boolean {
    if (kind === 'postgres') return !isPostgresMissing()
    if ((kind !== 'redis' && kind !== 'ioredis') || redisBinary() !== null) return true
    const message = 'There is no redis-server on the PATH'
    if ((process.env.CI ?? '') !== '') throw new Error(`${message}: install it.`)
    console.warn(`${message}: its rows are left out.`)
    return false
  }

  async order(kind: StoreOrder['kind']): Promise<StoreOrder> {
    if (kind === 'memory') return { kind }
    if (kind === 'sqlite') return { kind, directory: (await this.#start('sqlite', startDirectory)).place }
    if (kind === 'postgres') return { kind, url: (await this.#start('postgres', startPostgresServer)).place }
    return { kind, url: (await this.#start('redis', startRedisServer)).place }
  }

  async stop(): Promise<void> {
    for (const started of this.#started.values()) await (await started).stop()
  }

  #start(name: string, start: () => Promise<Started>): Promise<Started> {
    const known = this.#started.get(name) ?? start()
    this.#started.set(name, known)
    return known
  }
}

interface Started {
  /** Its URL or directory. */
  readonly place: string
  stop(): Promise<void>
}

function startDirectory(): Promise<Started> {
  const place = freshDirectory()
  return Promise.resolve({ place, stop: () => rm(place, { recursive: true }) })
}

async function startRedisServer(): Promise<Started> {
  const server = await startRedis()
  return { place: server.url, stop: () => server.stop() }
}

async function startPostgresServer(): Promise<Started> {
  const server = await startPostgres()
  return { place: server.url, stop: () => server.stop() }
}
