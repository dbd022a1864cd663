import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresStore, type PostgresClient } from '../../../src/stores/postgres/index.js'
import { storeConformance } from '../../../src/testing/index.js'
import { isPostgresMissing, startPostgres, type PostgresServer } from '../../support/postgres-server.js'

const DAY_MS = 86_400_000
const LEASE_MS = 45_000

describe.skipIf(isPostgresMissing())('postgresStore', () => {
  let server: PostgresServer
  let pool: pg.Pool
  const ends: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    server = await startPostgres()
    pool = newPool()
  }, 60_000)

  afterAll(async () => {
    await Promise.all(ends.map((end) => end()))
    await server.stop()
  })

  /** A pool of pg, ended after the tests. */
  function newPool(settings: pg.PoolConfig = {}): pg.Pool {
    const made = new pg.Pool({ connectionString: server.url, max: 10, ...settings })
    // As every app must: connections that idle are cut when the server is killed.
    made.on('error', () => undefined)
    ends.push(() => made.end())
    return made
  }

  async function count(table: string): Promise<number> {
    const { rows } = await pool.query<{ count: string }>(`SELECT count(*) FROM ${table}`)
    return Number(rows[0]?.count)
  }

  describe('on a pool of pg keeps the contract: it', () => {
    let shared: pg.Pool
    beforeAll(() => {
      shared = newPool()
    })
    for (const { title, run } of storeConformance((prefix) =>
      postgresStore(shared, { prefix, callTimeoutMs: 15_000 }),
    )) {
      test.concurrent(title, run)
    }
  })

  test.each<[string, (result: pg.QueryResult) => unknown]>([
    ['[rows, metadata], as Sequelize does', (result) => [result.rows, result]],
    ['an object without rows', () => ({ count: 1 })],
    ['nothing', () => undefined],
    ['rows that are lists', () => ({ rows: [[1]] })],
  ])('refuses a client that answers %s', async (_, shape) => {
    const store = postgresStore({ query: async (text, values) => shape(await pool.query(text, values)) as never })
    await expect(store.claim('shape', 'a', LEASE_MS)).rejects.toMatchObject({ code: 'CLIENT_INVALID' })
  })

  describe('on postgres.js keeps the contract: it', () => {
    let sql: postgres.Sql
    beforeAll(() => {
      sql = postgres(server.url, { max: 10 })
      ends.push(() => sql.end())
    })
    const create = (prefix: string) =>
      postgresStore({ query: (text, values) => sql.unsafe(text, values) }, { prefix, callTimeoutMs: 15_000 })
    for (const { title, run } of storeConformance(create)) test.concurrent(title, run)
  })

  describe('where every transaction is serializable keeps the contract: it', () => {
    let shared: pg.Pool
    let asked = 0
    beforeAll(() => {
      shared = newPool({ options: '-c default_transaction_isolation=serializable' })
    })
    const client: PostgresClient = {
      query: (text, values) =>
        shared.query(text, values).catch((error: unknown) => {
          if ((error as { code?: unknown }).code === '40001') asked++
          throw error
        }),
    }
    for (const { title, run } of storeConformance((prefix) =>
      postgresStore(client, { prefix, callTimeoutMs: 15_000 }),
    )) {
      test.concurrent(title, run)
    }
    test('is asked by the server to try again, and does', async () => {
      const stores = Array.from({ length: 4 }, () => postgresStore(client, { prefix: 'again', callTimeoutMs: 15_000 }))
      // Whether two transactions meet is up to the server's processes: played until some have.
      for (let round = 0; round < 100 && (round === 0 || asked === 0); round++) {
        const keys = Array.from({ length: 50 }, (_, i) => `key-${String(round)}-${String(i)}`)
        const claims = stores.flatMap((store, i) => keys.map((key) => store.claim(key, String(i), LEASE_MS)))
        const results = await Promise.all(claims)
        expect(results.filter(({ status }) => status === 'claimed')).toHaveLength(50)
      }
      expect(asked).toBeGreaterThan(0)
    })
  })

  test('touches no database before its first call', async () => {
    let queries = 0
    const client: PostgresClient = {
      query: (text, values) => {
        queries++
        return pool.query(text, values)
      },
    }
    const store = postgresStore(client)
    expect(queries).toBe(0)
    await store.isDone('key')
    expect(queries).toBeGreaterThan(0)
  })

  test('makes its table once, though 20 instances start at once', async () => {
    const notices: unknown[] = []
    const pools = Array.from({ length: 20 }, () => {
      const made = newPool({ max: 2 })
      made.on('connect', (client) => client.on('notice', (notice) => notices.push(notice)))
      return made
    })
    const stores = pools.map((one) => postgresStore(one, { table: 'at_once', callTimeoutMs: 15_000 }))
    const results = await Promise.all(stores.map((store, i) => store.claim('key', `token-${String(i)}`, LEASE_MS)))
    expect(results.filter(({ status }) => status === 'claimed')).toHaveLength(1)
    expect(results.filter(({ status }) => status === 'in-flight')).toHaveLength(19)
    expect(notices).toEqual([])
    const { rows } = await pool.query("SELECT indexname FROM pg_indexes WHERE tablename = 'at_once' ORDER BY 1")
    expect(rows).toEqual([{ indexname: 'at_once_expires_at' }, { indexname: 'at_once_pkey' }])
  })

  test('makes its table in the schema that it is told, and keeps capitals', async () => {
    await pool.query('CREATE SCHEMA "Jobs"')
    const store = postgresStore(pool, { table: 'Jobs.Callbacks' })
    await store.claim('key', 'a', LEASE_MS)
    expect(await count('"Jobs"."Callbacks"')).toBe(1)
  })

  test('makes its table again when somebody dropped it', async () => {
    const store = postgresStore(pool, { table: 'dropped' })
    await store.claim('key', 'a', LEASE_MS)
    await pool.query('DROP TABLE dropped')
    await expect(store.claim('key', 'a', LEASE_MS)).rejects.toThrow('The table "dropped" is not in this database')
    expect(await store.claim('key', 'b', LEASE_MS)).toEqual({ status: 'claimed' })
  })

  test('needs no right to create where the migration was run', async () => {
    await pool.query('CREATE ROLE app LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC')
    const mine = newPool({ connectionString: server.urlOf({ user: 'app' }) })
    const store = postgresStore(mine, { table: 'migrated', createTable: false })
    await expect(store.claim('key', 'a', LEASE_MS)).rejects.toThrow(
      'Run what migration() of postgresStore, postgresTasks or exactlyOnce answers',
    )
    await expect(postgresStore(mine, { table: 'migrated' }).isDone('key')).rejects.toThrow('permission denied')

    await pool.query(postgresStore.migration('migrated'))
    await pool.query(postgresStore.migration('migrated')) // harmless
    await pool.query('GRANT SELECT, INSERT, UPDATE, DELETE ON migrated TO app')
    expect(await store.claim('key', 'a', LEASE_MS)).toEqual({ status: 'claimed' })
    expect(await store.complete('key', 'a', DAY_MS)).toBe(true)
    // The default creates nothing either where there is the table.
    expect(await postgresStore(mine, { table: 'migrated' }).isDone('key')).toBe(true)
    await store.close()
  })

  test('makes the same table by itself as by its migration', async () => {
    await pool.query(postgresStore.migration('by_migration'))
    await postgresStore(pool, { table: 'by_itself' }).isDone('key')
    const columns = async (table: string) =>
      (
        await pool.query(
          `SELECT column_name, data_type, is_nullable, collation_name, column_default
           FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position`,
          [table],
        )
      ).rows as unknown[]
    expect(await columns('by_itself')).toHaveLength(5)
    expect(await columns('by_itself')).toEqual(await columns('by_migration'))
    expect(postgresStore.migration()).toContain('CREATE TABLE IF NOT EXISTS "suno_callbacks" (')
  })

  test('keeps what it has answered when the server is killed, and works on when it is back', async () => {
    const store = postgresStore(pool, { prefix: 'killed', callTimeoutMs: 15_000 })
    await store.claim('held', 'a', LEASE_MS)
    await store.claim('done', 'a', LEASE_MS)
    await store.complete('done', 'a', DAY_MS)
    await server.kill()
    await expect(store.claim('other', 'a', LEASE_MS)).rejects.toThrow()
    await expect(store.complete('held', 'a', DAY_MS)).rejects.toThrow()
    await server.restart()
    expect((await store.claim('held', 'b', LEASE_MS)).status).toBe('in-flight')
    expect(await store.claim('done', 'b', LEASE_MS)).toEqual({ status: 'done' })
    expect(await store.complete('held', 'a', DAY_MS)).toBe(true)
  }, 60_000)

  test('makes its table once the server is there, when it was not at the start', async () => {
    await server.kill()
    const store = postgresStore(pool, { table: 'later', callTimeoutMs: 15_000 })
    await expect(store.claim('key', 'a', LEASE_MS)).rejects.toThrow()
    await server.restart()
    expect(await store.claim('key', 'a', LEASE_MS)).toEqual({ status: 'claimed' })
  }, 60_000)

  test('sweeps out what has expired, in portions, and leaves what has not', async () => {
    // On one connection, what comes later waits for the sweep.
    const store = postgresStore(newPool({ max: 1 }), { table: 'swept' })
    await store.claim('key', 'a', LEASE_MS)
    const insert = `INSERT INTO swept SELECT '', $1 || i, 'a', true, now() + $2::interval FROM generate_series(1, $3) AS i`
    await pool.query(insert, ['old-', '-2 minutes', 1200])
    // A lapsed claim may still be completed by its own attempt, which must hear when another one has taken it.
    await pool.query(insert, ['just-lapsed-', '-10 seconds', 10])
    await pool.query(insert, ['alive-', '1 minute', 10])

    const left: number[] = []
    for (const key of ['one', 'two', 'three', 'four']) {
      await store.complete(key, 'a', DAY_MS)
      await store.isDone(key)
      left.push(await count("swept WHERE key LIKE 'old-%'"))
    }
    expect(left).toEqual([700, 200, 0, 0])
    expect(await count('swept')).toBe(1 + 10 + 10 + 4)

    // What expires now is for the next minute.
    await pool.query(insert, ['more-', '-2 minutes', 10])
    await store.complete('five', 'a', DAY_MS)
    await store.close()
    expect(await count("swept WHERE key LIKE 'more-%'")).toBe(10)
    // Another instance, another minute.
    const other = postgresStore(pool, { table: 'swept' })
    await other.complete('six', 'a', DAY_MS)
    await other.close()
    expect(await count("swept WHERE key LIKE 'more-%'")).toBe(0)
  })

  test('looks up what has expired by an index', async () => {
    await postgresStore(pool, { table: 'indexed' }).claim('key', 'a', LEASE_MS)
    const client = await pool.connect()
    await client.query('SET enable_seqscan = off')
    const plan = await client.query(
      "EXPLAIN SELECT ctid FROM indexed WHERE expires_at < now() - 1::double precision * interval '1 ms' ORDER BY expires_at",
    )
    client.release(true)
    expect(JSON.stringify(plan.rows)).toContain('indexed_expires_at')
  })

  test('a sweep that fails does not fail the call that came with it', async () => {
    const client: PostgresClient = {
      query: (text, values) => (text.startsWith('DELETE') ? Promise.reject(new Error('no')) : pool.query(text, values)),
    }
    const store = postgresStore(client, { prefix: 'unswept' })
    expect(await store.complete('key', 'a', DAY_MS)).toBe(true)
    await store.close()
    expect(await postgresStore(pool, { prefix: 'unswept' }).isDone('key')).toBe(true)
  })

  test('a completion that is sent twice is true twice, and stays the first attempt’s', async () => {
    const store = postgresStore(pool, { prefix: 'twice' })
    await store.claim('key', 'a', LEASE_MS)
    expect(await store.complete('key', 'a', DAY_MS)).toBe(true)
    expect(await store.complete('key', 'a', DAY_MS)).toBe(true)
    expect(await store.complete('key', 'b', DAY_MS)).toBe(false)
  })

  test('tries a claim again that was given back between its two statements', async () => {
    const other = postgresStore(pool, { prefix: 'between' })
    await other.claim('key', 'a', LEASE_MS)
    let reads = 0
    const client: PostgresClient = {
      query: async (text, values) => {
        if (text.startsWith('SELECT step') && reads++ === 0) await other.release('key', 'a')
        return pool.query(text, values)
      },
    }
    const store = postgresStore(client, { prefix: 'between' })
    expect(await store.claim('key', 'b', LEASE_MS)).toEqual({ status: 'claimed' })
    expect(reads).toBe(1)
  })

  test('gives a call up after its time, and begins nothing more of it', async () => {
    const texts: string[] = []
    const held: (() => void)[] = []
    const client: PostgresClient = {
      query: async (text, values) => {
        texts.push(text)
        if (text.startsWith('INSERT')) await new Promise<void>((resolve) => held.push(resolve))
        return pool.query(text, values)
      },
    }
    await postgresStore(pool, { prefix: 'slow' }).claim('key', 'other', LEASE_MS)
    const store = postgresStore(client, { prefix: 'slow', callTimeoutMs: 50 })
    await expect(store.claim('key', 'a', LEASE_MS)).rejects.toThrow('claim took longer than 50 ms')
    const before = texts.length
    for (const go of held) go()
    await store.close()
    expect(texts).toHaveLength(before)
  })

  test('does not leave a key held by a claim that was given up and then given back', async () => {
    let go: () => void = () => undefined
    const held = new Promise<void>((resolve) => (go = resolve))
    const client: PostgresClient = {
      query: async (text, values) => {
        if (text.startsWith('INSERT')) await held
        return pool.query(text, values)
      },
    }
    const store = postgresStore(client, { prefix: 'late', callTimeoutMs: 50 })
    const claims = await Promise.allSettled([store.claim('key', 'a', LEASE_MS), store.claim('key', 'a', LEASE_MS)])
    expect(claims.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(store.release('key', 'a')).rejects.toThrow('release took longer')
    go()
    const other = postgresStore(pool, { prefix: 'late' })
    await expect.poll(() => other.claim('key', 'b', LEASE_MS), { timeout: 10_000 }).toEqual({ status: 'claimed' })
  })

  test('gives up a conflict that does not end, with the server’s own error', async () => {
    const conflict = Object.assign(new Error('could not serialize access'), { code: '40001' })
    const client: PostgresClient = {
      query: (text, values) => (text.startsWith('INSERT') ? Promise.reject(conflict) : pool.query(text, values)),
    }
    const store = postgresStore(client, { callTimeoutMs: 500 })
    await expect(store.claim('key', 'a', LEASE_MS)).rejects.toThrow('could not serialize access')
  })

  test('does not wait for ever for a table that cannot be made', async () => {
    const client: PostgresClient = { query: () => new Promise(() => undefined) }
    const store = postgresStore(client, { callTimeoutMs: 10_000 })
    await expect(store.claim('key', 'a', LEASE_MS)).rejects.toThrow('could not be made within 5000 ms')
  })

  test('takes no call after close, which waits for those under way and leaves the client open', async () => {
    const own = newPool()
    const store = postgresStore(own, { prefix: 'closed' })
    const claim = store.claim('key', 'a', LEASE_MS)
    await store.close()
    expect(await claim).toEqual({ status: 'claimed' })
    await expect(store.complete('key', 'a', DAY_MS)).rejects.toThrow('complete was called after close()')
    expect((await own.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test.each(['a\0b', '\ud83c', 'a\udc00b'])('refuses the key %j, which a text of Postgres cannot hold', async (key) => {
    await expect(postgresStore(pool).claim(key, 'a', LEASE_MS)).rejects.toThrow('a key must be text without NUL')
  })

  test.each([
    [() => postgresStore(null as unknown as PostgresClient), 'CLIENT_INVALID'],
    [() => postgresStore({} as PostgresClient), 'CLIENT_INVALID'],
    [() => postgresStore(newPool(), { table: 'a b' }), 'TABLE_INVALID'],
    [() => postgresStore(newPool(), { table: 'a.b.c' }), 'TABLE_INVALID'],
    [() => postgresStore(newPool(), { table: 'x"; DROP TABLE users; --' }), 'TABLE_INVALID'],
    [() => postgresStore(newPool(), { table: 'x'.repeat(49) }), 'TABLE_INVALID'],
    [() => postgresStore(newPool(), { table: 7 as unknown as string }), 'TABLE_INVALID'],
    [() => postgresStore(newPool(), { prefix: 'a\0' }), 'OPTION_INVALID'],
    [() => postgresStore(newPool(), { prefix: 7 as unknown as string }), 'OPTION_INVALID'],
    [() => postgresStore(newPool(), { callTimeoutMs: 0 }), 'OPTION_OUT_OF_RANGE'],
    [() => postgresStore(newPool(), { callTimeoutMs: '10' as unknown as number }), 'OPTION_OUT_OF_RANGE'],
  ])('tells a mistake at once: %s', (make, code) => {
    expect(make).toThrow(expect.objectContaining({ name: 'ConfigurationError', code }) as Error)
  })
})
