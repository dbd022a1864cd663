import type { TaskList } from '../polling/task-list.js'
import { toCases, type ConformanceCase, type ConformanceOptions } from './conformance/suite.js'
import { TASK_CHECKS } from './conformance/task-checks.js'

/**
 * The contract of a task list as data, for any test runner. `createList` is called once for each case with a prefix of its own, and
 * again with another where a case is about two; lists of one prefix share their tasks, lists of two do not see each other. A case
 * rejects with an AssertionError of Node whose message says which method did what the contract does not allow.
 *
 * @example
 * for (const { title, run } of taskListConformance((prefix) => myTasks({ prefix }))) test(title, run)
 * @throws ConfigurationError `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN`
 */
export function taskListConformance(
  createList: (prefix: string) => TaskList | Promise<TaskList>,
  options: ConformanceOptions = {},
): readonly ConformanceCase[] {
  return toCases(TASK_CHECKS, createList, options, 'taskListConformance')
}
