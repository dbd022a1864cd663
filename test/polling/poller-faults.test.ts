/** What others do wrong: tasks that are never answered well, lists that break their contract, calls in another order than meant. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SunoCallbacks, type SunoCallbacksOptions } from '../../src/index.js'
import {
  memoryTasks,
  providerClient,
  ProviderError,
  recordPoller,
  type OverdueTask,
  type ProviderClient,
  type ProviderCode,
  type RecordAnswer,
  type RecordPollerOptions,
  type TaskCheck,
  type TaskList,
  type TaskName,
} from '../../src/polling/index.js'
import { deferred, deliver, keepingLogger } from '../support/receiver.js'
import { fails, faultyStore } from '../support/store.js'
import { apiServer, json, type Answer, type ApiServer } from './api-server.js'
import { recordOf } from './records.js'

const music = (taskId = 'task-1') => ({ kind: 'music', taskId }) as const
const done = (taskId = 'task-1') => recordOf('music:complete', 'sunoapi', taskId)
const until = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 10_000, interval: 10 })

function setUp(
  api: ApiServer | ProviderClient,
  options: Partial<RecordPollerOptions> = {},
  given: SunoCallbacksOptions = {},
) {
  const logger = keepingLogger()
  const suno = new SunoCallbacks({ verify: false, logger, ...given })
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

const nothing = { code: 500, msg: 'record is null', data: null }

/** A list that tells how long each task is put off, in ms. */
function tellingList() {
  const inner = memoryTasks()
  const delays = new Map<string, number>()
  const postpone: TaskList['postpone'] = (task, delayMs) => {
    delays.set(task.taskId, delayMs)
    return inner.postpone(task, delayMs)
  }
  return { tasks: { ...inner, postpone }, delays }
}

describe('a record that is answered with a fault of its own', () => {
  test.each([500, 599, 408])(
    'code %i within HTTP 200 slows no other task, and is asked by the schedule',
    async (code) => {
      const api = await apiServer()
      api.respond(({ query }) => (query.get('taskId') === 'live' ? done('live') : { ...nothing, code }))
      const { tasks, delays } = tellingList()
      const { poller, checks, due } = setUp(api, { tasks, mode: 'primary' })
      for (const id of ['a', 'b', 'c', 'd', 'e']) await due(id, 20 * 60_000)
      await due('live', 20_000)
      const startedAt = performance.now()
      poller.start()
      await until(() => expect(checks).toHaveLength(6))
      expect(performance.now() - startedAt).toBeLessThan(3000)
      expect(checks.find(({ taskId }) => taskId === 'live')).toMatchObject({ status: 'done' })
      expect(checks.find(({ taskId }) => taskId === 'a')).toMatchObject({
        error: { code: 'UNAVAILABLE', httpStatus: 200 },
      })
      // At 20 minutes of age: 6 minutes, a fifth more or less.
      await until(() => expect([...delays.keys()].sort()).toEqual(['a', 'b', 'c', 'd', 'e']))
      for (const delayMs of delays.values()) expect(Math.abs(delayMs - 6 * 60_000)).toBeLessThan(73_000)
    },
  )

  test.each<[string, Answer]>([
    ['code 455 within HTTP 200', { code: 455, msg: 'maintenance', data: null }],
    ['code 500 within HTTP 500', json(nothing, 500)],
    ['no answer', (response) => response.destroy()],
  ])('%s slows all, and what waits for its turn is given back meanwhile', async (_, answer) => {
    const api = await apiServer(answer)
    const { tasks, delays } = tellingList()
    const { poller, checks, due } = setUp(api, { tasks, requestsPerSecond: 2 })
    for (const id of ['a', 'b', 'c']) await due(id)
    poller.start()
    await until(() => expect([...delays.keys()].sort()).toEqual(['a', 'b', 'c']))
    expect(checks).toHaveLength(1)
    expect(api.asked).toHaveLength(1)
    for (const delayMs of delays.values()) expect(Math.abs(delayMs - 6000)).toBeLessThan(500)
  })

  test('a pause gives back a task whose second request waits, and makes who asks for a look wait', async () => {
    const provider = { record: pausing(), submit: () => Promise.reject(new Error('never')) }
    const { tasks, delays } = tellingList()
    const { poller, checks, due } = setUp(provider, { tasks })
    await due('slow')
    await due('limited')
    poller.start()
    await until(() => expect([...delays.keys()].sort()).toEqual(['limited', 'slow']))
    expect(checks).toMatchObject([{ taskId: 'limited' }])
    const signal = AbortSignal.timeout(50)
    await expect(poller.check({ ...music(), signal })).rejects.toThrow('timeout')
  })
})

/** A client like that of kie.ai: `slow` needs a second request, after another task has met a limit. */
function pausing(): ProviderClient['record'] {
  let meet: () => void = () => undefined
  const met = new Promise<void>((resolve) => (meet = resolve))
  return async (_, taskId, { beforeNextRequest } = {}) => {
    if (taskId === 'limited') {
      setTimeout(meet, 10)
      throw new ProviderError('RATE_LIMITED', 'Too fast.')
    }
    await met
    await beforeNextRequest?.()
    return { state: 'missing' }
  }
}

const DAY_MS = 24 * 3_600_000
const HOUR_MS = 3_600_000

/** A client that answers every record so. */
function client(record: () => Promise<RecordAnswer>): ProviderClient {
  return { record, submit: () => Promise.reject(new Error('never')) }
}

const throws = (code: ProviderCode, httpStatus: number | null = null) =>
  client(() => Promise.reject(new ProviderError(code, 'No.', { httpStatus })))

const hourly = (delayMs: number | undefined) =>
  expect(Math.abs((delayMs ?? 0) - HOUR_MS)).toBeLessThanOrEqual(HOUR_MS / 5)

describe('a task that is older than maxAgeMs', () => {
  test.each([
    ['is refused', throws('REFUSED', 200), 'unanswered'],
    ['has an answer that nobody can read', throws('UNREADABLE', 200), 'unanswered'],
    [
      'has a record that nobody can handle',
      client(() => Promise.resolve({ state: 'found', body: ofTwoTasks() })),
      'failed',
    ],
  ])('is told and leaves the list, when it %s', async (_, provider, status) => {
    const { tasks, delays } = tellingList()
    const { poller, overdue, checks, due } = setUp(provider, { tasks, mode: 'primary' })
    await due('young', 5 * DAY_MS)
    for (const days of [6.5, 30, 365]) await due(`of ${String(days)} days`, days * DAY_MS)
    poller.start()
    await until(() => expect(overdue).toHaveLength(3))
    await until(() => expect([...delays.keys()]).toEqual(['young']))
    expect(overdue.map(({ taskId }) => taskId)).toEqual(['of 6.5 days', 'of 30 days', 'of 365 days'])
    expect(overdue[0]).toMatchObject({ check: { status } })
    expect(await tasks.size()).toBe(1)
    expect(checks).toHaveLength(4)
    hourly(delays.get('young'))
  })

  test.each([
    ['does not answer', throws('UNAVAILABLE')],
    ['answers HTTP 503', throws('UNAVAILABLE', 503)],
    ['is under maintenance', throws('MAINTENANCE', 200)],
    ['limits the account', throws('RATE_LIMITED', 200)],
    ['has no credits left', throws('NO_CREDITS', 200)],
  ])('stays, and is asked every hour, while the provider %s', async (_, provider) => {
    const { tasks, delays } = tellingList()
    const { poller, overdue, due } = setUp(provider, { tasks, concurrency: 1 })
    await due('old', 30 * DAY_MS)
    poller.start()
    await until(() => hourly(delays.get('old')))
    expect(overdue).toEqual([])
    expect(await tasks.size()).toBe(1)
  })

  test.each(['listener', 'store'])('stays, and is asked every hour, while the %s fails', async (which) => {
    const { tasks, delays } = tellingList()
    const store = faultyStore()
    if (which === 'store') store.always('claim', fails)
    const provider = client(() => Promise.resolve({ state: 'found', body: done('old') }))
    const { suno, poller, overdue, checks, due } = setUp(provider, { tasks }, { store })
    if (which === 'listener') {
      suno.on('music:complete', () => {
        throw new Error('broken')
      })
    }
    await due('old', 30 * DAY_MS)
    poller.start()
    await until(() => hourly(delays.get('old')))
    expect(checks).toMatchObject([{ status: 'failed' }])
    expect(overdue).toEqual([])
    expect(await tasks.size()).toBe(1)
  })

  test('is told after a day of looks, when the API fails at its record alone', async () => {
    const { tasks, delays } = tellingList()
    const take: TaskList['take'] = async (limit, leaseMs) =>
      (await tasks.take(limit, leaseMs)).map((task) => ({ ...task, takes: task.taskId === 'asked often' ? 24 : 23 }))
    const { poller, overdue, due } = setUp(await apiServer(nothing), { tasks: { ...tasks, take } })
    await due('just added', 30 * DAY_MS)
    await due('asked often', 6.5 * DAY_MS)
    poller.start()
    await until(() =>
      expect(overdue).toMatchObject([{ taskId: 'asked often', check: { error: { providerCode: 500 } } }]),
    )
    await until(() => hourly(delays.get('just added')))
    expect(await tasks.size()).toBe(1)
  })
})

/** Which of them is it? */
function ofTwoTasks(): object {
  const { data, ...root } = done('task-1') as { data: object }
  return { ...root, taskId: 'task-2', data }
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

describe('stop and start in any order', () => {
  test('a stop that is not awaited ends what was begun before it, and nothing that begins after it', async () => {
    const { suno, poller, tasks } = setUp(await apiServer({ code: 200, data: null }))
    const stops: unknown[] = []
    poller.on('stopped', (stop) => stops.push(stop))
    poller.start()
    const stopping = poller.stop()
    poller.start()
    await stopping
    expect(stops).toEqual([{ error: null }])
    // The second polling goes on, and knows of callbacks.
    await poller.watch(music())
    await deliver(suno, 'task-1')
    await until(async () => expect(await tasks.size()).toBe(0))
    await poller.stop()
    expect(stops).toHaveLength(2)
    await poller.watch(music('task-2'))
    await poller.stop()
    await deliver(suno, 'task-2')
    expect(await tasks.size()).toBe(1)
  })

  test('each stop waits for all that was under way when it was called', async () => {
    const { suno, poller, checks, due } = setUp(await apiServer(done()))
    const { promise, resolve: goOn } = deferred()
    suno.on('music:complete', () => promise)
    const stops: unknown[] = []
    poller.on('stopped', (stop) => stops.push(stop))
    const began = new Promise((resolve) => suno.on('music:complete', resolve))
    await due()
    poller.start()
    await began
    const order: string[] = []
    const ended = [poller.stop().then(() => order.push('first'))]
    poller.start()
    ended.push(poller.stop().then(() => order.push('second')))
    ended.push(poller.stop().then(() => order.push('third')))
    setTimeout(() => {
      order.push('listener')
      goOn()
    }, 100)
    await Promise.all(ended)
    expect(order[0]).toBe('listener')
    expect(order).toHaveLength(4)
    expect(stops).toHaveLength(2)
    expect(checks).toMatchObject([{ status: 'done' }])
  })

  test('what waits for a task across a stop and a start is rejected, and a wait that begins then is answered', async () => {
    const { suno, poller } = setUp(await apiServer({ code: 200, data: null }))
    poller.start()
    const before = expect(poller.waitFor(music())).rejects.toMatchObject({ name: 'AbortError' })
    const stopping = poller.stop()
    const after = poller.waitFor(music())
    await stopping
    await before
    await deliver(suno, 'task-1')
    expect(await after).toMatchObject({ type: 'music:complete', source: 'callback' })
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
