import { ConfigurationError } from '../../errors/errors.js'

/** What is needed of a pool: a `Pool` of pg is one. */
export interface PostgresPool {
  connect(): Promise<PostgresPoolClient>
  on?(event: 'acquire', listener: (client: PostgresPoolClient) => void): unknown
}

/** A connection out of a pool. */
export interface PostgresPoolClient extends PostgresTransaction {
  release(error?: Error | boolean): void
  on(event: 'error', listener: (error: Error) => void): unknown
  removeListener(event: 'error', listener: (error: Error) => void): unknown
}

/** The transaction that a listener works in. */
export interface PostgresTransaction {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- rows are what the caller says, as with pg
  query<Row = Record<string, unknown>>(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>
}

/** Runs transactions on connections of a pool. */
export function inPool(pool: PostgresPool) {
  ignoreErrors(pool)
  return async (work: (tx: PostgresTransaction) => Promise<void>): Promise<void> => {
    const client = await pool.connect()
    checkPoolClient(client)
    /** Set when the connection cannot be used again. */
    let broken: Error | undefined
    // A connection that is lost between two statements says so by an event, which would end the process if nothing listened.
    const onError = (error: Error) => (broken = error)
    client.on('error', onError)
    const tx = new Transaction(client)
    try {
      await client.query('BEGIN ISOLATION LEVEL READ COMMITTED')
      await work(tx).finally(() => tx.end())
      // When the connection is lost here, it may be committed or not. It counts as failed, and the retry finds out.
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK').catch(onError)
      throw error
    } finally {
      client.removeListener('error', onError)
      client.release(broken)
    }
  }
}

/**
 * pg says that a connection is lost by an event, also in the moment between handing the connection out and our hearing of it. The
 * pool does not listen then any more, and we not yet: the event would end the process. What is lost shows in the next query.
 */
function ignoreErrors(pool: PostgresPool): void {
  if (observed.has(pool)) return
  observed.add(pool)
  pool.on?.('acquire', (client) => {
    if (observed.has(client)) return
    observed.add(client)
    client.on('error', () => undefined)
  })
}

/** Pools and their connections that are listened to: once each, however many listeners share them. */
const observed = new WeakSet<PostgresPool | PostgresPoolClient>()

/** The connection for as long as the transaction lasts. After that it may serve another one. */
class Transaction implements PostgresTransaction {
  readonly #client: PostgresTransaction
  #isOver = false

  constructor(client: PostgresTransaction) {
    this.#client = client
  }

  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
  async query<Row>(text: string, values?: unknown[]) {
    if (this.#isOver) {
      throw new ConfigurationError(
        'TRANSACTION_OVER',
        'tx.query was called after the end of the transaction: await every query before the listener returns.',
      )
    }
    return this.#client.query<Row>(text, values)
  }

  end(): void {
    this.#isOver = true
  }
}

/** A single connection would run the statements of several listeners in one transaction. */
export function checkPool(pool: unknown): void {
  const isPool = typeof (pool as Partial<PostgresPool> | null | undefined)?.connect === 'function'
  const isConnection = isPool && ('release' in (pool as object) || 'processID' in (pool as object))
  if (!isPool || isConnection) throw new ConfigurationError('POOL_INVALID', NO_POOL)
}

function checkPoolClient(client: unknown): void {
  const { query, release } = (client ?? {}) as Partial<PostgresPoolClient>
  if (typeof query !== 'function' || typeof release !== 'function') {
    throw new ConfigurationError('POOL_INVALID', NO_POOL)
  }
}

const NO_POOL =
  'exactlyOnce(pool): pool must be a pool, such as a Pool of pg, whose connect() answers a connection with query() and ' +
  'release(); not a single connection. For another client or an ORM, pass { transaction, query }.'
