/** What others do wrong: tasks that are never answered well, lists that break their contract, calls in another order than meant. */
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
