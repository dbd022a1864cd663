import * as z from 'zod/mini'
import { option, optionsReader, readElsewhere, wholeFrom, type Option } from '../../errors/read-options.js'

/** What the store and the task list have in common. */
export interface PostgresOptions {
  /** `table` or `schema.table`. */
  readonly table?: string | undefined
  /** Keeps apart the rows of apps that share the table. Empty by default. */
  readonly prefix?: string | undefined
  /** How long a call may take, its repetitions included, in ms. 2,000 by default. */
  readonly callTimeoutMs?: number | undefined
  /** `false` for a role that may not create: then run the migration with one that may. `true` by default. */
  readonly createTable?: boolean | undefined
}

/**
 * Makes the reader of the options of a function, which throws ConfigurationError `OPTION_UNKNOWN`, `OPTION_INVALID` or
 * `OPTION_OUT_OF_RANGE`.
 *
 * @param user the function, for messages
 */
export function postgresOptionsReader(user: string) {
  return optionsReader(
    { call: `${user}(client, options)` },
    () =>
      ({
        callTimeoutMs: option(
          z._default(wholeFrom(10, 60_000), 2_000),
          'OPTION_OUT_OF_RANGE',
          `${user}: callTimeoutMs must be a whole number of milliseconds from 10 to 60000.`,
        ),
        prefix: option(
          z._default(z.string().check(z.refine(isStorable)), ''),
          'OPTION_INVALID',
          `${user}: prefix must be text ${STORABLE}.`,
        ),
        table: readElsewhere<string>(),
        createTable: option(z.optional(z.boolean()), 'OPTION_INVALID', `${user}: createTable must be true or false.`),
      }) satisfies Record<keyof PostgresOptions, Option>,
  )
}

/**
 * @param what what the text is, for the message
 * @throws TypeError
 */
export function checkStorable(text: string, what: string): void {
  if (!isStorable(text)) throw new TypeError(`${what} must be text ${STORABLE}.`)
}

/** A text of Postgres cannot hold NUL, and half a surrogate pair would become the same sign as any other half. */
function isStorable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text)
}

const STORABLE = 'without NUL and without halves of surrogate pairs'
