import { noSuchName } from '../errors/no-such-name.js'
import { isKind, KINDS } from '../events/kinds/index.js'
import type { Kind, Metadata } from '../events/types.js'
import { UsageError } from './usage-error.js'

/** The smallest and the largest number that an option takes. */
interface Range {
  readonly least: number
  readonly most: number
}

/**
 * The number that was given to an option; undefined where it was not given. Its limits may be those of the function that gets it.
 *
 * @throws UsageError
 */
export function readNumber(name: string, text: string | undefined, range?: Range): number | undefined {
  if (text === undefined) return undefined
  const number = text.trim() === '' ? NaN : Number(text)
  const { least, most } = range ?? { least: -Infinity, most: Infinity }
  if (number >= least && number <= most) return number
  const limits = range === undefined ? '' : ` from ${String(least)} to ${String(most)}`
  throw new UsageError(`${name} must be a number${limits}, not ${JSON.stringify(text)}.`)
}

/** @throws UsageError */
export function readPort(text: string | undefined, byDefault: number): number {
  const port = readNumber('port', text, { least: 0, most: 65_535 }) ?? byDefault
  if (Number.isInteger(port)) return port
  throw new UsageError(`port must be a whole number, not ${JSON.stringify(text)}.`)
}

/** @throws UsageError */
export function readKind(name: string | undefined, call: string): Kind {
  if (isKind(name)) return name
  throw new UsageError(noSuchName({ what: 'kind', name, names: KINDS, call }))
}

/**
 * `orderId=42`, as often as it was given.
 *
 * @throws UsageError, which does not show what was given
 */
export function readMetadata(pairs: readonly string[] = []): Metadata {
  return Object.fromEntries(pairs.map((pair) => readPair('--metadata', pair, 'orderId=42')))
}

/** @throws UsageError */
export function readPair(option: string, pair: string, example: string): readonly [name: string, value: string] {
  const mark = pair.indexOf('=')
  if (mark < 1) throw new UsageError(`${option} must be a name and a value, such as ${option} ${example}.`)
  return [pair.slice(0, mark), pair.slice(mark + 1)]
}
