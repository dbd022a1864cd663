import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { WatchedTask } from '../../../src/polling/task-list.js'
import { exactlyOnce, postgresStore, postgresTasks, type PostgresClient } from '../../../src/stores/postgres/index.js'
import { taskListConformance } from '../../../src/testing/index.js'
import { expectEachLentOnce } from '../../support/parallel-takers.js'
import { isPostgresMissing, startPostgres, type PostgresServer } from '../../support/postgres-server.js'

const LEASE_MS = 45_000

function toTask(taskId: string, metadata: WatchedTask['metadata'] = {}): WatchedTask {
  return { kind: 'music', taskId, metadata, submittedAt: new Date() }
}

describe.skipIf(isPostgresMissing())('postgresTasks', () => {
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
    made.on('error', () => undefined)
    ends.push(() => made.end())
    return made
  }

  describe('on a pool of pg, in one table, keeps the contract: it', () => {
    let shared: pg.Pool
    beforeAll(() => {
      shared = newPool()
    })
    const create = (prefix: string) => postgresTasks(shared, { prefix, callTimeoutMs: 15_000 })
    for (const { title, run } of taskListConformance(create)) test.concurrent(title, run)
  })

  describe('on a pool of pg, in a table for each prefix, keeps the contract: it', () => {
    let shared: pg.Pool
    beforeAll(() => {
      shared = newPool()
    })
    const create = (prefix: string) =>
      postgresTasks(shared, { table: prefix.replaceAll('-', '_'), callTimeoutMs: 15_000 })
    for (const { title, run } of taskListConformance(create)) test.concurrent(title, run)
  })

  describe('on postgres.js keeps the contract: it', () => {
    let sql: postgres.Sql
    beforeAll(() => {
      sql = postgres(server.url, { max: 10 })
      ends.push(() => sql.end())
    })
    const create = (prefix: string) =>
      postgresTasks({ query: (text, values) => sql.unsafe(text, values) }, { prefix, callTimeoutMs: 15_000 })
    for (const { title, run } of taskListConformance(create)) test.concurrent(title, run)
  })

  describe('where every transaction is serializable keeps the contract: it', () => {
    let shared: pg.Pool
    beforeAll(() => {
      shared = newPool({ options: '-c default_transaction_isolation=serializable' })
    })
    const create = (prefix: string) => postgresTasks(shared, { prefix, callTimeoutMs: 15_000 })
    for (const { title, run } of taskListConformance(create)) test.concurrent(title, run)
  })

  test('lends each of 1,000 tasks to one of 5 callers that take them at once, on a pool each', async () => {
    const pools = Array.from({ length: 5 }, () => newPool({ max: 2 }))
    await expectEachLentOnce(pools.map((one) => postgresTasks(one, { prefix: 'takers', callTimeoutMs: 30_000 })))
  }, 60_000)

  test('shares a client with postgresStore, and none with exactlyOnce', async () => {
    const own = newPool()
    const [store, list] = [postgresStore(own), postgresTasks(own)]
    await Promise.all([store.claim('key', 'a', LEASE_MS), list.add(toTask('1'), 0)])
    expect((await pool.query("SELECT * FROM suno_callbacks_tasks WHERE prefix = ''")).rows).toMatchObject([
      { prefix: '', task_id: '1' },
    ])
    expect(() => exactlyOnce(own)).toThrow(expect.objectContaining({ code: 'POOL_SHARED' }))
  })

  test('makes its table once, though 20 instances start at once, and the same one as by its migration', async () => {
    const lists = Array.from({ length: 20 }, () =>
      postgresTasks(pool, { table: 'tasks_at_once', callTimeoutMs: 15_000 }),
    )
    const added = await Promise.all(lists.map((list) => list.add(toTask('1'), 0)))
    expect(added.filter((isNew) => isNew)).toHaveLength(1)
    await pool.query(postgresTasks.migration('tasks_by_migration'))
    await pool.query(postgresTasks.migration('tasks_by_migration')) // harmless
    const shape = async (table: string) => {
      const columns = await pool.query(
        `SELECT column_name, data_type, is_nullable, collation_name, column_default
         FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position`,
        [table],
      )
      const indexes = await pool.query<{ indexdef: string }>(
        'SELECT indexdef FROM pg_indexes WHERE tablename = $1 ORDER BY 1',
        [table],
      )
      return [columns.rows, indexes.rows.map(({ indexdef }) => indexdef.replaceAll(table, ''))] as const
    }
    const [columns, indexes] = await shape('tasks_at_once')
    expect(columns).toHaveLength(8)
    expect(indexes.join()).toContain('(prefix, due_at)')
    expect([columns, indexes]).toEqual(await shape('tasks_by_migration'))
    expect(postgresTasks.migration()).toContain('CREATE TABLE IF NOT EXISTS "suno_callbacks_tasks" (')
    const list = postgresTasks(pool, { table: 'tasks_by_migration', createTable: false })
    expect(await list.add(toTask('1'), 0)).toBe(true)
    await expect(postgresTasks(pool, { table: 'missing', createTable: false }).size()).rejects.toThrow(
      'Run what migration() of',
    )
  })

  test('finds what is due by its index among 20,000 tasks, also before the table was ever analysed', async () => {
    const list = postgresTasks(pool, { table: 'many_tasks', callTimeoutMs: 15_000 })
    await list.size()
    await pool.query(
      `INSERT INTO many_tasks (prefix, kind, task_id, metadata, submitted_at, due_at)
       SELECT '', 'music', 'task-' || i, '{}', 0, now() + i * interval '1 hour' FROM generate_series(1, 20000) AS i`,
    )
    for (const isAnalysed of [false, true]) {
      if (isAnalysed) await pool.query('ANALYZE many_tasks')
      const plans: unknown[] = []
      const explained: PostgresClient = {
        query: async (text, values) => {
          if (text.startsWith('WITH')) plans.push((await pool.query(`EXPLAIN ${text}`, values)).rows)
          return pool.query(text, values)
        },
      }
      expect(await postgresTasks(explained, { table: 'many_tasks' }).take(100, LEASE_MS)).toEqual([])
      expect(JSON.stringify(plans)).toContain('many_tasks_due_at')
      expect(JSON.stringify(plans)).not.toContain('Seq Scan')
    }
  })

  test('does not wait for a task that another transaction has locked: it lends the others', async () => {
    const list = postgresTasks(pool, { prefix: 'locked' })
    await list.add(toTask('locked'), 0)
    await list.add(toTask('free'), 0)
    const client = await pool.connect()
    await client.query('BEGIN')
    await client.query("SELECT 1 FROM suno_callbacks_tasks WHERE prefix = 'locked' AND task_id = 'locked' FOR UPDATE")
    expect(await list.take(10, LEASE_MS)).toMatchObject([{ taskId: 'free' }])
    await client.query('COMMIT')
    client.release()
    expect(await list.take(10, LEASE_MS)).toMatchObject([{ taskId: 'locked' }])
  })

  test('lends 1,000 tasks at once at most, and none where it is asked for none', async () => {
    const list = postgresTasks(pool, { table: 'portions', callTimeoutMs: 15_000 })
    await list.size()
    await pool.query(
      `INSERT INTO portions (prefix, kind, task_id, metadata, submitted_at, due_at)
       SELECT '', 'music', i, '{}', 0, now() FROM generate_series(1, 1200) AS i`,
    )
    expect(await list.take(0, LEASE_MS)).toEqual([])
    expect(await list.take(-1, LEASE_MS)).toEqual([])
    expect(await list.take(Infinity, LEASE_MS)).toHaveLength(1_000)
    expect(await list.take(Infinity, LEASE_MS)).toHaveLength(200)
  })

  test('forgets nothing when the server is killed, and works on when it is back', async () => {
    const list = postgresTasks(pool, { prefix: 'killed', callTimeoutMs: 15_000 })
    await list.add(toTask('lent', { text: 'NUL \0 and \ud83c' }), 0)
    const [task] = await list.take(1, LEASE_MS)
    await list.add(toTask('waiting'), 0)
    await server.kill()
    await expect(list.size()).rejects.toThrow()
    await server.restart()
    expect(await list.take(10, LEASE_MS)).toMatchObject([{ taskId: 'waiting' }])
    expect(await list.postpone({ ...toTask('lent'), lend: task?.lend ?? '' }, 0)).toBe(true)
    expect(await list.take(10, LEASE_MS)).toMatchObject([{ metadata: { text: 'NUL \0 and \ud83c' }, takes: 2 }])
  }, 60_000)

  test('gives a call up after its time, and takes none after close', async () => {
    const silent: PostgresClient = { query: () => new Promise(() => undefined) }
    const list = postgresTasks(silent, { callTimeoutMs: 20 })
    await expect(list.take(1, LEASE_MS)).rejects.toThrow('postgresTasks: take took longer than 20 ms.')
    await list.close()
    await expect(list.size()).rejects.toThrow('postgresTasks: size was called after close().')
  })
})

describe('postgresTasks', () => {
  const query = () => Promise.resolve([])

  test('names itself in what it refuses', async () => {
    expect(() => postgresTasks({} as never)).toThrow('postgresTasks(client): client must have')
    expect(() => postgresTasks({ query }, { prefix: '\0' })).toThrow('postgresTasks: prefix must be text')
    expect(() => postgresTasks({ query }, { table: 'a b' })).toThrow(expect.objectContaining({ code: 'TABLE_INVALID' }))
    await expect(postgresTasks({ query }).add(toTask('a\0b'), 0)).rejects.toThrow(
      'postgresTasks: a task id must be text without NUL and without halves of surrogate pairs.',
    )
  })
})
