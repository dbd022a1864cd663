import type { Metadata } from './types.js'

/** An object of strings. */
export function isMetadata(value: unknown): value is Metadata {
  const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isPlain && Object.values(value).every((one) => typeof one === 'string')
}

/** Of a callback URL that carries none. */
export const NO_METADATA: Metadata = Object.freeze({})
