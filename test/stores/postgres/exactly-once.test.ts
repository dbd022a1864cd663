import { spawn, type ChildProcess } from 'node:child_process'
import { once as happened } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { memoryStore, SunoCallbacks, type MusicCompleteEvent, type SunoEvent } from '../../../src/index.js'
import {
  exactlyOnce,
  postgresStore,
  type ExactlyOnceTransaction,
  type OnceContext,
  type PostgresPool,
  type PostgresTransaction,
} from '../../../src/stores/postgres/index.js'
import { sample } from '../../../src/testing/index.js'
import { isPostgresMissing, startPostgres, type PostgresServer } from '../../support/postgres-server.js'

const context = { signal: new AbortController().signal }
const PATIENT = { timeout: 10_000 }
const EFFECT = 'INSERT INTO effects (key, by) VALUES ($1, $2)'

describe.skipIf(isPostgresMissing())('exactlyOnce', () => {
  let server: PostgresServer
  let pool: pg.Pool
  const ends: (() => unknown)[] = []

  beforeAll(async () => {
    server = await startPostgres()
    pool = newPool()
    await pool.query('CREATE TABLE effects (key text, by text)')
  }, 60_000)

  afterAll(async () => {
    await Promise.all(ends.map((end) => end()))
    await server.stop()
  })

  function newPool(settings: pg.PoolConfig = {}): pg.Pool {
    const made = new pg.Pool({ connectionString: server.url, max: 5, ...settings })
    made.on('error', () => undefined)
    ends.push(() => made.end())
    return made
  }

  async function effects(key: string): Promise<string[]> {
    const { rows } = await pool.query<{ by: string }>('SELECT by FROM effects WHERE key = $1', [key])
    return rows.map(({ by }) => by)
  }

  /** How many statements wait for another transaction. */
  async function waiting(): Promise<number> {
    const { rows } = await pool.query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return rows.length
  }

  /** A process of its own, from the built package. Each line that it prints can be waited for. */
  function startChild(code: string) {
    const program = `
      import pg from 'pg'
      import { SunoCallbacks } from 'suno-callbacks'
      import { exactlyOnce, postgresStore } from 'suno-callbacks/postgres'
      const connectionString = ${JSON.stringify(server.url)}
      const hears = (word) => new Promise((resolve) => process.stdin.on('data', (text) => String(text).includes(word) && resolve()))
      const hang = () => new Promise(() => setInterval(() => undefined, 1000))
      ${code}`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'pipe' })
    let text = ''
    const says = (word: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (text.includes(word)) resolve()
        }
        child.stdout.on('data', look)
        child.once('close', () => reject(new Error(`The child ended before it said ${word}:\n${text}`)))
        look()
      })
    const heard = (chunk: Buffer) => (text += chunk.toString())
    child.stdout.on('data', heard)
    child.stderr.on('data', heard)
    return { child, says, tell: (word: string) => child.stdin.write(`${word}\n`) }
  }

  async function killed(child: ChildProcess): Promise<void> {
    const closed = happened(child, 'close')
    child.kill('SIGKILL')
    await closed
  }

  test('runs a listener once, however often its event comes, and commits what it wrote', async () => {
    const listener = exactlyOnce(pool)('often', (event: SunoEvent, { tx }) => tx.query(EFFECT, [event.key, 'me']))
    for (let i = 0; i < 3; i++) await listener(eventOf('often'), context)
    expect(await effects('often')).toEqual(['me'])
  })

  test('a second attempt waits for the first and leaves it at that', async () => {
    const gate = newGate()
    const begun = newGate()
    const first = exactlyOnce(pool)('parallel', async (event: SunoEvent, { tx }) => {
      await tx.query(EFFECT, [event.key, 'first'])
      begun.open()
      await gate.opened
    })
    const second = exactlyOnce(newPool())('parallel', (event: SunoEvent, { tx }) =>
      tx.query(EFFECT, [event.key, 'second']),
    )
    const attempts = [first(eventOf('parallel'), context)]
    await begun.opened
    attempts.push(second(eventOf('parallel'), context))
    await expect.poll(waiting, PATIENT).toBe(1)
    gate.open()
    await Promise.all(attempts)
    expect(await effects('parallel')).toEqual(['first'])
  })

  test('a second attempt does the work when the first one fails', async () => {
    const gate = newGate()
    const begun = newGate()
    const first = exactlyOnce(pool)('takeover', async (event: SunoEvent, { tx }) => {
      await tx.query(EFFECT, [event.key, 'first'])
      begun.open()
      await gate.opened
      throw new Error('out of paper')
    })
    const second = exactlyOnce(pool)('takeover', (event: SunoEvent, { tx }) => tx.query(EFFECT, [event.key, 'second']))
    const attempt = first(eventOf('takeover'), context)
    attempt.catch(() => undefined)
    await begun.opened
    const next = second(eventOf('takeover'), context)
    await expect.poll(waiting, PATIENT).toBe(1)
    gate.open()
    await expect(attempt).rejects.toThrow('out of paper')
    await next
    expect(await effects('takeover')).toEqual(['second'])
  })

  test('does not wait for another attempt longer than lockTimeoutMs', async () => {
    const gate = newGate()
    const begun = newGate()
    const first = exactlyOnce(pool)('impatient', async () => {
      begun.open()
      await gate.opened
    })
    const second = exactlyOnce(pool, { lockTimeoutMs: 50 })('impatient', () => undefined)
    const attempt = first(eventOf('impatient'), context)
    await begun.opened
    await expect(second(eventOf('impatient'), context)).rejects.toMatchObject({ code: '55P03' })
    gate.open()
    await attempt
    await second(eventOf('impatient'), context)
  })

  test('what a process wrote that was killed before COMMIT is gone, and the retry does it', async () => {
    const { child, says } = startChild(`
      const listener = exactlyOnce(new pg.Pool({ connectionString }))('killed', async (event, { tx }) => {
        await tx.query('${EFFECT}', [event.key, 'child'])
        console.log('written')
        await hang()
      })
      await listener({ key: 'killed before', type: 'music:complete' }, {})`)
    await says('written')
    await killed(child)
    const listener = exactlyOnce(pool)('killed', (event: SunoEvent, { tx }) => tx.query(EFFECT, [event.key, 'retry']))
    await listener(eventOf('killed before'), context)
    expect(await effects('killed before')).toEqual(['retry'])
  })

  test('what a process committed that was killed before the store heard of it is not done again', async () => {
    const { child, says } = startChild(`
      const store = postgresStore(new pg.Pool({ connectionString }))
      const complete = () => { console.log('committed'); return hang() }
      const suno = new SunoCallbacks({ verify: false, leaseMs: 300, store: { claim: store.claim, release: store.release, complete } })
      const once = exactlyOnce(new pg.Pool({ connectionString }))
      suno.on('music:complete', once('credit', (event, { tx }) => tx.query('${EFFECT}', [event.key, 'child'])))
      await suno.receive({ kind: 'music', body: ${JSON.stringify(sample('music:complete', { taskId: 'after' }))} })`)
    await says('committed')
    await killed(child)

    const suno = new SunoCallbacks({ verify: false, store: postgresStore(newPool()) })
    let calls = 0
    const once = exactlyOnce(pool)
    suno.on(
      'music:complete',
      once('credit', () => calls++),
    )
    const outcome = await suno.receive({ kind: 'music', body: sample('music:complete', { taskId: 'after' }) })
    expect(outcome).toMatchObject({ status: 'handled' })
    expect(calls).toBe(0)
    expect(await effects('music:complete:after')).toEqual(['child'])
  })

  test('two processes at once, after a lost lease, have one effect', async () => {
    const body = sample('music:complete', { taskId: 'lost-lease' })
    const { child, says, tell } = startChild(`
      const store = postgresStore(new pg.Pool({ connectionString }))
      const suno = new SunoCallbacks({ verify: false, leaseMs: 300, store: { claim: store.claim, release: store.release, complete: store.complete } })
      const once = exactlyOnce(new pg.Pool({ connectionString }))
      suno.on('music:complete', once('lease', async (event, { tx, signal }) => {
        await tx.query('${EFFECT}', [event.key, 'child'])
        console.log('written')
        await hears('go')
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
        console.log('aborted')
      }))
      await suno.receive({ kind: 'music', body: ${JSON.stringify(body)} })`)
    await says('written')

    const suno = new SunoCallbacks({ verify: false, store: postgresStore(newPool()) })
    const once = exactlyOnce(pool)
    suno.on(
      'music:complete',
      once('lease', (event, { tx }) => tx.query(EFFECT, [event.key, 'parent'])),
    )
    const outcome = suno.receive({ kind: 'music', body })
    await expect.poll(waiting, PATIENT).toBe(1)
    tell('go')
    await says('aborted')
    expect(await outcome).toMatchObject({ status: 'handled' })
    expect(await effects('music:complete:lost-lease')).toEqual(['child'])
    await killed(child)
  })

  test('works with any store: two instances that know nothing of each other have one effect', async () => {
    const body = sample('music:complete', { taskId: 'strangers' })
    const outcomes = ['one', 'two'].map((by) => {
      const suno = new SunoCallbacks({ verify: false, store: memoryStore() })
      const once = exactlyOnce(pool)
      suno.on(
        'music:complete',
        once('strangers', (event, { tx }) => tx.query(EFFECT, [event.key, by])),
      )
      return suno.receive({ kind: 'music', body })
    })
    expect((await Promise.all(outcomes)).map(({ status }) => status)).toEqual(['handled', 'handled'])
    expect(await effects('music:complete:strangers')).toHaveLength(1)
  })

  test('a listener that throws has had no effect, and its error is its own', async () => {
    const fault = new Error('out of paper')
    let tries = 0
    const listener = exactlyOnce(pool)('throws', async (event: SunoEvent, { tx }) => {
      await tx.query(EFFECT, [event.key, 'me'])
      if (tries++ === 0) throw fault
    })
    await expect(listener(eventOf('throws'), context)).rejects.toBe(fault)
    expect(await effects('throws')).toEqual([])
    await listener(eventOf('throws'), context)
    expect(await effects('throws')).toEqual(['me'])
  })

  test('a listener that catches what a statement threw has not succeeded, for Postgres keeps nothing of it', async () => {
    const listener = exactlyOnce(pool)('swallows', async (event: SunoEvent, { tx }) => {
      await tx.query(EFFECT, [event.key, 'me'])
      await tx.query('SELECT * FROM nowhere').catch(() => undefined)
    })
    await expect(listener(eventOf('swallows'), context)).rejects.toMatchObject({ code: '25P02' })
    expect(await effects('swallows')).toEqual([])
  })

  test('a listener that undoes a part of its work by a savepoint has succeeded', async () => {
    const listener = exactlyOnce(pool)('savepoint', async (event: SunoEvent, { tx }) => {
      await tx.query('SAVEPOINT before')
      await tx.query('SELECT * FROM nowhere').catch(() => tx.query('ROLLBACK TO SAVEPOINT before'))
      await tx.query(EFFECT, [event.key, 'me'])
    })
    await listener(eventOf('savepoint'), context)
    expect(await effects('savepoint')).toEqual(['me'])
  })

  test('a listener that rolls back by itself has not succeeded', async () => {
    const listener = exactlyOnce(pool)('undoes', (_: SunoEvent, { tx }) => tx.query('ROLLBACK'))
    await expect(listener(eventOf('undoes'), context)).rejects.toThrow('rolled its transaction back by itself')
  })

  test('a COMMIT that fails is a failure, and the retry does the work', async () => {
    await pool.query(`
      CREATE TABLE parents (id int PRIMARY KEY);
      CREATE TABLE children (id int REFERENCES parents DEFERRABLE INITIALLY DEFERRED)`)
    const listener = exactlyOnce(pool)('deferred', async (event: SunoEvent, { tx }) => {
      await tx.query('INSERT INTO children VALUES (1)')
      await tx.query(EFFECT, [event.key, 'me'])
    })
    await expect(listener(eventOf('deferred'), context)).rejects.toMatchObject({ code: '23503' })
    expect(await effects('deferred')).toEqual([])
    await pool.query('INSERT INTO parents VALUES (1)')
    await listener(eventOf('deferred'), context)
    expect(await effects('deferred')).toEqual(['me'])
  })

  test('a COMMIT whose answer is lost counts as failed, and the retry finds it done', async () => {
    const proxy = await startProxy(server.port)
    ends.unshift(() => proxy.close())
    const fragile = newPool({ connectionString: undefined, host: '127.0.0.1', port: proxy.port, user: 'postgres' })
    let calls = 0
    const listener = exactlyOnce(fragile)('ambiguous', async (event: SunoEvent, { tx }) => {
      calls++
      await tx.query(EFFECT, [event.key, 'me'])
      proxy.cutAt('COMMIT')
    })
    await listener.call(null, eventOf('warm-up, which makes the table'), context).catch(() => undefined)
    await expect(listener(eventOf('ambiguous'), context)).rejects.toThrow('Connection terminated')
    await expect.poll(() => effects('ambiguous'), PATIENT).toEqual(['me'])
    await listener(eventOf('ambiguous'), context)
    expect(calls).toBe(2)
    expect(await effects('ambiguous')).toEqual(['me'])
  })

  test('a connection that is lost between two statements fails the listener, not the process, and is not used again', async () => {
    const mine = newPool()
    const released: boolean[] = []
    mine.on('release', (error: unknown) => released.push(error !== undefined))
    let tries = 0
    const listener = exactlyOnce(mine)('cut', async (event: SunoEvent, { tx }) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      if (tries++ > 0) return tx.query(EFFECT, [event.key, 'me'])
      released.length = 0
      // Let the loss be heard while no statement is under way.
      await pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]?.pid])
      return new Promise((resolve) => setTimeout(resolve, 50))
    })
    await expect(listener(eventOf('cut'), context)).rejects.toThrow()
    expect(released).toEqual([true])
    await listener(eventOf('cut'), context)
    expect(await effects('cut')).toEqual(['me'])
  })

  test('the server ends a transaction that idles for longer than idleTimeoutMs', async () => {
    const listener = exactlyOnce(pool, { idleTimeoutMs: 50 })('idles', async (_: SunoEvent, { tx }) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      const isThere = () => pool.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [rows[0]?.pid])
      await expect.poll(isThere, PATIENT).toMatchObject({ rowCount: 0 })
    })
    await expect(listener(eventOf('idles'), context)).rejects.toThrow()
  })

  test('leaves no setting behind on its connection, and works at READ COMMITTED whatever the default is', async () => {
    const one = newPool({ max: 1, options: '-c default_transaction_isolation=serializable -c lock_timeout=77' })
    const settings = "SELECT current_setting('lock_timeout') AS lock, current_setting('transaction_isolation') AS level"
    let within: unknown
    const listener = exactlyOnce(one)('settings', async (_: SunoEvent, { tx }) => {
      within = (await tx.query(settings)).rows
    })
    await listener(eventOf('settings'), context)
    expect(within).toEqual([{ lock: '5s', level: 'read committed' }])
    expect((await one.query(settings)).rows).toEqual([{ lock: '77ms', level: 'serializable' }])
  })

  test('passes the event and the signal on', async () => {
    const seen: unknown[] = []
    const listener = exactlyOnce(pool)('passes', (event: SunoEvent, { signal }) => seen.push(event, signal))
    const event = eventOf('passes')
    await listener(event, context)
    expect(seen).toEqual([event, context.signal])
  })

  test('tells logs the name of the listener', () => {
    expect(exactlyOnce(pool)('credit-order', () => undefined).name).toBe('credit-order')
  })

  test('refuses a query after the end of the transaction', async () => {
    let late: PostgresTransaction | undefined
    const keep = (_: SunoEvent, { tx }: OnceContext<PostgresTransaction>) => void (late = tx)
    await exactlyOnce(pool)('late', keep)(eventOf('late'), context)
    await expect(late?.query('SELECT 1')).rejects.toMatchObject({ code: 'TRANSACTION_OVER' })

    const fails = exactlyOnce(pool)('late-and-failed', (event: SunoEvent, it) => {
      keep(event, it)
      throw new Error('out of paper')
    })
    await expect(fails(eventOf('late'), context)).rejects.toThrow('out of paper')
    await expect(late?.query('SELECT 1')).rejects.toMatchObject({ code: 'TRANSACTION_OVER' })
  })

  test('refuses two listeners of one name for one event, before either has begun', async () => {
    const suno = new SunoCallbacks({ verify: false, logger: false })
    const once = exactlyOnce(pool)
    suno
      .on(
        'music:complete',
        once('same', (event, { tx }) => tx.query(EFFECT, [event.key, 'one'])),
      )
      .on(
        '*',
        once('same', (event, { tx }) => tx.query(EFFECT, [event.key, 'two'])),
      )
    const outcome = await suno.receive({ kind: 'music', body: sample('music:complete', { taskId: 'same-name' }) })
    const taken = expect.objectContaining({ code: 'LISTENER_NAME_TAKEN' }) as Error
    expect(outcome).toMatchObject({ status: 'failed', error: { errors: [taken, taken] } })
    expect(await effects('music:complete:same-name')).toEqual([])
  })

  test('takes one name for two events, and one listener that hears an event twice', async () => {
    const suno = new SunoCallbacks({ verify: false })
    const once = exactlyOnce(pool)
    const music = once('name', (event: MusicCompleteEvent, { tx }) => tx.query(EFFECT, [event.key, 'music']))
    suno
      .on('music:complete', music)
      .on('music:complete', music)
      .on(
        'video:complete',
        once('name', (event, { tx }) => tx.query(EFFECT, [event.key, 'video'])),
      )
    const song = sample('music:complete', { taskId: 'song' })
    const video = sample('video:complete', { taskId: 'video' })
    expect(await suno.receive({ kind: 'music', body: song })).toMatchObject({ status: 'handled' })
    expect(await suno.receive({ kind: 'video', body: video })).toMatchObject({ status: 'handled' })
    expect(await effects('music:complete:song')).toEqual(['music'])
    expect(await effects('video:complete:video')).toEqual(['video'])
  })

  test('refuses the pool of a store, and a store refuses its pool', () => {
    const shared = expect.objectContaining({ code: 'POOL_SHARED' }) as Error
    const ofStore = newPool()
    postgresStore(ofStore)
    postgresStore(ofStore, { prefix: 'another' })
    expect(() => exactlyOnce(ofStore)).toThrow(shared)
    expect(() => postgresStore(pool)).toThrow(shared)
  })

  test('a server that greets and dies in one packet fails the listener, and does not end the process', async () => {
    const message = (type: string, ...parts: readonly Buffer[]) => {
      const body = Buffer.concat(parts)
      const head = Buffer.alloc(5)
      head.write(type)
      head.writeInt32BE(body.length + 4, 1)
      return Buffer.concat([head, body])
    }
    const text = (words: string) => Buffer.from(`${words}\0`)
    const greeting = [message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]
    const farewell = message('E', text('SFATAL'), text('C57P01'), text('Mterminating connection'), Buffer.from([0]))
    const dying = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(Buffer.concat([...greeting, farewell])))
    }).listen(0, '127.0.0.1')
    await happened(dying, 'listening')
    const { port } = dying.address() as AddressInfo
    const brief = new pg.Pool({ host: '127.0.0.1', port, user: 'u', database: 'd' })
    brief.on('error', () => undefined)
    const listener = exactlyOnce(brief)('credit', () => undefined)
    // Twice: an error that nobody hears would end the process, and with it this test.
    for (const key of ['one', 'two']) await expect(listener({ key } as SunoEvent, context)).rejects.toThrow()
    await brief.end()
    dying.close()
  })

  test('refuses what is no pool', async () => {
    const invalid = expect.objectContaining({ code: 'POOL_INVALID' }) as Error
    const client = await pool.connect()
    for (const wrong of [null, {}, 'postgres://', postgres(server.url), new pg.Client(), client]) {
      expect(() => exactlyOnce(wrong as PostgresPool)).toThrow(invalid)
    }
    client.release()
    for (const wrong of [{ transaction: 1 }, { transaction: () => undefined }]) {
      expect(() => exactlyOnce(wrong as unknown as ExactlyOnceTransaction<unknown>)).toThrow(invalid)
    }
    for (const connect of [() => Promise.resolve(undefined), () => Promise.resolve({ query: () => undefined })]) {
      const listener = exactlyOnce({ connect } as unknown as PostgresPool)('name', () => undefined)
      await expect(listener(eventOf('no pool'), context)).rejects.toThrow(invalid)
    }
  })

  test('refuses a name, a listener or an option that is none', () => {
    const once = exactlyOnce(pool)
    const refused = (code: string) => expect.objectContaining({ name: 'ConfigurationError', code }) as Error
    for (const name of ['', 'é', 'x'.repeat(129), undefined as unknown as string]) {
      expect(() => once(name, () => undefined)).toThrow(refused('NAME_INVALID'))
    }
    expect(() => once('name', undefined as unknown as () => void)).toThrow(refused('LISTENER_INVALID'))
    expect(() => exactlyOnce(pool, { table: 'a b' })).toThrow(refused('TABLE_INVALID'))
    for (const wrong of [{ lockTimeoutMs: 0 }, { idleTimeoutMs: 0.5 }, { retainMs: 1000 }]) {
      expect(() => exactlyOnce(pool, wrong)).toThrow(refused('OPTION_OUT_OF_RANGE'))
    }
  })

  test('needs no right to create where the migration was run', async () => {
    await pool.query('CREATE ROLE app LOGIN; GRANT INSERT ON effects TO app')
    const mine = newPool({ connectionString: server.urlOf({ user: 'app' }) })
    const options = { table: 'migrated_once', createTable: false }
    const listener = exactlyOnce(mine, options)('migrated', (event: SunoEvent, { tx }) =>
      tx.query(EFFECT, [event.key, 'app']),
    )
    await expect(listener(eventOf('migrated'), context)).rejects.toThrow(
      'Run what migration() of postgresStore, postgresTasks or exactlyOnce answers',
    )
    await pool.query(exactlyOnce.migration('migrated_once'))
    await pool.query('GRANT SELECT, INSERT, UPDATE, DELETE ON migrated_once TO app')
    await listener(eventOf('migrated'), context)
    expect(await effects('migrated')).toEqual(['app'])
    expect(exactlyOnce.migration()).toContain('"suno_callbacks_once"')
  })

  test('does not take a table that the listener misses for its own', async () => {
    const listener = exactlyOnce(pool)('misses', (_: SunoEvent, { tx }) => tx.query('SELECT * FROM nowhere'))
    await expect(listener(eventOf('misses'), context)).rejects.toThrow('relation "nowhere" does not exist')
  })

  test('sweeps out what is older than retainMs, unless that is Infinity', async () => {
    await pool.query(exactlyOnce.migration('old_once'))
    await pool.query(
      "INSERT INTO old_once VALUES ('old', 'a', now() - interval '91 days'), ('old', 'b', now() - interval '89 days')",
    )
    const keys = async () =>
      (await pool.query<{ key: string }>("SELECT key FROM old_once WHERE listener = 'old' ORDER BY 1")).rows.map(
        ({ key }) => key,
      )
    // On one connection, what comes later waits for the sweep.
    const one = newPool({ max: 1 })
    for (const [retainMs, left] of [
      [Infinity, ['a', 'b']],
      [undefined, ['b']],
    ] as const) {
      await exactlyOnce(one, { table: 'old_once', retainMs })('new', () => undefined)(
        eventOf(String(retainMs)),
        context,
      )
      await one.query('SELECT 1')
      await expect.poll(keys, PATIENT).toEqual(left)
    }
  })

  test('a sweep that fails does not fail the listener', async () => {
    const once = exactlyOnce({
      query: (tx: pg.PoolClient, text, values) =>
        text.startsWith('DELETE') ? Promise.reject(new Error('no')) : tx.query(text, values),
      transaction: inTransaction,
    })
    await once('unswept', () => undefined)(eventOf('unswept'), context)
  })

  /** As an ORM would. */
  async function inTransaction(work: (tx: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await pool.connect()
    try {
      await client.query('BEGIN')
      await work(client)
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK')
      throw error
    } finally {
      client.release()
    }
  }

  test('runs in the transactions of another client, which gives its own to the listener', async () => {
    const sql = postgres(server.url, { max: 5 })
    ends.push(() => sql.end())
    const once = exactlyOnce({
      query: (tx: postgres.TransactionSql, text, values) => tx.unsafe(text, values),
      transaction: (work) => sql.begin(work),
    })
    let tries = 0
    const listener = once('other-client', async (event: SunoEvent, { tx }) => {
      await tx`INSERT INTO effects (key, by) VALUES (${event.key}, 'postgres.js')`
      if (tries++ === 0) throw new Error('out of paper')
    })
    await expect(listener(eventOf('other client'), context)).rejects.toThrow('out of paper')
    expect(await effects('other client')).toEqual([])
    await Promise.all([listener(eventOf('other client'), context), listener(eventOf('other client'), context)])
    expect(await effects('other client')).toEqual(['postgres.js'])
    expect(tries).toBe(2)
  })
})

/** An event as listeners get it. */
function eventOf(key: string): MusicCompleteEvent {
  return {
    type: 'music:complete',
    kind: 'music',
    stage: 'complete',
    taskId: 'task',
    key,
    code: 200,
    message: null,
    metadata: {},
    receivedAt: new Date(),
    source: 'callback',
    raw: {},
    tracks: [],
    expiresAt: new Date(),
  }
}

function newGate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}

/** Stands between client and server, and can lose the answer to a statement that it has passed on. */
async function startProxy(target: number) {
  let word: string | null = null
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    upstream.pipe(client)
    client.on('data', (chunk) => {
      upstream.write(chunk)
      if (word === null || !chunk.includes(word)) return
      word = null
      upstream.unpipe(client).resume()
      client.destroy()
      upstream.end()
    })
    client.on('close', () => upstream.end())
  }).listen(0, '127.0.0.1')
  await happened(proxy, 'listening')
  return {
    port: (proxy.address() as AddressInfo).port,
    cutAt: (text: string) => (word = text),
    close: () => {
      for (const socket of sockets) socket.destroy()
      proxy.close()
    },
  }
}
