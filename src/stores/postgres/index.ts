import { PostgresBatches, type Row } from './batches.js'
import { PostgresCalls } from './calls.js'
import { checkClient, reserve, toQuery, type PostgresClient } from './client.js'
import { inFlight } from '../in-flight.js'
import { KeyQueue } from './key-queue.js'
import { checkStorable, postgresOptionsReader, type PostgresOptions } from './options.js'
import { PendingClaims } from './pending-claims.js'
import type { StoreCall } from './repeated.js'
import { SHAPE, toStatements, type StatementName } from './statements.js'
import { PostgresTable } from './table.js'
import type { AsyncStore, ClaimResult, StoreOperation } from '../store.js'

export { postgresTasks } from './tasks.js'
export type { PostgresTaskList, PostgresTasksOptions } from './tasks.js'
export { exactlyOnce } from './exactly-once.js'
export type { ExactlyOnceOptions } from './exactly-once-options.js'
export type { ExactlyOnceTransaction, Once, OnceContext } from './exactly-once.js'
export type { PostgresPool, PostgresPoolClient, PostgresTransaction } from './pool.js'
export type { PostgresClient, PostgresResult, PostgresValue } from './client.js'
export type { PostgresOptions } from './options.js'

export interface PostgresStoreOptions extends PostgresOptions {
  /** `table` or `schema.table`. `suno_callbacks` by default. */
  readonly table?: string | undefined
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
  checkClient(client, 'postgresStore')
  const { table: name = TABLE, prefix, callTimeoutMs, createTable } = readOptions(options)
  const table = new PostgresTable(name, SHAPE, { createTable })
  reserve(client, 'store')

  const query = toQuery((text, values) => client.query(text, values))
  /** How long a call waits for others at most: for their statement, or for a row that another connection has locked. */
  const batchTimeoutMs = Math.min(100, Math.ceil(callTimeoutMs / 10))
  const statements = toStatements(table.sql, { oneMs: callTimeoutMs, manyMs: batchTimeoutMs })
  const toBatches = (name: StatementName) => new PostgresBatches(query, statements[name], prefix, batchTimeoutMs)
  const batches: Readonly<Record<StatementName, PostgresBatches>> = {
    claim: toBatches('claim'),
    complete: toBatches('complete'),
    release: toBatches('release'),
    renew: toBatches('renew'),
    read: toBatches('read'),
  }
  const queue = new KeyQueue()
  const claims = new PendingClaims()
  const calls = new PostgresCalls('postgresStore', callTimeoutMs, table, query)

  const run = async <T>(name: StoreOperation, key: string, work: (call: StoreCall) => Promise<T>): Promise<T> => {
    checkStorable(key, 'postgresStore: a key')
    return calls.run(name, work)
  }

  const runInOrder = <T>(name: StoreOperation, key: string, work: (call: StoreCall) => Promise<T>): Promise<T> =>
    queue.run(key, (previous) => run(name, key, (call) => previous.then(() => work(call))))

  const sweep = () => void calls.track(table.sweep(query, LAPSED_MS)).catch(() => undefined) // the next minute tries again

  return {
    claim: (key, token, ms) =>
      runInOrder('claim', key, (call) =>
        claims.track({ key, token }, async () => {
          for (;;) {
            if (await batches.claim.run({ key, token, ms, call })) return { status: 'claimed' }
            const other = await batches.read.run({ key, token, ms, call })
            if (other !== undefined) return toClaimResult(other)
            // It was given back, or it lapsed, between the two statements.
          }
        }),
      ),

    complete: async (key, token, ms) => {
      const row = await runInOrder('complete', key, (call) => batches.complete.run({ key, token, ms, call }))
      sweep()
      return row !== undefined
    },

    release: async (key, token) => {
      const row = await runInOrder('release', key, async (call) => {
        // A claim that has timed out must not take the key after this.
        await claims.settled({ key, token })
        return batches.release.run({ key, token, ms: 0, call, evenAfterTimeout: true })
      })
      return row !== undefined
    },

    renew: async (key, token, ms) =>
      (await runInOrder('renew', key, (call) => batches.renew.run({ key, token, ms, call }))) !== undefined,

    isDone: async (key) =>
      (await run('isDone', key, (call) => batches.read.run({ key, token: '', ms: 0, call })))?.status === 'done',

    close: () => calls.close(),
  }
}

/** The statements that make the store's table, for a migration of your own. */
postgresStore.migration = (table: string = TABLE): string => new PostgresTable(table, SHAPE, {}).migration

const TABLE = 'suno_callbacks'

const readOptions = postgresOptionsReader('postgresStore')

/** Of a row that `read` has found. */
function toClaimResult({ status, ms }: Row): ClaimResult {
  return status === 'done' ? { status } : inFlight(Number(ms))
}

/** A lapsed claim stays this long for its own attempt: should another one have taken it meanwhile, it must hear of that. */
const LAPSED_MS = 60_000
