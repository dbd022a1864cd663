import { describe, expect, test, vi } from 'vitest'
import { memoryTasks } from '../../src/polling/memory-tasks.js'
import type { WatchedTask } from '../../src/polling/task-list.js'
import { taskListConformance } from '../../src/testing/index.js'

function toTask(taskId: string): WatchedTask {
  return { kind: 'music', taskId, metadata: {}, submittedAt: new Date() }
}

describe('memoryTasks', () => {
  for (const { title, run } of taskListConformance(() => memoryTasks())) test.concurrent(title, run)

  test('keeps a copy of what it is given', async () => {
    const list = memoryTasks()
    const task = { ...toTask('1'), metadata: { orderId: '42' } }
    await list.add(task, 0)
    task.metadata.orderId = '43'
    task.submittedAt.setTime(0)
    const [taken] = await list.take(1, 1_000)
    expect(taken?.metadata).toEqual({ orderId: '42' })
    expect(taken?.submittedAt.getTime()).not.toBe(0)
  })

  test('lends 20,000 tasks in the order in which they are due, whatever was postponed and removed between', async () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const list = memoryTasks()
    const due = new Map<string, number>()
    for (let index = 0; index < 20_000; index++) {
      const delayMs = (index * 7_919) % 20_011
      await list.add(toTask(String(index)), delayMs)
      due.set(String(index), delayMs)
    }
    // Every task is lent and postponed once, and every third is removed.
    now = 20_011
    for (const task of await list.take(Infinity, 1_000)) {
      const delayMs = (Number(task.taskId) * 104_729) % 20_011
      await list.postpone(task, delayMs)
      due.set(task.taskId, now + delayMs)
      if (Number(task.taskId) % 3 === 0) {
        await list.remove(task)
        due.delete(task.taskId)
      }
    }
    expect(await list.size()).toBe(due.size)
    now = 50_000
    const taken = await list.take(Infinity, 1_000)
    expect(taken).toHaveLength(due.size)
    const times = taken.map(({ taskId }) => due.get(taskId) ?? NaN)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(await list.take(1, 1_000)).toEqual([])
  })
})
