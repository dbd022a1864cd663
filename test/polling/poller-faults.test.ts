/** What others do wrong: tasks that are never answered well, lists that break their contract, calls in another order than meant. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SunoCallbacks } from '../../src/index.js'
import {
  memoryTasks,
  providerClient,
  recordPoller,
  type OverdueTask,
  type ProviderClient,
  type RecordPollerOptions,
  type TaskCheck,
  type TaskList,
  type TaskName,
} from '../../src/polling/index.js'
import { keepingLogger } from '../support/receiver.js'
import { apiServer, type ApiServer } from './api-server.js'
import { recordOf } from './records.js'

const music = (taskId = 'task-1') => ({ kind: 'music', taskId }) as const
const done = (taskId = 'task-1') => recordOf('music:complete', 'sunoapi', taskId)
const until = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 10_000, interval: 10 })

function setUp(api: ApiServer | ProviderClient, options: Partial<RecordPollerOptions> = {}) {
  const logger = keepingLogger()
  const suno = new SunoCallbacks({ verify: false, logger })
  suno.on('music:complete', () => undefined)
  const provider = 'url' in api ? providerClient({ provider: 'sunoapi', apiKey: 'key-1', baseUrl: api.url }) : api
  const tasks = options.tasks ?? memoryTasks()
  const poller = recordPoller(suno, { provider, requestsPerSecond: 1000, ...options, tasks })
  onTestFinished(() => poller.stop())
  const checks: TaskCheck[] = []
  const overdue: OverdueTask[] = []
  poller.on('checked', (check) => checks.push(check)).on('overdue', (task) => overdue.push(task))
  /** Puts a task on the list that is due at once. */
  const due = async (taskId = 'task-1', ageMs = 0): Promise<void> => {
    await tasks.add({ ...music(taskId), metadata: {}, submittedAt: new Date(Date.now() - ageMs) }, 0)
  }
  return { suno, poller, tasks, logger, checks, overdue, due }
}

describe('a list that breaks its contract', () => {
  test.each([undefined, null, {}, [null], ['task-1']])(
    'by answering %j to take is told once, and asked again',
    async (answer) => {
      vi.spyOn(Math, 'random').mockReturnValue(-1.999)
      const inner = memoryTasks()
      let faults = 0
      const take: TaskList['take'] = (limit, leaseMs) => (++faults > 2 ? inner.take(limit, leaseMs) : (answer as never))
      const { poller, tasks, logger } = setUp(await apiServer(done()), { tasks: { ...inner, take } })
      await tasks.add({ ...music(), metadata: {}, submittedAt: new Date() }, 0)
      poller.start()
      await until(async () => expect(await inner.size()).toBe(0))
      const told = logger.lines.filter(({ message }) => message.includes('task list failed'))
      expect(told).toMatchObject([{ level: 'error', fields: { operation: 'take' } }])
      expect((told[0]?.fields?.error as Error).message).toContain('must answer an array of tasks')
    },
  )

  test('by answering undefined to get knows no such task', async () => {
    const get = () => Promise.resolve(undefined as never)
    const { poller } = setUp(await apiServer(done()), { tasks: { ...memoryTasks(), get } })
    expect(await poller.check(music())).toMatchObject({ status: 'done' })
  })
})

describe('a look that never ends', () => {
  /** Many tasks that are known already, three times, after one look that hangs; what is in use after each time, in MB. */
  async function manyAfterOneThatHangs(how: 'polled' | 'swept'): Promise<number[]> {
    const { suno, poller, tasks, checks } = setUp(await apiServer(), { concurrency: 2 })
    let end: (isDone: boolean) => void = () => undefined
    const hung = new Promise<boolean>((resolve) => (end = resolve))
    Object.assign(suno, { isTaskDone: (task: TaskName) => (task.taskId === 'hung' ? hung : Promise.resolve(true)) })
    const used: number[] = []
    const measure = async () => {
      await until(() => expect(checks.length).toBeGreaterThan(MANY - 2))
      checks.length = 0
      used.push(usedMb())
    }
    const names = Array.from({ length: MANY }, (_, index) => music(`task-${String(index)}`))
    async function* swept() {
      yield music('hung')
      for (let round = 0; round < 3; round++) {
        yield* names
        await measure()
      }
      end(true)
    }
    if (how === 'swept') await poller.sweep(swept())
    else {
      vi.spyOn(Math, 'random').mockReturnValue(-1.999)
      const add = (task: TaskName) => tasks.add({ ...task, metadata: {}, submittedAt: new Date() }, 0)
      await add(music('hung'))
      poller.start()
      for (let round = 0; round < 3; round++) {
        for (const task of names) await add(task)
        await measure()
      }
      end(true)
    }
    return used
  }

  test.each(['polled', 'swept'] as const)('keeps nothing of the later ones that are %s', async (how) => {
    const [, second = 0, third = 0] = await manyAfterOneThatHangs(how)
    expect(third - second).toBeLessThan(1.5)
  })
})

const MANY = 10_000

/** What is in use after everything that can be collected was, in MB. */
function usedMb(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed / 1e6
}
