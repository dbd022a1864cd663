import { ConfigurationError } from '../../errors/errors.js'
import { isObject } from '../../events/values.js'

/**
 * All that is needed of a client: a function that runs one statement with its parameters. A `Pool` of pg is one as it stands;
 * any other becomes one by a line, such as `{ query: (text, values) => sql.unsafe(text, values) }` for postgres.js.
 */
export interface PostgresClient {
  query(text: string, values?: PostgresValue[]): Promise<PostgresResult>
}

/** What our own statements send. */
export type PostgresValue = string | number

/** Rows as pg answers them, or as a bare list. */
export type PostgresResult = { readonly rows: readonly unknown[] } | readonly unknown[]

/** Runs one statement, wherever: on a pool, on one connection, in a transaction. Answers its rows. */
export type Query = (text: string, values?: PostgresValue[]) => Promise<readonly Record<string, unknown>[]>

/** The client's `query` as ours. */
export function toQuery(run: (text: string, values?: PostgresValue[]) => Promise<PostgresResult>): Query {
  return async (text, values) => {
    // Without parameters the argument is left out: some clients choose their protocol by it.
    const result: unknown = await (values === undefined ? run(text) : run(text, values))
    const rows: unknown = isObject(result) && 'rows' in result ? result.rows : result
    // A list of lists would be taken for rows that are there: for a key that is done, or a claim that was granted.
    if (Array.isArray(rows) && rows.every(isObject)) return rows
    throw new ConfigurationError(
      'CLIENT_INVALID',
      'The client of Postgres must answer { rows } or a list of rows, each an object by the names of its columns. Sequelize answers ' +
        '[rows, metadata]: pass { query: async (text, values) => (await sequelize.query(text, { bind: values }))[0] }.',
    )
  }
}

type Use = 'store' | 'listeners'

/** What each client is used for. */
const uses = new WeakMap<object, Use>()

/**
 * Listeners hold connections for as long as they work. From the pool of the store, they would take the connections with which
 * leases are renewed: the keys would lapse under them.
 *
 * @throws ConfigurationError `POOL_SHARED`
 */
export function reserve(client: object, use: Use): void {
  const known = uses.get(client) ?? use
  if (known !== use) {
    throw new ConfigurationError(
      'POOL_SHARED',
      'postgresStore and exactlyOnce need a pool each: listeners hold their connections while they work, and would leave ' +
        'none to renew leases with. Make a second pool for exactlyOnce.',
    )
  }
  uses.set(client, use)
}

/**
 * @param user the function that is given the client, for messages
 * @throws ConfigurationError `CLIENT_INVALID`
 */
export function checkClient(client: unknown, user: string): void {
  if (typeof (client as Partial<PostgresClient> | null | undefined)?.query === 'function') return
  throw new ConfigurationError(
    'CLIENT_INVALID',
    `${user}(client): client must have a method query(text, values), as a Pool of pg has. For postgres.js, pass ` +
      '{ query: (text, values) => sql.unsafe(text, values) }.',
  )
}
