import * as z from 'zod/mini'
import { numberFrom, option, optionsReader, type Option } from '../../errors/read-options.js'

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
 * Makes the reader of the options of a function, which throws ConfigurationError `OPTION_UNKNOWN`, `OPTION_INVALID` or
 * `OPTION_OUT_OF_RANGE`.
 *
 * @param user the function, for messages
 * @param table its table by default
 */
export function sqliteOptionsReader(user: string, table: string) {
  return optionsReader(
    { call: `${user}(database, options)` },
    () =>
      ({
        table: option(
          z._default(z.string().check(z.regex(/^(?!sqlite_)[a-z_]\w{0,62}$/i)), table),
          'OPTION_INVALID',
          `${user}: table must be a name of at most 63 letters, digits and "_", and must not start with a digit or "sqlite_".`,
        ),
        prefix: option(z._default(z.string(), ''), 'OPTION_INVALID', `${user}: prefix must be a string.`),
        callTimeoutMs: option(
          z._default(numberFrom(1, 60_000), 2_000),
          'OPTION_OUT_OF_RANGE',
          `${user}: callTimeoutMs must be from 1 to 60000 ms.`,
        ),
      }) satisfies Record<keyof SqliteOptions, Option>,
  )
}
