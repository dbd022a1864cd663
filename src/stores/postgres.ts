import { ConfigurationError } from '../errors.js'
import { sleep, TIMED_OUT, within } from '../time.js'
import { readMs, reserve, toQuery, type PostgresClient, type Query } from './postgres-client.js'
import { hasCode, PostgresTable, type TableShape } from './postgres-table.js'
import type { AsyncStore, ClaimResult } from './store.js'

export { exactlyOnce } from './exactly-once.js'
export type { ExactlyOnceOptions, ExactlyOnceTransaction, Once, OnceContext } from './exactly-once.js'
export type { PostgresPool, PostgresPoolClient, PostgresTransaction } from './postgres-pool.js'
export type { PostgresClient, PostgresResult, PostgresValue } from './postgres-client.js'

export interface PostgresStoreOptions {
  /** `table` or `schema.table`. `suno_callbacks` by default. */
  readonly table?: string | undefined
  /** Keeps apart the keys of apps that share the table. Empty by default. */
  readonly prefix?: string | undefined
  /** How long a call may take, its repetitions included, in ms. 2,000 by default. */
  readonly callTimeoutMs?: number | undefined
  /** `false` for a role that may not create: then run `postgresStore.migration()` with one that may. `true` by default. */
  readonly createTable?: boolean | undefined
}

export interface PostgresStore extends AsyncStore {
  /** Takes no more calls and waits for those under way. The client stays open: it is yours to end, after this. */
  close(): Promise<void>
}

/**
 * Keeps keys in a table of Postgres (12 or later), for any number of processes and machines. The server's clock decides. Needs no
 * state of a session: PgBouncer may pool by transaction. The table is made at the first call.
 *
 * @example
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
 * pool.on('error', console.error) // without it, a restart of Postgres ends the process
 * const suno = new SunoCallbacks({ store: postgresStore(pool) })
 * @throws ConfigurationError `CLIENT_INVALID`, `TABLE_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_INVALID`, `POOL_SHARED`
 */
export function postgresStore(client: PostgresClient, options: PostgresStoreOptions = {}): PostgresStore {
  const { table: name = TABLE, prefix = '', callTimeoutMs = 2000 } = options
  checkClient(client)
  readMs('postgresStore: callTimeoutMs', callTimeoutMs, 10, 60_000)
  if (typeof prefix !== 'string' || isUnstorable(prefix)) {
    throw new ConfigurationError('OPTION_INVALID', `postgresStore: prefix must be text ${STORABLE}.`)
  }
  const table = new PostgresTable(name, SHAPE, options)
  const sql = statements(table.sql)
  reserve(client, 'store')

  const query = toQuery((text, values) => client.query(text, values))
  const claims = new Claims()
  /** What is under way, for `close`. */
  const underWay = new Set<Promise<unknown>>()
  let isClosed = false

  const track = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work)
    const settled = () => underWay.delete(work)
    work.then(settled, settled)
    return work
  }

  /** One call of the store. What is given up may still act; it begins nothing new but what it must. */
  const call = async <T>(step: string, key: string, work: (attempt: Attempt) => Promise<T>): Promise<T> => {
    if (isClosed) throw new Error(`postgresStore: ${step} was called after close().`)
    if (isUnstorable(key)) throw new TypeError(`postgresStore: a key must be text ${STORABLE}.`)
    const attempt = new Attempt(query, performance.now() + callTimeoutMs)
    const run = table.make(query).then(() => work(attempt))
    const result = await within(track(run), callTimeoutMs).catch((error: unknown) => {
      throw table.explain(error)
    })
    if (result === TIMED_OUT) throw new Error(`postgresStore: ${step} took longer than ${String(callTimeoutMs)} ms.`)
    return result
  }

  const sweep = () => void track(table.sweep(query, LAPSED_MS)).catch(() => undefined) // the next minute tries again

  return {
    claim: (key, token, leaseMs) =>
      call('claim', key, (attempt) =>
        claims.during(key, token, async (): Promise<ClaimResult> => {
          for (;;) {
            const taken = await attempt.rows(sql.claim, [prefix, key, token, leaseMs])
            if (taken.length > 0) return { status: 'claimed' }
            const [other] = await attempt.rows(sql.read, [prefix, key])
            if (other?.status === 'done') return { status: 'done' }
            if (other !== undefined) return { status: 'in-flight', retryAfterMs: Math.max(1, Number(other.left_ms)) }
            // It was given back, or it lapsed, between the two statements.
          }
        }),
      ),

    complete: async (key, token, retainMs) => {
      const rows = await call('complete', key, (it) => it.rows(sql.complete, [prefix, key, token, retainMs]))
      sweep()
      return rows.length > 0
    },

    release: (key, token) =>
      call('release', key, async (attempt) => {
        // A claim that was given up must not take the key after this.
        await claims.settled(key, token)
        return (await attempt.lastRows(sql.release, [prefix, key, token])).length > 0
      }),

    renew: async (key, token, leaseMs) =>
      (await call('renew', key, (it) => it.rows(sql.renew, [prefix, key, token, leaseMs]))).length > 0,

    isDone: async (key) => {
      const [row] = await call('isDone', key, (it) => it.rows(sql.read, [prefix, key]))
      return row?.status === 'done'
    },

    close: async () => {
      isClosed = true
      await within(Promise.allSettled(underWay), callTimeoutMs)
    },
  }
}

/** The statements that make the store's table, for a migration of your own. */
postgresStore.migration = (table: string = TABLE): string => new PostgresTable(table, SHAPE, {}).migration

const TABLE = 'suno_callbacks'

const SHAPE: TableShape = {
  columns: [
    // Byte by byte: no rule of a language applies to keys, and none can change under their index.
    'prefix text COLLATE "C" NOT NULL',
    'key text COLLATE "C" NOT NULL',
    'token text NOT NULL',
    'done boolean NOT NULL',
    'expires_at timestamptz NOT NULL',
    'PRIMARY KEY (prefix, key)',
  ],
  agesBy: 'expires_at',
}

/** `clock_timestamp()` and not `now()`: a statement that waited for another one must see what time it has become. */
function statements(table: string) {
  const inMs = "clock_timestamp() + $4::double precision * interval '1 millisecond'"
  const insert = (done: boolean) =>
    `INSERT INTO ${table} AS held (prefix, key, token, done, expires_at) VALUES ($1, $2, $3, ${String(done)}, ${inMs}) ` +
    `ON CONFLICT (prefix, key) DO UPDATE SET token = excluded.token, done = excluded.done, expires_at = ${inMs}`
  const mine = 'prefix = $1 AND key = $2 AND token = $3 AND NOT done'
  return {
    claim:
      `${insert(false)} WHERE held.expires_at <= clock_timestamp() ` +
      `OR (held.token = excluded.token AND NOT held.done) RETURNING 1`,
    /** Repeated by the same token, it is true again: a client may have sent it twice. */
    complete:
      `${insert(true)} WHERE held.token = excluded.token ` +
      `OR (held.done AND held.expires_at <= clock_timestamp()) RETURNING 1`,
    release: `DELETE FROM ${table} WHERE ${mine} RETURNING 1`,
    renew: `UPDATE ${table} SET expires_at = ${inMs} WHERE ${mine} RETURNING 1`,
    read:
      `SELECT CASE WHEN done THEN 'done' ELSE 'held' END AS status, ` +
      `(extract(epoch FROM expires_at - clock_timestamp()) * 1000)::double precision AS left_ms ` +
      `FROM ${table} WHERE prefix = $1 AND key = $2 AND expires_at > clock_timestamp()`,
  }
}

/** The statements of one call, each repeated while the server asks for that and there is time. */
class Attempt {
  constructor(
    readonly query: Query,
    readonly until: number,
  ) {}

  async rows(...statement: Parameters<Query>): ReturnType<Query> {
    if (performance.now() >= this.until) throw new Error('There is no time left.')
    return this.lastRows(...statement)
  }

  /** Also when the time is over: for a statement that must be tried once, whoever still waits for it. */
  async lastRows(...statement: Parameters<Query>): ReturnType<Query> {
    for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 100)) {
      try {
        return await this.query(...statement)
      } catch (error) {
        const waitMs = pauseMs * (0.5 + Math.random())
        if (!hasCode(error, ...TRY_AGAIN) || performance.now() + waitMs >= this.until) throw error
        await sleep(waitMs)
      }
    }
  }
}

/** Serialization failure and deadlock: nothing has happened, and the same statement can succeed. */
const TRY_AGAIN = ['40001', '40P01']

/** The claims under way, by key and token. */
class Claims {
  readonly #underWay = new Map<string, Set<Promise<unknown>>>()

  async during<T>(key: string, token: string, work: () => Promise<T>): Promise<T> {
    const id = toId(key, token)
    const same = this.#underWay.get(id) ?? new Set<Promise<unknown>>()
    this.#underWay.set(id, same)
    const claim = work()
    same.add(claim)
    try {
      return await claim
    } finally {
      same.delete(claim)
      if (same.size === 0) this.#underWay.delete(id)
    }
  }

  async settled(key: string, token: string): Promise<void> {
    await Promise.allSettled([...(this.#underWay.get(toId(key, token)) ?? [])])
  }
}

/** No key contains the separator. */
function toId(key: string, token: string): string {
  return `${key}\0${token}`
}

/** A text of Postgres cannot hold NUL, and half a surrogate pair would become the same sign as any other half. */
function isUnstorable(text: string): boolean {
  return /[\0\p{Surrogate}]/u.test(text)
}

const STORABLE = 'without NUL and without halves of surrogate pairs'

/** A lapsed claim stays this long for its own attempt: should another one have taken it meanwhile, it must hear of that. */
const LAPSED_MS = 60_000

function checkClient(client: unknown): void {
  if (typeof (client as Partial<PostgresClient> | null | undefined)?.query === 'function') return
  throw new ConfigurationError(
    'CLIENT_INVALID',
    'postgresStore(client): client must have a method query(text, values), as a Pool of pg has. For postgres.js, pass ' +
      '{ query: (text, values) => sql.unsafe(text, values) }.',
  )
}
