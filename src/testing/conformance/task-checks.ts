import type { LentTask, TaskList, WatchedTask } from '../../polling/task-list.js'
import { demand, demandNumber } from './demand.js'
import type { Checks } from './suite.js'

const LONG_MS = 45_000
const SUBMITTED_AT = new Date('2026-01-02T03:04:05.678Z')

/** What every task list must do. */
export const TASK_CHECKS: Checks<TaskList> = {
  'lends a task that is due, as it was added': async ({ subject: list }) => {
    const metadata = { orderId: '42', title: 'Ärger "im" Büro 🎵' }
    demand(await list.add(toTask('1', metadata), 0), true, 'add: a task that is new must be told so.')
    const [task, ...others] = await list.take(10, LONG_MS)
    const { kind, taskId, metadata: kept, submittedAt, takes } = task ?? {}
    const expected = { kind: 'music', taskId: '1', metadata, submittedAt: SUBMITTED_AT, takes: 1, others: [] }
    const actual = { kind, taskId, metadata: { ...kept }, submittedAt, takes, others }
    demand(actual, expected, 'take: a task that is due must be lent, with all that it was added with.')
  },

  'lends nothing before it is due': async ({ subject: list, leaseMs, lapse, elapsedMs }) => {
    await list.add(toTask('now'), 0)
    await list.add(toTask('later'), leaseMs)
    await list.add(toTask('last'), LONG_MS)
    const early = ids(await list.take(10, LONG_MS))
    demand(early.includes('now'), true, 'take: a task that was added with no delay is due at once.')
    demand(early.includes('last'), false, `take: ${NOT_YET}`)
    // A machine may take longer for these calls than the delay lasts.
    const delayMs = (leaseMs - 1) * Number(early.includes('later'))
    demandNumber(elapsedMs(), delayMs, Infinity, `take: ${NOT_YET}`)
    await lapse()
    demand(await list.size(), 3, 'size: waiting and lent tasks count as well.')
    const all = [...early, ...ids(await list.take(10, LONG_MS))]
    demand(all, ['now', 'later'], 'take: a task whose delay is over must be lent, and one whose delay is not must not.')
  },

  'lends those first that have been due longest, and not more than it is asked for': async (tools) => {
    const { subject: list, sleep } = tools
    for (const [index, taskId] of ['c', 'a', 'e', 'b', 'd'].entries()) {
      await list.add(toTask(taskId), 0)
      if (index < 4) await sleep(10)
    }
    const order = 'take: at most so many as it is asked for, and those first that have been due longest.'
    demand(ids(await list.take(2, LONG_MS)), ['c', 'a'], order)
    demand(ids(await list.take(2, LONG_MS)), ['e', 'b'], order)
    demand(ids(await list.take(2, LONG_MS)), ['d'], order)
    demand(ids(await list.take(2, LONG_MS)), [], 'take: a task that is lent must not be lent to another caller.')
  },

  'lends each task to one of 20 parallel callers': async ({ subject: list }) => {
    await Promise.all(numbers(100).map(async (number) => list.add(toTask(number), 0)))
    const taken = (await Promise.all(numbers(20).map(async () => list.take(10, LONG_MS)))).flat()
    demand(new Set(ids(taken)).size, ids(taken).length, 'take: of many callers at once exactly one must get each task.')
    const rest = await list.take(100, LONG_MS)
    demand(taken.length + rest.length, 100, 'take: every task that is due must be lent.')
    const lends = new Set([...taken, ...rest].map(({ taskId, lend }) => `${taskId} ${lend}`))
    demand(lends.size, 100, 'take: each lending must have a name.')
  },

  'lends a task again when its lease has lapsed': async ({ subject: list, leaseMs, lapse }) => {
    await list.add(toTask('1'), 0)
    const first = await takeOne(list, leaseMs)
    await lapse()
    const second = await takeOne(list, LONG_MS)
    demand(second.takes, 2, 'take: takes must count how often the task was lent.')
    demand(first.lend === second.lend, false, 'take: lend must be fresh each time a task is lent.')
    demand(
      await list.postpone(first, 0),
      false,
      'postpone: a caller whose lending has lapsed and went to another must be told so.',
    )
    demand(
      ids(await list.take(10, LONG_MS)),
      [],
      'postpone by an earlier caller must change nothing: the task is lent.',
    )
    demand(await list.postpone(second, 0), true, 'postpone: the caller to whom the task is lent must be able to.')
  },

  'lends a task that was postponed when it is due again, and not before': async ({ subject: list, leaseMs, lapse }) => {
    await list.add(toTask('1'), 0)
    const task = await takeOne(list, leaseMs)
    demand(await list.postpone(task, LONG_MS), true, 'postpone: the caller to whom the task is lent must be able to.')
    await lapse()
    demand(
      ids(await list.take(10, LONG_MS)),
      [],
      'take: a task that was postponed must not be lent at the end of its lease.',
    )
    demand(await list.postpone(task, 0), false, 'postpone: a task that was given back is lent to nobody.')
    demand(await list.postpone({ ...task, lend: '' }, 0), false, 'postpone: no lending has an empty name.')
    await list.add(toTask('2'), 0)
    const other = await takeOne(list, LONG_MS)
    await list.postpone(other, 0)
    demand(ids(await list.take(10, LONG_MS)), ['2'], 'take: a task that was postponed by 0 ms is due at once.')
  },

  'postpones a task whose lease has lapsed and that nobody took': async ({ subject: list, leaseMs, lapse }) => {
    await list.add(toTask('1'), 0)
    const task = await takeOne(list, leaseMs)
    await lapse()
    demand(await list.postpone(task, LONG_MS), true, 'postpone: a lapsed lease must not hinder whom nobody followed.')
    demand(ids(await list.take(10, LONG_MS)), [], 'take: a task that was postponed must not be lent before it is due.')
  },

  'adds a task once, and gives it metadata where it has none': async ({ subject: list, leaseMs }) => {
    await list.add(toTask('1'), 0)
    const again = await list.add(toTask('1', { orderId: '42' }), LONG_MS)
    demand(again, false, 'add: a task that is there already must be told so.')
    demand(await list.size(), 1, 'add: a task that is there already must not become two.')
    const task = await takeOne(list, leaseMs)
    demand(
      { ...task.metadata },
      { orderId: '42' },
      'add: a task without metadata must get those that it is added with again.',
    )
    await list.add(toTask('1', { orderId: '43' }), 0)
    demand(ids(await list.take(10, LONG_MS)), [], 'add: a task that is lent must stay lent when it is added again.')
    await list.postpone(task, 0)
    const { metadata } = await takeOne(list, LONG_MS)
    demand({ ...metadata }, { orderId: '42' }, 'add: metadata that are there must stay.')
  },

  'removes a task for every caller, and does not bring it back': async ({ subject: list, leaseMs }) => {
    demand(await list.remove(toTask('1')), false, 'remove: a task that is not there must be told so.')
    await list.add(toTask('1'), 0)
    const task = await takeOne(list, leaseMs)
    demand(await list.remove(toTask('1')), true, 'remove: a task that is lent must go as well.')
    demand(await list.postpone(task, 0), false, 'postpone: a task that was removed is lent to nobody.')
    demand(await list.size(), 0, 'size: a task that was removed does not count.')
    demand(ids(await list.take(10, LONG_MS)), [], 'take: a task that was removed must not be lent.')
    demand(await list.add(toTask('1'), 0), true, 'add: a task that was removed is new when it is added again.')
    demand(
      await list.postpone(task, LONG_MS),
      false,
      'postpone: a lending of before must not postpone a task that was added anew.',
    )
    demand((await takeOne(list, LONG_MS)).takes, 1, 'take: takes must begin anew with a task that was added anew.')
  },

  'tells tasks apart by kind and by each character of their ids': async ({ subject: list }) => {
    const taskIds = [
      'Task',
      'task',
      'task ',
      'a:b',
      'a',
      '__proto__',
      '%',
      "'; --",
      '🎵',
      'x'.repeat(127) + '1',
      'x'.repeat(127) + '2',
    ]
    for (const taskId of taskIds) {
      demand(await list.add(toTask(taskId), 0), true, `add: ${JSON.stringify(taskId)} is a task of its own.`)
    }
    const wav: WatchedTask = { ...toTask('task'), kind: 'wav' }
    demand(await list.add(wav, 0), true, 'add: a task of another kind is a task of its own.')
    demand(await list.remove(wav), true, 'remove: a task must be found by its kind and id.')
    const taken = ids(await list.take(100, LONG_MS)).sort()
    demand(taken, taskIds.sort(), 'take: every task that is due must be lent, under its own id.')
  },

  'does not see the tasks of another prefix': async ({ subject: list, another }) => {
    const other = await another()
    await list.add(toTask('1'), 0)
    demand(ids(await other.take(10, LONG_MS)), [], 'take: lists of two prefixes must not see each other.')
    demand(await other.remove(toTask('1')), false, 'remove: lists of two prefixes must not see each other.')
    demand(await other.size(), 0, 'size: lists of two prefixes must not see each other.')
    demandNumber(await list.size(), 0, 1, 'size: a list of another prefix must change nothing here.')
  },
}

const NOT_YET = 'a task must not be lent before its delay is over.'

function toTask(taskId: string, metadata: WatchedTask['metadata'] = {}): WatchedTask {
  return { kind: 'music', taskId, metadata, submittedAt: SUBMITTED_AT }
}

function ids(tasks: readonly LentTask[]): string[] {
  return tasks.map(({ taskId }) => taskId)
}

function numbers(length: number): string[] {
  return Array.from({ length }, (_, index) => String(index))
}

async function takeOne(list: TaskList, leaseMs: number): Promise<LentTask> {
  const [task, ...others] = await list.take(10, leaseMs)
  demand([task === undefined, others.length], [false, 0], 'take: the one task that is due must be lent, and no other.')
  return task as LentTask
}
