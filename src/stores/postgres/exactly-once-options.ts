import * as z from 'zod/mini'
import { isPlainObject } from '../../errors/is-plain-object.js'
import {
  option,
  optionsReader,
  readElsewhere,
  wholeFrom,
  type Option,
  type OptionsOf,
} from '../../errors/read-options.js'

export interface ExactlyOnceOptions {
  /** `table` or `schema.table`. `suno_callbacks_once` by default. */
  readonly table?: string | undefined
  /** How long a statement waits for a lock, and so an attempt for another one that is at work, in ms. 5,000 by default. */
  readonly lockTimeoutMs?: number | undefined
  /**
   * How long a transaction may idle between two statements before the server ends it, in ms. 45,000 by default: then what a
   * vanished machine left open is gone when the first retry comes, after a minute.
   */
  readonly idleTimeoutMs?: number | undefined
  /** How long it is remembered that a listener is done with an event, in ms. 90 days by default; `Infinity` keeps it for good. */
  readonly retainMs?: number | undefined
  /** `false` for a role that may not create: then run `exactlyOnce.migration()` with one that may. `true` by default. */
  readonly createTable?: boolean | undefined
}

/** The options with every default filled in, checked; but for the table's name, which the table checks. */
export type ExactlyOnceSettings = OptionsOf<ReturnType<typeof shape>>

/** @throws ConfigurationError `OPTION_OUT_OF_RANGE`, `OPTION_INVALID`, `OPTION_UNKNOWN` */
export const readPoolOptions = optionsReader({ call: 'exactlyOnce(pool, options)' }, shape)

/** The same of options that stand beside `transaction` and `query`. What a class makes may have more than that, of its own. */
export function readTransactionOptions(options: object): ExactlyOnceSettings {
  if (isPlainObject(options)) return readPlainOptions(options)
  const { table, lockTimeoutMs, idleTimeoutMs, retainMs, createTable } = options as ExactlyOnceOptions
  return readPoolOptions({ table, lockTimeoutMs, idleTimeoutMs, retainMs, createTable })
}

const readPlainOptions = optionsReader({ call: 'exactlyOnce(options)' }, () => ({
  ...shape(),
  transaction: readElsewhere(),
  query: readElsewhere(),
}))

function shape() {
  return {
    table: readElsewhere<string>(),
    lockTimeoutMs: option(z._default(wholeFrom(1, DAY_MS), 5_000), ...outOfRange('lockTimeoutMs', 1, DAY_MS)),
    idleTimeoutMs: option(z._default(wholeFrom(1, DAY_MS), 45_000), ...outOfRange('idleTimeoutMs', 1, DAY_MS)),
    retainMs: option(
      z._default(z.union([wholeFrom(DAY_MS, 36_500 * DAY_MS), z.literal(Infinity)]), 90 * DAY_MS),
      ...outOfRange('retainMs', DAY_MS, 36_500 * DAY_MS, ', or Infinity'),
    ),
    createTable: option(z.optional(z.boolean()), 'OPTION_INVALID', 'exactlyOnce: createTable must be true or false.'),
  } satisfies Record<keyof ExactlyOnceOptions, Option>
}

const DAY_MS = 86_400_000

function outOfRange(name: string, min: number, max: number, or = '') {
  const range = `from ${String(min)} to ${String(max)}${or}`
  return ['OPTION_OUT_OF_RANGE', `exactlyOnce: ${name} must be a whole number of milliseconds ${range}.`] as const
}
