import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresStore, type PostgresClient } from '../../../src/stores/postgres/index.js'
import { isPostgresMissing, startPostgres, type PostgresServer } from '../../support/postgres-server.js'

const DAY_MS = 86_400_000
const LEASE_MS = 45_000

describe.skipIf(isPostgresMissing())('postgresStore, asked for much at once,', () => {
  let server: PostgresServer
  let pool: pg.Pool
  const ends: (() => Promise<unknown>)[] = []

  beforeAll(async () => {
    // A circle of waiting statements is found out before their own time to wait is over.
    server = await startPostgres({ settings: { deadlock_timeout: '10ms' } })
    pool = newPool()
    await postgresStore(pool).isDone('makes the table')
  }, 60_000)

  afterAll(async () => {
    await Promise.all(ends.map((end) => end()))
    await server.stop()
  })

  function newPool(settings: pg.PoolConfig = {}): pg.Pool {
    const made = new pg.Pool({ connectionString: server.url, max: 10, ...settings })
    ends.push(() => made.end())
    return made
  }

  /** A client whose statements are written down, and the codes of what they reject with. */
  function recording(by: pg.Pool = pool) {
    const texts: string[] = []
    const codes: unknown[] = []
    const client: PostgresClient = {
      query: (text, values) => {
        texts.push(text)
        return by.query(text, values).catch((error: unknown) => {
          codes.push((error as { code?: unknown }).code)
          throw error
        })
      },
    }
    return { client, texts, codes }
  }

  /** A client that never hears of its first INSERT, and when that is under way. */
  function losing() {
    let lose: () => void = () => undefined
    const lost = new Promise<void>((resolve) => (lose = resolve))
    let inserts = 0
    const client: PostgresClient = {
      query: (text, values) => {
        if (!isInsert(text) || inserts++ > 0) return pool.query(text, values)
        lose()
        return new Promise(() => undefined)
      },
    }
    return { client, lost }
  }

  const isInsert = (text: string) => text.startsWith('INSERT')
  const keysOf = (count: number, name = 'key') => Array.from({ length: count }, (_, i) => `${name}-${String(i)}`)
  const statuses = (results: readonly { status: string }[]) => results.map(({ status }) => status)

  test('claims in one statement, and each call gets its own answer', async () => {
    const other = postgresStore(pool, { prefix: 'claims' })
    const keys = keysOf(50)
    await Promise.all(keys.slice(0, 10).map((key) => other.complete(key, 'other', DAY_MS)))
    await Promise.all(keys.slice(10, 30).map((key) => other.claim(key, 'other', LEASE_MS)))
    const { client, texts } = recording()
    const store = postgresStore(client, { prefix: 'claims', createTable: false })
    const results = await Promise.all(keys.map((key) => store.claim(key, 'mine', LEASE_MS)))
    expect(statuses(results)).toEqual([
      ...Array<string>(10).fill('done'),
      ...Array<string>(20).fill('in-flight'),
      ...Array<string>(20).fill('claimed'),
    ])
    // Those that were not claimed look why, in one statement too.
    expect(texts.map((text) => text.split(' ')[0])).toEqual(['INSERT', 'SELECT'])
  })

  test('renews, completes, releases and looks up in one statement each, and each call gets its own answer', async () => {
    const { client, texts } = recording()
    const store = postgresStore(client, { prefix: 'others', createTable: false })
    const keys = keysOf(20)
    const tokens = keys.map((_, i) => (i % 2 === 0 ? 'mine' : 'other'))
    const isMine = tokens.map((token) => token === 'mine')
    await Promise.all(keys.map((key, i) => store.claim(key, tokens[i] ?? '', LEASE_MS)))
    texts.length = 0
    expect(await Promise.all(keys.map((key) => store.renew(key, 'mine', DAY_MS)))).toEqual(isMine)
    const [held] = (
      await pool.query<{ left: number }>(
        "SELECT count(*)::int AS left FROM suno_callbacks WHERE prefix = 'others' AND expires_at > now() + interval '23 hours'",
      )
    ).rows
    expect(held?.left).toBe(10)
    expect(await Promise.all(keys.slice(0, 10).map((key) => store.release(key, 'mine')))).toEqual(isMine.slice(0, 10))
    expect(await Promise.all(keys.slice(10).map((key) => store.complete(key, 'mine', DAY_MS)))).toEqual(
      isMine.slice(10),
    )
    const isDone = [...Array<boolean>(10).fill(false), ...isMine.slice(10)]
    expect(await Promise.all(keys.map((key) => store.isDone(key)))).toEqual(isDone)
    await store.close()
    const verbs = texts.map((text) => text.split(' ')[0])
    // The last but one is the sweep that came with the completions.
    expect(verbs).toEqual(['INSERT', 'DELETE', 'INSERT', 'DELETE', 'SELECT'])
  })

  test('sends what is asked for while a statement is under way as one, when that is over', async () => {
    const { client, texts } = recording()
    const store = postgresStore(client, { prefix: 'meanwhile', createTable: false })
    const first = store.claim('first', 'a', LEASE_MS)
    await expect.poll(() => texts.length).toBe(1)
    const others = keysOf(30).map(async (key, i) => {
      // In turns of the event loop of their own.
      for (let turns = 0; turns < i % 3; turns++) await new Promise((resolve) => setImmediate(resolve))
      return store.claim(key, 'a', LEASE_MS)
    })
    expect(new Set(statuses(await Promise.all([first, ...others])))).toEqual(new Set(['claimed']))
    expect(texts.length).toBeLessThan(10)
  })

  test('takes any key that a text can hold, over pg and over postgres.js', async () => {
    const odd = [
      '"',
      '\\',
      "'",
      '{a,b}',
      '{}',
      'NULL',
      '\n',
      '\u0001',
      '\u2028',
      '🎵',
      'é',
      'e\u0301',
      ' ',
      '',
      '$1',
      '[1]',
      'true',
    ]
    const sql = postgres(server.url, { max: 2, fetch_types: false, prepare: false })
    ends.push(() => sql.end())
    const clients: PostgresClient[] = [pool, { query: (text, values) => sql.unsafe(text, values) }]
    for (const [i, client] of clients.entries()) {
      const store = postgresStore(client, { prefix: `odd-"\\${String(i)}` })
      const claims = () => Promise.all(odd.map((key) => store.claim(key, `token of ${key}`, LEASE_MS)))
      expect(new Set(statuses(await claims()))).toEqual(new Set(['claimed']))
      const completions = await Promise.all(odd.map((key) => store.complete(key, `token of ${key}`, DAY_MS)))
      expect(new Set(completions)).toEqual(new Set([true]))
      expect(new Set(statuses(await claims()))).toEqual(new Set(['done']))
    }
  })

  test('lends a key to one of two tokens, and goes through the calls of a key in their order', async () => {
    const store = postgresStore(pool, { prefix: 'order' })
    const answers = await Promise.all([
      store.claim('key', 'a', LEASE_MS),
      store.claim('key', 'b', LEASE_MS),
      store.claim('other', 'c', LEASE_MS),
      store.renew('key', 'a', LEASE_MS),
      store.release('key', 'a'),
      store.claim('key', 'b', LEASE_MS),
      store.release('key', 'a'),
      store.complete('key', 'b', DAY_MS),
      store.claim('key', 'a', LEASE_MS),
      store.complete('other', 'c', DAY_MS),
    ])
    expect(answers).toEqual([
      { status: 'claimed' },
      { status: 'in-flight', retryAfterMs: expect.any(Number) as number },
      { status: 'claimed' },
      true,
      true,
      { status: 'claimed' },
      false,
      true,
      { status: 'done' },
      true,
    ])
  })

  test('does not fail the calls of which another one fails', async () => {
    const store = postgresStore(pool, { prefix: 'failing' })
    // Too long for an entry of an index, however well it is compressed.
    const tooLong = Array.from({ length: 20_000 }, () => String.fromCharCode(33 + Math.random() * 90)).join('')
    const claims = ['a', tooLong, 'b'].map((key) => store.claim(key, 'mine', LEASE_MS))
    const [a, failed, b] = await Promise.allSettled(claims)
    expect([a, b].map((result) => result?.status === 'fulfilled' && result.value.status)).toEqual([
      'claimed',
      'claimed',
    ])
    expect(failed?.status === 'rejected' && String(failed.reason)).toContain('index row')
  })

  test.each(['40001', '40P01'])('answers all calls of a group that the server gave up with %s', async (code) => {
    let failed = 0
    const client: PostgresClient = {
      query: (text, values) => {
        if (!isInsert(text) || failed === 3) return pool.query(text, values)
        failed++
        return Promise.reject(Object.assign(new Error('try again'), { code }))
      },
    }
    const store = postgresStore(client, { prefix: code, callTimeoutMs: 15_000 })
    const results = await Promise.all(keysOf(5).map((key) => store.claim(key, 'a', LEASE_MS)))
    expect(statuses(results)).toEqual(Array(5).fill('claimed'))
    expect(failed).toBe(3)
  })

  describe('while somebody else has locked a row,', () => {
    /** Locks the rows of the prefix, or one that is about to be, until what it answers is called. */
    async function lock(prefix: string, how: 'there' | 'not yet there'): Promise<() => Promise<void>> {
      const holder = await pool.connect()
      await holder.query('BEGIN')
      if (how === 'not yet there') {
        await holder.query("INSERT INTO suno_callbacks VALUES ($1, 'locked', 'x', false, now())", [prefix])
      } else {
        await holder.query('SELECT FROM suno_callbacks WHERE prefix = $1 FOR UPDATE', [prefix])
      }
      return async () => {
        await holder.query('ROLLBACK')
        holder.release()
      }
    }

    /** Nor does what was given up: its connections are free again. */
    async function nothingWaits(): Promise<void> {
      const waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
      await expect.poll(async () => (await pool.query(waiting)).rowCount, { timeout: 10_000 }).toBe(0)
    }

    test.each(['there', 'not yet there'] as const)('that is %s, claims every other key', async (how) => {
      const prefix = `claims-locked-${how}`
      if (how === 'there') await postgresStore(pool, { prefix }).claim('locked', 'x', 1)
      const unlock = await lock(prefix, how)
      const store = postgresStore(newPool({ max: 3 }), { prefix, callTimeoutMs: 1000 })
      const locked = Promise.allSettled([store.claim('locked', 'a', LEASE_MS), store.claim('locked', 'b', LEASE_MS)])
      for (const name of ['together', 'after']) {
        const others = await Promise.all(keysOf(20, name).map((key) => store.claim(key, 'a', LEASE_MS)))
        expect(statuses(others)).toEqual(Array(20).fill('claimed'))
      }
      const errors = (await locked).map((result) => result.status === 'rejected' && String(result.reason))
      expect(errors[0]).toMatch(/claim took longer than 1000 ms|lock timeout/)
      expect(errors[1]).toMatch(/claim took longer than 1000 ms|lock timeout/)
      await nothingWaits()
      await unlock()
      await expect.poll(() => store.claim('locked', 'c', LEASE_MS), { timeout: 10_000 }).toEqual({ status: 'claimed' })
    })

    test('renews, completes and releases every other key', async () => {
      const store = postgresStore(pool, { prefix: 'steps-locked', callTimeoutMs: 1000 })
      await store.claim('locked', 'a', LEASE_MS)
      const unlock = await lock('steps-locked', 'there')
      const keys = keysOf(20)
      await Promise.all(keys.map((key) => store.claim(key, 'a', LEASE_MS)))
      for (const step of ['renew', 'complete', 'release'] as const) {
        const locked = store[step]('locked', 'a', DAY_MS)
        const failure = expect(locked).rejects.toThrow(/took longer than 1000 ms|lock timeout/)
        const others = await Promise.all(keys.map((key) => store[step](key, 'a', DAY_MS)))
        expect(others).toEqual(Array(20).fill(step !== 'release'))
        await failure
      }
      await nothingWaits()
      await unlock()
    })
  })

  test('never waits in a circle with another instance that claims the same keys', async () => {
    await pool.query(`
      CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END';
      ${postgresStore.migration('slow')}
      CREATE TRIGGER slowly BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION slowly()`)
    const [one, two] = [recording(), recording()]
    const stores = [one, two].map(({ client }) => postgresStore(client, { table: 'slow', callTimeoutMs: 15_000 }))
    for (let round = 0; round < 10; round++) {
      const keys = [`a${String(round)}`, `b${String(round)}`]
      const claims = stores.map((store, i) =>
        (i === 0 ? keys : keys.toReversed()).map((key) => store.claim(key, String(i), LEASE_MS)),
      )
      const results = statuses(await Promise.all(claims.flat()))
      expect(results.toSorted()).toEqual(['claimed', 'claimed', 'in-flight', 'in-flight'])
    }
    expect([...one.codes, ...two.codes]).not.toContain('40P01')
  })

  test('never waits in a circle with another instance that renews or gives back what this one asks for', async () => {
    const [one, two] = [recording(newPool()), recording(newPool())]
    const holder = postgresStore(one.client, { prefix: 'circle', callTimeoutMs: 15_000 })
    const asker = postgresStore(two.client, { prefix: 'circle', callTimeoutMs: 15_000 })
    const keys = keysOf(100)
    await Promise.all(keys.map((key) => holder.claim(key, 'a', LEASE_MS)))
    for (let round = 0; round < 40; round++) {
      const [renewed, asked] = await Promise.all([
        Promise.all(shuffled(keys).map((key) => holder.renew(key, 'a', LEASE_MS))),
        Promise.all(shuffled(keys).map((key) => asker.claim(key, 'b', LEASE_MS))),
      ])
      expect(renewed).toEqual(Array(100).fill(true))
      expect(statuses(asked)).toEqual(Array(100).fill('in-flight'))
    }
    const [released, asked] = await Promise.all([
      Promise.all(shuffled(keys).map((key) => holder.release(key, 'a'))),
      Promise.all(shuffled(keys).map((key) => asker.claim(key, 'b', LEASE_MS))),
    ])
    expect(released).toEqual(Array(100).fill(true))
    expect(statuses(asked)).not.toContain('done')
    expect([...one.codes, ...two.codes]).not.toContain('40P01')
  })

  test('of two instances lends each of 300 keys to one', async () => {
    const stores = [newPool(), newPool()].map((one) => postgresStore(one, { prefix: 'race', callTimeoutMs: 15_000 }))
    const keys = keysOf(300)
    const results = await Promise.all(
      stores.map((store, i) => Promise.all(shuffled(keys).map((key) => store.claim(key, String(i), LEASE_MS)))),
    )
    expect(results.flat().filter(({ status }) => status === 'claimed')).toHaveLength(300)
  })

  test('goes on over other connections while one is dead', async () => {
    const { client, lost } = losing()
    const store = postgresStore(client, { prefix: 'dead', callTimeoutMs: 1000 })
    const claims = Promise.allSettled(keysOf(3, 'lost').map((key) => store.claim(key, 'a', LEASE_MS)))
    await lost
    for (const name of ['one', 'two']) {
      const others = await Promise.all(keysOf(20, name).map((key) => store.claim(key, 'a', LEASE_MS)))
      expect(statuses(others)).toEqual(Array(20).fill('claimed'))
    }
    for (const result of await claims) {
      expect(result.status === 'rejected' && String(result.reason)).toContain('claim took longer than 1000 ms')
    }
    // Nor does the key of a lost call stay out of reach.
    expect(await store.claim('lost-0', 'b', LEASE_MS)).toEqual({ status: 'claimed' })
  })

  test('does not repeat for a call that was given up what failed for its group', async () => {
    const inserts: (() => void)[] = []
    const client: PostgresClient = {
      query: (text, values) => {
        if (!isInsert(text)) return pool.query(text, values)
        return new Promise((_, reject) => inserts.push(() => reject(new Error('connection lost'))))
      },
    }
    const store = postgresStore(client, { prefix: 'lost', callTimeoutMs: 50, createTable: false })
    const claims = await Promise.allSettled(keysOf(3).map((key) => store.claim(key, 'a', LEASE_MS)))
    expect(claims.map(({ status }) => status)).toEqual(Array(3).fill('rejected'))
    for (const fail of inserts) fail()
    await store.close()
    expect(inserts).toHaveLength(1)
  })

  test('does not send what was given up before its turn came', async () => {
    const { client, texts } = recording()
    const lost: Promise<never> = new Promise(() => undefined)
    const store = postgresStore(
      { query: (text, values) => (isInsert(text) ? lost : client.query(text, values)) },
      { prefix: 'given-up', callTimeoutMs: 50, createTable: false },
    )
    const claims = ['a', 'b', 'c'].map((token) => store.claim('key', token, LEASE_MS))
    for (const result of await Promise.allSettled(claims)) expect(result.status).toBe('rejected')
    await store.close()
    expect(texts).toEqual([])
  })
})

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value)
}
