import { ConfigurationError } from '../../errors/errors.js'
import { refuseUnknownOptions } from '../../errors/refuse-unknown-options.js'

/** What the store and the task list have in common. */
export interface SqliteOptions {
  /** The table, made on first use: letters, digits and `_`. */
  readonly table?: string | undefined
  /** Those with different prefixes do not see each other's rows. Any text, empty by default. */
  readonly prefix?: string | undefined
  /** How long a call waits, in ms, while another connection locks the database. 2,000 by default; then it rejects. */
  readonly callTimeoutMs?: number | undefined
}

/**
 * @param defaults the function whose options these are, for messages, and its table
 * @throws ConfigurationError `OPTION_UNKNOWN`, `OPTION_INVALID` or `OPTION_OUT_OF_RANGE`
 */
export function readOptions(options: SqliteOptions, defaults: { readonly user: string; readonly table: string }) {
  const { table = defaults.table, prefix = '', callTimeoutMs = 2_000 } = options
  const { user } = defaults
  refuseUnknownOptions(options, ['table', 'prefix', 'callTimeoutMs'], user)
  if (typeof table !== 'string' || !/^(?!sqlite_)[a-z_]\w{0,62}$/i.test(table)) {
    throw new ConfigurationError(
      'OPTION_INVALID',
      `${user}: table must be a name of at most 63 letters, digits and "_", and must not start with a digit or "sqlite_".`,
    )
  }
  if (typeof prefix !== 'string') throw new ConfigurationError('OPTION_INVALID', `${user}: prefix must be a string.`)
  if (!(Number.isFinite(callTimeoutMs) && callTimeoutMs >= 1 && callTimeoutMs <= 60_000)) {
    throw new ConfigurationError('OPTION_OUT_OF_RANGE', `${user}: callTimeoutMs must be from 1 to 60000 ms.`)
  }
  return { table, prefix, callTimeoutMs }
}
