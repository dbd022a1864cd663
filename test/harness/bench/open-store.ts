import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore, type IdempotencyStore } from 'suno-callbacks'

/** Which store, and where its server is. */
export type StoreOrder =
  | { readonly kind: 'memory' }
  | { readonly kind: 'sqlite'; readonly directory: string }
  | { readonly kind: 'redis' | 'ioredis' | 'postgres'; readonly url: string }

/** An empty store with room for every key of a run. Each process loads only what it needs. */
export async function openStore(order: StoreOrder): Promise<IdempotencyStore> {
  switch (order.kind) {
    case 'memory':
      return memoryStore({ maxKeys: 10_000_000 })
    case 'sqlite': {
      const [{ default: Database }, { sqliteStore }] = await Promise.all([
        import('libsql'),
        import('suno-callbacks/sqlite'),
      ])
      return sqliteStore(new Database(freshFile(order.directory)))
    }
    case 'redis': {
      const { redisStore } = await import('suno-callbacks/redis')
      return redisStore(await connectRedis(order.url))
    }
    case 'ioredis': {
      const { redisStore } = await import('suno-callbacks/redis')
      return redisStore(await connectIoredis(order.url))
    }
    case 'postgres': {
      const { postgresStore } = await import('suno-callbacks/postgres')
      return postgresStore(await connectPostgres(order.url), { table: freshTable() })
    }
  }
}

export function freshFile(directory: string): string {
  return join(mkdtempSync(join(directory, 'database-')), 'keys.db')
}

export function freshTable(): string {
  return `bench_${String(process.pid)}_${String(tables++)}`
}

let tables = 0

export async function connectRedis(url: string) {
  const { createClient } = await import('redis')
  const client = createClient({ url, disableOfflineQueue: true })
  client.on('error', fail)
  await client.connect()
  await client.flushAll()
  return client
}

export async function connectIoredis(url: string) {
  const { Redis } = await import('ioredis')
  const client = new Redis(url, { lazyConnect: true, enableOfflineQueue: false })
  client.on('error', fail)
  await client.connect()
  await client.flushall()
  return client
}

export async function connectPostgres(url: string) {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  pool.on('error', fail)
  return pool
}

/** Where a store on disk may have its files. */
export function freshDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'suno-callbacks-bench-'))
}

function fail(error: unknown): never {
  throw error
}
