import { expect } from 'vitest'
import type { LentTask, TaskList, WatchedTask } from '../../src/polling/task-list.js'

const TASKS = 1_000
const LEASE_MS = 45_000

/**
 * The lists, all of the same tasks, take them at once, 7 at a time, until nothing is left: each task is lent to exactly one of them.
 * Then the tasks are given back, and all are lent once more.
 */
export async function expectEachLentOnce(lists: readonly TaskList[]): Promise<void> {
  const [list] = lists as [TaskList]
  const taskIds = Array.from({ length: TASKS }, (_, index) => `task-${String(index)}`)
  await Promise.all(taskIds.map(async (taskId) => list.add(toTask(taskId), 0)))
  for (const takes of [1, 2]) {
    const taken = await Promise.all(lists.map(takeAll))
    expect(
      taken
        .flat()
        .map(({ taskId }) => taskId)
        .sort(),
    ).toEqual([...taskIds].sort())
    expect(taken.flat().every((task) => task.takes === takes)).toBe(true)
    // No caller got everything: they did take at once.
    expect(taken.filter(({ length }) => length > 0).length).toBeGreaterThan(1)
    await Promise.all(taken.flat().map(async (task) => expect(await list.postpone(task, 0)).toBe(true)))
  }
}

async function takeAll(list: TaskList): Promise<LentTask[]> {
  const taken: LentTask[] = []
  for (;;) {
    const some = await list.take(7, LEASE_MS)
    if (some.length === 0) return taken
    taken.push(...some)
  }
}

function toTask(taskId: string): WatchedTask {
  return { kind: 'music', taskId, metadata: {}, submittedAt: new Date() }
}
