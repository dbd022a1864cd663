import type { IdempotencyStore } from '../stores/store.js'
import { CLAIM_CHECKS } from './conformance/claim-checks.js'
import { COMPLETION_CHECKS } from './conformance/completion-checks.js'
import { KEY_CHECKS } from './conformance/key-checks.js'
import { toCases, type ConformanceCase, type ConformanceOptions } from './conformance/suite.js'

/**
 * The contract of a store as data, for any test runner. `createStore` is called once for each case with a prefix of its own, and
 * again with another where a case is about two; stores of one prefix share their keys, stores of two do not see each other. A case
 * rejects with an AssertionError of Node whose message says which method did what the contract does not allow.
 *
 * @example
 * for (const { title, run } of storeConformance((prefix) => myStore({ prefix }))) test(title, run)
 * @throws ConfigurationError `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN`
 */
export function storeConformance(
  createStore: (prefix: string) => IdempotencyStore | Promise<IdempotencyStore>,
  options: ConformanceOptions = {},
): readonly ConformanceCase[] {
  return toCases({ ...CLAIM_CHECKS, ...COMPLETION_CHECKS, ...KEY_CHECKS }, createStore, options, 'storeConformance')
}
