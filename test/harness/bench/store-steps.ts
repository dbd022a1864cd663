import { randomBytes } from 'node:crypto'
import { toTaskId } from './callback.js'
import {
  connectIoredis,
  connectPostgres,
  connectRedis,
  freshFile,
  freshTable,
  openStore,
  type StoreOrder,
} from './open-store.js'

export interface StoreStepsOrder {
  readonly store: StoreOrder
  readonly inFlight: number
  readonly seconds: number
}

/** Calls per second, 50 in flight. `raw`: the bare command that such a step is made of, where there is one. */
export interface StoreSteps {
  readonly raw: number | null
  readonly claim: number
  readonly complete: number
  /** Claims of keys that are done. */
  readonly duplicate: number
}

const LEASE_MS = 15_000
const WEEK_MS = 7 * 24 * 60 * 60 * 1000

const order = JSON.parse(process.argv[2] ?? '') as StoreStepsOrder
const run = randomBytes(8).toString('hex')
let made = 0
const store = await openStore(order.store)
const raw = await openRaw(order.store)
// Connections are open, tables made, code is warm.
await measureSteps(order.seconds / 4)
process.send?.(await measureSteps(order.seconds))

async function measureSteps(seconds: number): Promise<StoreSteps> {
  const rawRate = raw === null ? null : (await during(seconds, raw)).perSecond
  const { perSecond: claim, keys } = await during(seconds, claimNew)
  return {
    raw: rawRate,
    claim,
    complete: await over(keys, async (key) => {
      if (!(await store.complete(key, key, WEEK_MS))) throw new Error('A key was lost.')
    }),
    duplicate: await over(keys, async (key) => {
      const { status } = await store.claim(key, 'another', LEASE_MS)
      if (status !== 'done') throw new Error(`A key that is done was ${status}.`)
    }),
  }
}

async function claimNew(key: string): Promise<void> {
  const { status } = await store.claim(key, key, LEASE_MS)
  if (status !== 'claimed') throw new Error(`A new key was ${status}.`)
}

type Call = (key: string) => Promise<void>

/** Calls with new keys for so long. */
async function during(seconds: number, call: Call): Promise<{ readonly perSecond: number; readonly keys: string[] }> {
  const keys: string[] = []
  const from = performance.now()
  const until = from + seconds * 1000
  const work = async (): Promise<void> => {
    while (performance.now() < until) {
      const key = `music:complete:${toTaskId(run, made++)}`
      await call(key)
      keys.push(key)
    }
  }
  await Promise.all(Array.from({ length: order.inFlight }, work))
  return { perSecond: (keys.length / (performance.now() - from)) * 1000, keys }
}

/** Calls with each of these keys; answers how many a second. */
async function over(keys: readonly string[], call: Call): Promise<number> {
  const from = performance.now()
  const left = keys.values()
  const work = async (): Promise<void> => {
    for (const key of left) await call(key)
  }
  await Promise.all(Array.from({ length: order.inFlight }, work))
  return (keys.length / (performance.now() - from)) * 1000
}

/** The least that a claim could be, through a client of the same kind. */
async function openRaw(order: StoreOrder): Promise<Call | null> {
  switch (order.kind) {
    case 'memory':
      return null
    case 'redis': {
      const client = await connectRedis(order.url)
      return async (key) => expectSet(await client.sendCommand(['SET', key, 'token', 'NX', 'PX', String(LEASE_MS)]))
    }
    case 'ioredis': {
      const client = await connectIoredis(order.url)
      return async (key) => expectSet(await client.call('SET', key, 'token', 'NX', 'PX', String(LEASE_MS)))
    }
    case 'postgres': {
      const pool = await connectPostgres(order.url)
      const table = freshTable()
      await pool.query(`CREATE TABLE ${table} (key text PRIMARY KEY, token text NOT NULL, until timestamptz NOT NULL)`)
      const insert =
        `INSERT INTO ${table} VALUES ($1, $2, clock_timestamp() + $3 * interval '1 ms') ` + 'ON CONFLICT DO NOTHING'
      return async (key) => {
        const { rowCount } = await pool.query(insert, [key, 'token', LEASE_MS])
        if (rowCount !== 1) throw new Error('A new key was there already.')
      }
    }
    case 'sqlite': {
      const { default: Database } = await import('libsql')
      const database = new Database(freshFile(order.directory))
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
      database.exec('CREATE TABLE keys (key TEXT PRIMARY KEY, token TEXT, until INTEGER) WITHOUT ROWID')
      const insert = database.prepare('INSERT INTO keys VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
      return (key) => {
        insert.run(key, 'token', Date.now() + LEASE_MS)
        return Promise.resolve()
      }
    }
  }
}

function expectSet(reply: unknown): void {
  if (reply !== 'OK') throw new Error('A new key was there already.')
}
