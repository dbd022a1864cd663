import { AssertionError } from 'node:assert/strict'
import { describe, expect, test } from 'vitest'
import type { TaskList } from '../../src/polling/task-list.js'
import { taskListConformance, type ConformanceCase } from '../../src/testing/index.js'
import { BROKEN_TASK_LISTS } from './broken-task-lists.js'
import { SoundTaskList, TaskWorld } from './sound-task-list.js'

/** The suite over lists of one world, whose clock goes on only when a case sleeps. */
function casesOf(create: (world: TaskWorld, prefix: string) => TaskList): readonly ConformanceCase[] {
  const world = new TaskWorld()
  return taskListConformance((prefix) => create(world, prefix), { sleep: world.sleep })
}

async function failures(cases: readonly ConformanceCase[]): Promise<ReadonlyMap<string, unknown>> {
  const failed = new Map<string, unknown>()
  for (const { title, run } of cases) await run().catch((error: unknown) => failed.set(title, error))
  return failed
}

describe('taskListConformance', () => {
  test('finds nothing to say against a task list that keeps the contract', async () => {
    expect(await failures(casesOf((world, prefix) => new SoundTaskList(world, prefix)))).toEqual(new Map())
  })

  test.each(BROKEN_TASK_LISTS)('catches a task list that %s, by "%s"', async (_fault, title, List) => {
    const failed = await failures(casesOf((world, prefix) => new List(world, prefix)))
    expect([...failed.keys()]).toContain(title)
    for (const error of failed.values()) {
      expect(error).toBeInstanceOf(AssertionError)
      // Which method, what the contract demands of it, and what it did.
      expect((error as Error).message).toMatch(
        /^(add|take|postpone|remove|size).*: .+\. Expected .+, but it was .+\.$/s,
      )
    }
  })

  test('has no case that no broken task list fails', async () => {
    const failed = new Set<string>()
    for (const [, , List] of BROKEN_TASK_LISTS) {
      const titles = (await failures(casesOf((world, prefix) => new List(world, prefix)))).keys()
      for (const title of titles) failed.add(title)
    }
    const titles = casesOf((world, prefix) => new SoundTaskList(world, prefix)).map(({ title }) => title)
    expect(titles.filter((title) => !failed.has(title))).toEqual([])
  })
})
