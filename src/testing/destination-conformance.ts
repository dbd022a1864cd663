import type { Destination } from '../archive/destination.js'
import { DESTINATION_CHECKS } from './conformance/destination-checks.js'
import { toCases, type ConformanceCase } from './conformance/suite.js'

/**
 * The contract of a destination of an archive as data, for any test runner. `createDestination` is called once for each case with a prefix
 * of its own, and again with another where a case is about two; destinations of two prefixes do not see each other's files. A case
 * rejects with an AssertionError of Node whose message says which method did what the contract does not allow.
 *
 * @example
 * for (const { title, run } of destinationConformance((prefix) => myDestination({ prefix }))) test(title, run)
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function destinationConformance(
  createDestination: (prefix: string) => Destination | Promise<Destination>,
): readonly ConformanceCase[] {
  return toCases(DESTINATION_CHECKS, createDestination, {}, 'destinationConformance')
}
