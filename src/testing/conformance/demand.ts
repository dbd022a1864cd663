import { AssertionError } from 'node:assert/strict'
import { inspect, isDeepStrictEqual } from 'node:util'

/**
 * Rejects what is not as the contract demands it.
 *
 * @param contract a sentence that says what the contract demands, for somebody who reads no more than the message
 */
export function demand(actual: unknown, expected: unknown, contract: string): void {
  if (isDeepStrictEqual(actual, expected)) return
  const message = `${contract} Expected ${inspect(expected)}, but it was ${inspect(actual)}.`
  throw new AssertionError({ message, actual, expected, operator: 'demand' })
}

/** The same for a number: finite, above `above`, `most` at most. */
export function demandNumber(actual: unknown, above: number, most: number, contract: string): void {
  if (typeof actual === 'number' && actual > above && actual <= most) return
  const expected = `a number above ${String(above)} and not above ${String(most)}`
  const message = `${contract} Expected ${expected}, but it was ${inspect(actual)}.`
  throw new AssertionError({ message, actual, expected, operator: 'demand' })
}
