import { ConfigurationError } from '../../errors/errors.js'
import type { SunoEvent } from '../../events/types.js'
import type { ListenerContext } from '../../listeners/listener.js'
import { reserve, toQuery, type PostgresResult, type PostgresValue, type Query } from './client.js'
import {
  readPoolOptions,
  readTransactionOptions,
  type ExactlyOnceOptions,
  type ExactlyOnceSettings,
} from './exactly-once-options.js'
import { checkPool, inPool, type PostgresPool, type PostgresTransaction } from './pool.js'
import { PostgresTable, type TableShape } from './table.js'
import { assertUniqueListenerName } from './unique-listener-name.js'

/** How an ORM, or any other client, runs a transaction. Its isolation level should be READ COMMITTED. */
export interface ExactlyOnceTransaction<Tx> extends ExactlyOnceOptions {
  /** Runs one statement of ours in the transaction, its parameters as `$1`, `$2`. Answers the rows, or an object with `rows`. */
  readonly query: (tx: Tx, text: string, values: PostgresValue[]) => Promise<PostgresResult>
  /** Begins, awaits `work`, and commits; rolls back and rejects when `work` rejects. Must not run `work` a second time after COMMIT. */
  readonly transaction: (work: (tx: Tx) => Promise<void>) => Promise<unknown>
}

/** What a listener in a transaction gets beside the event. */
export interface OnceContext<Tx> extends ListenerContext {
  /** Everything that is written through it is committed together with the note that this listener is done with this event. */
  readonly tx: Tx
}

/** Makes a listener whose effects in the database happen exactly once for each event. The name is what the database knows it by. */
export type Once<Tx> = <E extends SunoEvent>(
  name: string,
  listener: (event: E, context: OnceContext<Tx>) => unknown,
) => (event: E, context: ListenerContext) => Promise<void>

/**
 * Listeners whose effects in Postgres happen exactly once for each event, whatever dies and whatever comes twice:
 *
 *     BEGIN ── insert (name, key) ── the listener, with tx ── COMMIT
 *                     │
 *                     └─ is there already → ROLLBACK, nothing to do; under way elsewhere → waits until that one has ended
 *
 * What the listener does elsewhere (HTTP, files, another connection) can happen again. Works with any store, and in the worker of a
 * queue. When `signal` aborts, the transaction may still be committed: another attempt would find that.
 *
 * The pool must not be the store's. Each listener at work holds one connection.
 *
 * @example
 * const once = exactlyOnce(new pg.Pool({ connectionString: process.env.DATABASE_URL }))
 * suno.on('music:complete', once('credit-order', async (event, { tx }) => {
 *   await tx.query('UPDATE orders SET paid = true WHERE id = $1', [event.metadata.orderId])
 * }))
 * @throws ConfigurationError `POOL_INVALID`, `POOL_SHARED`, `TABLE_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_INVALID`, `OPTION_UNKNOWN`; of
 * `once`, `NAME_INVALID`, `LISTENER_INVALID`. A listener rejects with `LISTENER_NAME_TAKEN` when its event has another one of that name, and `tx.query`
 * with `TRANSACTION_OVER` when its transaction has ended.
 */
export function exactlyOnce(pool: PostgresPool, options?: ExactlyOnceOptions): Once<PostgresTransaction>
/** The same in the transactions of an ORM, or of a client other than pg: `tx` is what it gives to its transactions. */
export function exactlyOnce<Tx>(options: ExactlyOnceTransaction<Tx>): Once<Tx>
export function exactlyOnce<Tx>(
  by: PostgresPool | ExactlyOnceTransaction<Tx>,
  more: ExactlyOnceOptions = {},
): Once<Tx> | Once<PostgresTransaction> {
  if (isTransaction(by)) return toOnce({ run: by.transaction, query: by.query, options: readTransactionOptions(by) })
  checkPool(by)
  const options = readPoolOptions(more)
  reserve(by, 'listeners')
  return toOnce({ run: inPool(by), query: (tx, text, values) => tx.query(text, values), options })
}

/** The statements that make the table of `exactlyOnce`, for a migration of your own. */
exactlyOnce.migration = (table: string = TABLE): string => new PostgresTable(table, SHAPE, {}).migration

const TABLE = 'suno_callbacks_once'

const SHAPE: TableShape = {
  columns: [
    'listener text COLLATE "C" NOT NULL',
    'key text COLLATE "C" NOT NULL',
    'done_at timestamptz NOT NULL DEFAULT clock_timestamp()',
    'PRIMARY KEY (listener, key)',
  ],
  agesBy: 'done_at',
}

interface Transactions<Tx> {
  readonly run: ExactlyOnceTransaction<Tx>['transaction']
  readonly query: ExactlyOnceTransaction<Tx>['query']
  readonly options: ExactlyOnceSettings
}

function toOnce<Tx>({ run, query, options }: Transactions<Tx>): Once<Tx> {
  const { table: tableName = TABLE, lockTimeoutMs, idleTimeoutMs, retainMs } = options
  const table = new PostgresTable(tableName, SHAPE, options)
  const insert = `INSERT INTO ${table.sql} (listener, key) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1`
  const find = `SELECT 1 FROM ${table.sql} WHERE listener = $1 AND key = $2`
  const timeouts = [String(lockTimeoutMs), String(idleTimeoutMs)]

  const queryIn =
    (tx: Tx): Query =>
    (...statement) =>
      toQuery((text, values = []) => query(tx, text, values))(...statement)
  /** In a transaction of its own: what fails in one of the listener's would end that. */
  const alone: Query = async (...statement) => {
    let rows: Awaited<ReturnType<Query>> = []
    await run(async (tx) => void (rows = await queryIn(tx)(...statement)))
    return rows
  }

  const sweep = () => {
    if (retainMs !== Infinity) void table.sweep(alone, retainMs).catch(() => undefined) // the next minute tries again
  }

  const work = async (name: string, key: string, tx: Tx, listener: () => unknown): Promise<void> => {
    const ours = queryIn(tx)
    await ours(SET_TIMEOUTS, timeouts)
    const begun = await ours(insert, [name, key]).catch((error: unknown) => {
      throw table.explain(error)
    })
    if (begun.length === 0) return
    await listener()
    // A listener may have caught what a statement threw. Postgres would answer COMMIT by a rollback, and call that a success.
    const kept = await ours(find, [name, key])
    if (kept.length === 0)
      throw new Error(`The listener ${JSON.stringify(name)} has rolled its transaction back by itself.`)
  }

  return (name, listener) => {
    checkListener(name, listener)
    const wrapped = async (event: Parameters<typeof listener>[0], context: ListenerContext): Promise<void> => {
      await assertUniqueListenerName(`${table.sql} ${name}`, event, wrapped)
      await table.make(alone)
      const contextIn = (tx: Tx): OnceContext<Tx> => ({
        tx,
        // Not read before the listener asks for it: most never do.
        get signal() {
          return context.signal
        },
      })
      await run((tx) => work(name, event.key, tx, () => listener(event, contextIn(tx))))
      sweep()
    }
    // Logs tell listeners by their names.
    return Object.defineProperty(wrapped, 'name', { value: name })
  }
}

/** One round trip for both, and for this transaction alone. */
const SET_TIMEOUTS =
  "SELECT set_config('lock_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)"

function isTransaction<Tx>(by: PostgresPool | ExactlyOnceTransaction<Tx>): by is ExactlyOnceTransaction<Tx> {
  const { transaction, query } = (by as Partial<ExactlyOnceTransaction<Tx>> | null) ?? {}
  if (transaction === undefined) return false
  if (typeof transaction === 'function' && typeof query === 'function') return true
  throw new ConfigurationError(
    'POOL_INVALID',
    'exactlyOnce({ transaction, query }): both must be functions, transaction(work) and query(tx, text, values).',
  )
}

function checkListener(name: unknown, listener: unknown): void {
  if (typeof name !== 'string' || !/^[ -~]{1,128}$/.test(name)) {
    throw new ConfigurationError('NAME_INVALID', 'once(name, listener): name must be 1 to 128 characters of ASCII.')
  }
  if (typeof listener !== 'function') {
    throw new ConfigurationError('LISTENER_INVALID', 'once(name, listener): listener must be a function.')
  }
}
