import type { AsyncStore } from 'suno-callbacks'
import type { TaskList } from 'suno-callbacks/polling'
import type { ReceiverSettings } from './receiver-settings.js'

export interface OpenedStore {
  readonly store: AsyncStore
  /** A list of watched tasks beside it, over the same client. */
  tasks(): TaskList
  close(): Promise<void>
}

type StoreOrder = Pick<ReceiverSettings, 'index' | 'store'> & {
  readonly times: Pick<ReceiverSettings['times'], 'callTimeoutMs'>
}

/** The store as a user would set it up. Nothing waits for a server that is away. Each receiver loads only what it needs. */
export async function openStore({ index, store, times }: StoreOrder): Promise<OpenedStore> {
  const { callTimeoutMs } = times
  switch (store.kind) {
    case 'redis':
      return index === 0 ? openRedis(store.url, callTimeoutMs) : openIoredis(store.url, callTimeoutMs)
    case 'postgres':
      return openPostgres(store.url, callTimeoutMs)
    case 'sqlite':
      return openSqlite(store.path, callTimeoutMs)
  }
}

const RECONNECT_MS = 50

async function openRedis(url: string, callTimeoutMs: number): Promise<OpenedStore> {
  const [{ createClient }, { redisStore, redisTasks }] = await Promise.all([
    import('redis'),
    import('suno-callbacks/redis'),
  ])
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: RECONNECT_MS } })
  client.on('error', () => undefined)
  void client.connect().catch(() => undefined)
  const store = redisStore(client, { callTimeoutMs })
  return {
    store,
    tasks: () => redisTasks(client, { callTimeoutMs }),
    async close() {
      await store.close()
      client.destroy()
    },
  }
}

/** The receivers do not all have the same client. */
async function openIoredis(url: string, callTimeoutMs: number): Promise<OpenedStore> {
  const [{ Redis }, { redisStore, redisTasks }] = await Promise.all([import('ioredis'), import('suno-callbacks/redis')])
  const client = new Redis(url, {
    enableOfflineQueue: false,
    retryStrategy: () => RECONNECT_MS,
    // While Redis reads its data it would wait for a whole second.
    maxLoadingRetryTime: RECONNECT_MS,
  })
  client.on('error', () => undefined)
  const store = redisStore(client, { callTimeoutMs })
  return {
    store,
    tasks: () => redisTasks(client, { callTimeoutMs }),
    async close() {
      await store.close()
      client.disconnect()
    },
  }
}

async function openPostgres(url: string, callTimeoutMs: number): Promise<OpenedStore> {
  const [{ default: pg }, { postgresStore, postgresTasks }] = await Promise.all([
    import('pg'),
    import('suno-callbacks/postgres'),
  ])
  const pool = new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: callTimeoutMs })
  pool.on('error', () => undefined)
  const store = postgresStore(pool, { callTimeoutMs })
  return {
    store,
    tasks: () => postgresTasks(pool, { callTimeoutMs }),
    async close() {
      await store.close()
      await pool.end()
    },
  }
}

async function openSqlite(path: string, callTimeoutMs: number): Promise<OpenedStore> {
  const [{ default: Database }, { sqliteStore, sqliteTasks }] = await Promise.all([
    import('libsql'),
    import('suno-callbacks/sqlite'),
  ])
  const database = new Database(path)
  const store = sqliteStore(database, { callTimeoutMs })
  return {
    store,
    tasks: () => sqliteTasks(database, { callTimeoutMs }),
    async close() {
      await store.close()
      database.close()
    },
  }
}
