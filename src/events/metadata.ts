import { ConfigurationError } from '../errors/errors.js'
import { isPlainObject } from '../errors/is-plain-object.js'
import type { Metadata } from './types.js'

/** An object of strings, as JSON has it: of a stored delivery, or of a signed URL that is read back. */
export function isMetadata(value: unknown): value is Metadata {
  const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isPlain && Object.values(value).every((one) => typeof one === 'string')
}

/**
 * What a caller gave, as a copy of its own that JSON does not change: a Map would be empty there, a Date a text, and what has a
 * `toJSON` anything.
 *
 * @param call begins the message
 * @throws ConfigurationError `METADATA_INVALID`, which names the value at fault and never shows it
 */
export function readMetadata(given: unknown, call: string): Metadata {
  if (given === undefined) return NO_METADATA
  const copy = isPlainObject(given) && typeof given.toJSON !== 'function' ? { ...given } : null
  if (isMetadata(copy)) return Object.freeze(copy)
  const remedy = copy === null ? 'Of a Map or URLSearchParams, Object.fromEntries(…) makes one.' : whatIsWrong(copy)
  const message = `${call}: metadata must be a plain object of strings, such as { orderId: "42" }. ${remedy}`
  throw new ConfigurationError('METADATA_INVALID', message)
}

function whatIsWrong(object: object): string {
  const wrong = Object.entries(object).filter(([, value]) => typeof value !== 'string')
  const names = wrong.map(([name]) => JSON.stringify(name))
  return `No string: ${names.join(', ')}. Write numbers and dates as text, and leave out what is undefined.`
}

/** Of a callback URL that carries none. */
export const NO_METADATA: Metadata = Object.freeze({})
