import * as z from 'zod/mini'
import { ConfigurationError } from '../../errors/errors.js'
import { option, optionsReader, readElsewhere, wholeFrom, type Option } from '../../errors/read-options.js'
import { TIMED_OUT, within } from '../../time/time.js'
import { Claims } from './claims.js'
import { reserve, toQuery, type PostgresClient } from './client.js'
import { PostgresGroups, type Call, type Row } from './batches.js'
import { SHAPE, toStatements, type StatementName } from './statements.js'
import { PostgresTable } from './table.js'
import { Turns } from './turns.js'
import type { AsyncStore, ClaimResult } from '../store.js'

export { exactlyOnce } from './exactly-once.js'
export type { ExactlyOnceOptions } from './exactly-once-options.js'
export type { ExactlyOnceTransaction, Once, OnceContext } from './exactly-once.js'
export type { PostgresPool, PostgresPoolClient, PostgresTransaction } from './pool.js'
export type { PostgresClient, PostgresResult, PostgresValue } from './client.js'

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
 * state of a session: PgBouncer may pool by transaction. The table is made at the first call. Calls that come together share a
 * statement and its commit; calls of one key act in the order in which they came.
 *
 * @example
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
 * pool.on('error', console.error) // without it, a restart of Postgres ends the process
 * const suno = new SunoCallbacks({ store: postgresStore(pool) })
 * @throws ConfigurationError `CLIENT_INVALID`, `TABLE_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_INVALID`, `OPTION_UNKNOWN`,
 * `POOL_SHARED`
 */
export function postgresStore(client: PostgresClient, options: PostgresStoreOptions = {}): PostgresStore {
  checkClient(client)
  const { table: name = TABLE, prefix, callTimeoutMs, createTable } = readOptions(options)
  const table = new PostgresTable(name, SHAPE, { createTable })
  reserve(client, 'store')

  const query = toQuery((text, values) => client.query(text, values))
  /** How long a call is held up by what befalls another one. */
  const patienceMs = Math.min(100, Math.ceil(callTimeoutMs / 10))
  const statements = toStatements(table.sql, { oneMs: callTimeoutMs, manyMs: patienceMs })
  const toGroups = (name: StatementName) => new PostgresGroups(query, statements[name], prefix, patienceMs)
  const groups: Readonly<Record<StatementName, PostgresGroups>> = {
    claim: toGroups('claim'),
    complete: toGroups('complete'),
    release: toGroups('release'),
    renew: toGroups('renew'),
    read: toGroups('read'),
  }
  const turns = new Turns()
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
  const answer = async <T>(name: string, key: string, work: (call: Call) => Promise<T>): Promise<T> => {
    if (isClosed) throw new Error(`postgresStore: ${name} was called after close().`)
    if (isUnstorable(key)) throw new TypeError(`postgresStore: a key must be text ${STORABLE}.`)
    const call = { until: performance.now() + callTimeoutMs, isGivenUp: false }
    const run = table.make(query).then(() => work(call))
    const result = await within(track(run), callTimeoutMs).catch((error: unknown) => {
      throw table.explain(error)
    })
    if (result !== TIMED_OUT) return result
    call.isGivenUp = true
    throw new Error(`postgresStore: ${name} took longer than ${String(callTimeoutMs)} ms.`)
  }

  const inTurn = <T>(name: string, key: string, work: (call: Call) => Promise<T>): Promise<T> =>
    turns.take(key, (turn) => answer(name, key, (call) => turn.then(() => work(call))))

  const sweep = () => void track(table.sweep(query, LAPSED_MS)).catch(() => undefined) // the next minute tries again

  return {
    claim: (key, token, ms) =>
      inTurn('claim', key, (call) =>
        claims.during({ key, token }, async () => {
          for (;;) {
            if (await groups.claim.run({ key, token, ms, call })) return { status: 'claimed' }
            const other = await groups.read.run({ key, token, ms, call })
            if (other !== undefined) return toClaimResult(other)
            // It was given back, or it lapsed, between the two statements.
          }
        }),
      ),

    complete: async (key, token, ms) => {
      const row = await inTurn('complete', key, (call) => groups.complete.run({ key, token, ms, call }))
      sweep()
      return row !== undefined
    },

    release: async (key, token) => {
      const row = await inTurn('release', key, async (call) => {
        // A claim that was given up must not take the key after this.
        await claims.settled({ key, token })
        return groups.release.run({ key, token, ms: 0, call, mustBeTried: true })
      })
      return row !== undefined
    },

    renew: async (key, token, ms) =>
      (await inTurn('renew', key, (call) => groups.renew.run({ key, token, ms, call }))) !== undefined,

    isDone: async (key) =>
      (await answer('isDone', key, (call) => groups.read.run({ key, token: '', ms: 0, call })))?.status === 'done',

    close: async () => {
      isClosed = true
      await within(Promise.allSettled(underWay), callTimeoutMs)
    },
  }
}

/** The statements that make the store's table, for a migration of your own. */
postgresStore.migration = (table: string = TABLE): string => new PostgresTable(table, SHAPE, {}).migration

const TABLE = 'suno_callbacks'

const readOptions = optionsReader(
  { call: 'postgresStore(client, options)' },
  () =>
    ({
      callTimeoutMs: option(
        z._default(wholeFrom(10, 60_000), 2_000),
        'OPTION_OUT_OF_RANGE',
        'postgresStore: callTimeoutMs must be a whole number of milliseconds from 10 to 60000.',
      ),
      prefix: option(
        z._default(z.string().check(z.refine((text) => !isUnstorable(text))), ''),
        'OPTION_INVALID',
        `postgresStore: prefix must be text ${STORABLE}.`,
      ),
      table: readElsewhere<string>(),
      createTable: option(
        z.optional(z.boolean()),
        'OPTION_INVALID',
        'postgresStore: createTable must be true or false.',
      ),
    }) satisfies Record<keyof PostgresStoreOptions, Option>,
)

/** Of a row that `read` has found. */
function toClaimResult({ status, ms }: Row): ClaimResult {
  return status === 'done' ? { status } : { status: 'in-flight', retryAfterMs: Math.max(1, Number(ms)) }
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
