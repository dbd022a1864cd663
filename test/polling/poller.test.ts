/** The poller against APIs on this machine. What is due is put on the list with no delay; when things are due is in schedule.test.ts. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SunoCallbacks, type SunoCallbacksOptions, type SunoEvent } from '../../src/index.js'
import {
  memoryTasks,
  providerClient,
  recordPoller,
  type TaskCheck,
  type ProviderClient,
  type ProviderClientOptions,
  type RecordPoller,
  type RecordPollerOptions,
  type TaskList,
} from '../../src/polling/index.js'
import { sample } from '../../src/testing/index.js'
import { keepingLogger } from '../support/receiver.js'
import { apiServer, json, type ApiServer } from './api-server.js'
import { failedRecordOf, recordOf, RESULTS } from './records.js'
import { JOB_RUBBISH, RUBBISH } from './rubbish.js'

const SECRET = 'a secret of more than sixteen characters'
const music = (taskId = 'task-1') => ({ kind: 'music', taskId }) as const
const done = (taskId = 'task-1') => recordOf('music:complete', 'sunoapi', taskId)
const running = (taskId = 'task-1') => ({ code: 200, msg: 'success', data: { taskId, status: 'PENDING' } })

interface Setup {
  readonly suno: SunoCallbacks
  readonly poller: RecordPoller
  readonly tasks: TaskList
  readonly logger: ReturnType<typeof keepingLogger>
  readonly events: SunoEvent[]
  readonly checks: TaskCheck[]
  /** Puts a task on the list that is due at once. */
  readonly due: (task?: {
    kind?: SunoEvent['kind']
    taskId?: string
    submittedAt?: Date
    metadata?: object
  }) => Promise<void>
}

function setUp(
  api: ApiServer | ProviderClient,
  options: Partial<RecordPollerOptions> = {},
  given: SunoCallbacksOptions = {},
  client: Partial<ProviderClientOptions> = {},
): Setup {
  const logger = keepingLogger()
  const suno = new SunoCallbacks({ secret: SECRET, baseUrl: 'https://app.example.com/suno', logger, ...given })
  const events: SunoEvent[] = []
  suno.on('*', (event) => void events.push(event))
  const tasks = options.tasks ?? memoryTasks()
  const provider =
    'url' in api ? providerClient({ provider: 'sunoapi', apiKey: 'key-1', baseUrl: api.url, ...client }) : api
  const poller = recordPoller(suno, { provider, requestsPerSecond: 1000, ...options, tasks })
  const checks: TaskCheck[] = []
  poller.on('checked', (check) => checks.push(check))
  onTestFinished(() => poller.stop())
  const due: Setup['due'] = async ({ kind, taskId = 'task-1', submittedAt = new Date(), metadata = {} } = {}) => {
    await tasks.add({ kind: kind ?? 'music', taskId, submittedAt, metadata: metadata as Record<string, string> }, 0)
  }
  return { suno, poller, tasks, logger, events, checks, due }
}

async function until(assertion: () => unknown): Promise<void> {
  await vi.waitFor(assertion, { timeout: 10_000, interval: 10 })
}

const empty = (tasks: TaskList) => until(async () => expect(await tasks.size()).toBe(0))

describe.each(['sunoapi', 'apibox', 'kie'] as const)('a record of %s', (provider) => {
  test.each(RESULTS)('is the same event as the callback: $type', async ({ kind, type }) => {
    const api = await apiServer(recordOf(type, provider, 'task-1'))
    const { suno, poller, events } = setUp(api, {}, {}, { provider })
    const query = new URL(suno.callbackUrl(kind, { metadata: { orderId: '42' } })).search
    const body = sample(type, { provider, taskId: 'task-1' })
    const callback = (await suno.receive({ query, body })).event
    const check = await poller.check({ kind, taskId: 'task-1', metadata: { orderId: '42' } })

    const isLast = type !== 'music:text' && type !== 'music:first'
    const known = isLast && kind !== 'phrase'
    expect(check.status).toBe(known ? 'known' : isLast ? 'done' : 'running')
    expect(events).toHaveLength(1)

    // The same once more, without the callback.
    const alone = setUp(api, {}, {}, { provider })
    await alone.poller.check({ kind, taskId: 'task-1', metadata: { orderId: '42' } })
    expect(alone.events).toHaveLength(1)
    expect(comparable(alone.events[0])).toEqual(comparable(callback))
    expect(alone.events[0]).toMatchObject({ type, source: 'record', key: callback?.key })
  })

  test.each(['music', 'lyrics', 'video', 'voice', 'phrase', 'wav', 'stems', 'midi', 'cover', 'recovery'] as const)(
    'that failed is the same error as the callback: %s',
    async (kind) => {
      const body = sample('error', { provider, taskId: 'task-1', kind }) as { code: number }
      const api = await apiServer(failedRecordOf(kind, 'task-1', body.code))
      const { suno, poller, events } = setUp(api, {}, {}, { provider })
      const check = await poller.check({ kind, taskId: 'task-1' })
      expect(check.status).toBe('done')
      const query = new URL(suno.callbackUrl(kind)).search
      const outcome = await suno.receive({ query, body })
      expect(outcome.status).toBe('duplicate')
      const { key, reason } = outcome.event as { key: string; reason: string } & SunoEvent
      expect(events).toMatchObject([{ type: 'error', kind, stage: 'error', source: 'record', key, reason }])
    },
  )
})

/** Without what is of the delivery, and what only a callback's outer layer has. Its files are there for as long. */
function comparable(event: SunoEvent | null | undefined): object {
  const { source, receivedAt, raw, message, ...rest } = event ?? ({} as SunoEvent)
  expect({ source, receivedAt, raw, message }).toBeDefined()
  const { expiresAt, ...others } = rest as { expiresAt?: Date }
  return { ...others, ...(expiresAt && { expiresAt: Math.round(expiresAt.getTime() / 600_000) }) }
}

describe('callback and record together are one run', () => {
  test.each(['callback first', 'record first', 'at once'])('%s', async (order) => {
    const { suno, poller, tasks, due } = setUp(await apiServer(done()))
    let runs = 0
    suno.on('music:complete', async () => {
      runs++
      await new Promise((resolve) => setTimeout(resolve, 50))
    })
    const callback = () =>
      suno.receive({
        query: new URL(suno.callbackUrl('music')).search,
        body: sample('music:complete', { taskId: 'task-1' }),
      })
    await due()
    if (order === 'callback first') expect((await callback()).status).toBe('handled')
    const checking = poller.check(music())
    if (order === 'record first') await checking
    const outcomes = order === 'callback first' ? [] : [await callback()]
    expect(['done', 'known']).toContain((await checking).status)
    for (const { status } of outcomes) expect(['handled', 'duplicate']).toContain(status)
    expect(runs).toBe(1)
    await empty(tasks)
  })
})

describe('the poller', () => {
  test('looks at what is due, hands its event to the listeners, and takes it off the list', async () => {
    const api = await apiServer(running(), recordOf('music:first', 'sunoapi', 'task-1'), done())
    const { poller, tasks, events, checks, due } = setUp(api)
    await due({ metadata: { orderId: '42' } })
    expect(poller.start()).toBe(poller.start())
    await until(() => expect(checks).toMatchObject([{ status: 'running', outcome: null }]))
    await poller.check(music())
    await poller.check(music())
    expect(checks.map(({ status }) => status)).toEqual(['running', 'running', 'done'])
    expect(events).toMatchObject([
      { type: 'music:first', source: 'record', metadata: { orderId: '42' } },
      { type: 'music:complete', source: 'record', metadata: { orderId: '42' } },
    ])
    await empty(tasks)
  })

  test('asks for no record of a task whose last event is known', async () => {
    const api = await apiServer(done())
    const { suno, poller, tasks, checks, due } = setUp(api)
    const query = new URL(suno.callbackUrl('music')).search
    await suno.receive({ query, body: sample('music:complete', { taskId: 'task-1' }) })
    await due()
    poller.start()
    await empty(tasks)
    expect(checks).toMatchObject([{ status: 'known', record: null }])
    expect(api.asked).toEqual([])
  })

  test('takes a task off the list when its callback is handled, not when that failed', async () => {
    const { suno, poller, tasks } = setUp(await apiServer(running()))
    const query = new URL(suno.callbackUrl('music')).search
    let isBroken = true
    suno.on('music:complete', () => {
      if (isBroken) throw new Error('broken')
    })
    await poller.watch(music())
    const callback = () => suno.receive({ query, body: sample('music:complete', { taskId: 'task-1' }) })
    await suno.receive({ query, body: sample('music:first', { taskId: 'task-1' }) })
    expect((await callback()).status).toBe('failed')
    expect(await tasks.size()).toBe(1)
    isBroken = false
    expect((await callback()).status).toBe('handled')
    await empty(tasks)
  })

  test('does not trouble itself with outcomes that name no task', async () => {
    const { suno, poller, tasks } = setUp(await apiServer(running()))
    await poller.watch(music())
    const query = new URL(suno.callbackUrl('music')).search
    await suno.receive({ query, body: 'no JSON' })
    await suno.receive({ query, body: { code: 200, data: {} } })
    expect(await tasks.size()).toBe(1)
  })

  test('tries again what was not handled', async () => {
    const { suno, poller, tasks, checks, due } = setUp(await apiServer(done()))
    suno.on('music:complete', () => {
      throw new Error('broken')
    })
    await due()
    poller.start()
    await until(() => expect(checks).toMatchObject([{ status: 'failed', outcome: { status: 'failed' } }]))
    expect(await tasks.size()).toBe(1)
  })

  test('finds kind and metadata in our own URL where the record shows it, however old', async () => {
    const { suno } = setUp(await apiServer())
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 30 * 86_400_000 })
    onTestFinished(() => void vi.useRealTimers())
    const url = suno.callbackUrl('wav', { metadata: { orderId: '42' } })
    vi.useRealTimers()
    const other = new SunoCallbacks({ secret: 'another secret of enough characters', logger: false })
    const strange = other.callbackUrl('wav', { metadata: { orderId: '43' }, url: 'https://app.example.com/suno/wav' })
    const shown = async (fields: object) => {
      const record = recordOf('wav:complete', 'sunoapi', 'task-1') as { data: object }
      const { poller, events } = setUp(await apiServer({ ...record, data: { ...record.data, ...fields } }))
      await poller.check({ kind: 'wav', taskId: 'task-1' })
      return events[0]?.metadata
    }
    const orderId = '42'
    expect(await shown({ callbackUrl: url })).toEqual({ orderId })
    expect(await shown({ callBackUrl: url })).toEqual({ orderId })
    expect(await shown({ param: JSON.stringify({ callBackUrl: url }) })).toEqual({ orderId })
    for (const callbackUrl of [strange, suno.callbackUrl('music', { metadata: { orderId } }), 'no URL', '', 7]) {
      expect(await shown({ callbackUrl })).toEqual({})
    }
    for (const param of ['null', 'no JSON', 7]) expect(await shown({ param })).toEqual({})
    const unsigned = setUp(await apiServer(), {}, { secret: undefined, verify: false })
    expect(unsigned.suno.readCallbackUrl(url)).toBeNull()
  })

  test('reports a task that has become too old, and invents nothing', async () => {
    const api = await apiServer(running())
    const { poller, tasks, events, due } = setUp(api, { maxAgeMs: 60_000 })
    const overdue: unknown[] = []
    poller.on('overdue', (task) => overdue.push(task))
    const submittedAt = new Date(Date.now() - 61_000)
    await due({ submittedAt, metadata: { orderId: '42' } })
    poller.start()
    await empty(tasks)
    await until(() => expect(overdue).toHaveLength(1))
    const check = { status: 'running', record: running() }
    expect(overdue).toMatchObject([
      { kind: 'music', taskId: 'task-1', metadata: { orderId: '42' }, submittedAt, check },
    ])
    expect(events).toEqual([])
    // One that is watched too late is looked at once.
    await poller.watch({ ...music('task-2'), submittedAt })
    await until(() => expect(overdue).toHaveLength(1))
  })

  test('takes a result for what it is where its callback could not be delivered', async () => {
    const undelivered = (record: object) => {
      const { data, ...root } = record as { data: Record<string, unknown> }
      const state = 'successFlag' in data ? 'successFlag' : 'status'
      return { ...root, data: { ...data, [state]: 'CALLBACK_EXCEPTION', errorCode: 500 } }
    }
    for (const { kind, type } of RESULTS.filter(({ type }) => !/first|text|recovery/.test(type))) {
      const { poller, events } = setUp(await apiServer(undelivered(recordOf(type, 'sunoapi', 'task-1'))))
      expect([type, (await poller.check({ kind, taskId: 'task-1' })).status]).toEqual([type, 'done'])
      expect(events).toMatchObject([{ type }])
    }
    // One song of two, or a replaced section, which has but one: only its age tells.
    const one = undelivered(recordOf('music:first', 'kie', 'task-1'))
    const old = new Date(Date.now() - 11 * 60_000)
    const { poller, events } = setUp(await apiServer(one))
    expect((await poller.check(music())).status).toBe('running')
    expect((await poller.check({ ...music(), submittedAt: old })).status).toBe('done')
    expect(events.map(({ type }) => type)).toEqual(['music:first', 'music:complete'])
    // Without results, or with a track that has no file yet, nothing is over, however old.
    const bare = { data: { taskId: 'task-1', status: 'CALLBACK_EXCEPTION' } }
    const half = undelivered(recordOf('music:first', 'apibox', 'task-1'))
    const root = { taskId: 'task-1', status: 'CALLBACK_EXCEPTION', code: 200, data: null }
    for (const record of [bare, half, root]) {
      const { poller, events } = setUp(await apiServer(record))
      expect((await poller.check({ ...music(), submittedAt: old })).status).not.toBe('done')
      expect(events.filter(({ type }) => type !== 'music:first')).toEqual([])
    }
  })

  test('reads a record that has everything at its root', async () => {
    const record = { code: 200, taskId: 'task-1', successFlag: 'SUCCESS', audioWavUrl: 'https://a/1.wav', data: null }
    const { poller, events } = setUp(await apiServer(record))
    await poller.check({ kind: 'wav', taskId: 'task-1' })
    expect(events).toMatchObject([{ type: 'wav:complete', audioWavUrl: 'https://a/1.wav' }])
  })

  test('believes an empty success when the task is old, not before', async () => {
    const api = await apiServer({ code: 200, data: { taskId: 'task-1', successFlag: 'SUCCESS', response: null } })
    const { poller, events } = setUp(api)
    expect((await poller.check({ kind: 'wav', taskId: 'task-1', submittedAt: new Date() })).status).toBe('running')
    const submittedAt = new Date(Date.now() - 11 * 60_000)
    expect((await poller.check({ kind: 'wav', taskId: 'task-1', submittedAt })).status).toBe('done')
    expect(events).toMatchObject([{ type: 'error', reason: 'empty' }])
    // Nothing at all is no success.
    api.answer({ code: 200, data: { taskId: 'task-2' } })
    expect((await poller.check({ kind: 'wav', taskId: 'task-2', submittedAt })).status).toBe('running')
  })
})

describe('rubbish is no event', () => {
  test.each(Object.entries(RUBBISH))('%s', async (_, answer) => {
    const { poller, events, tasks, logger, checks, due } = setUp(await apiServer(answer), {}, {}, { timeoutMs: 2000 })
    await due()
    poller.start()
    await until(() => expect(checks).toHaveLength(1))
    await poller.stop()
    expect(events).toEqual([])
    expect(await tasks.size()).toBe(1)
    expect(['running', 'missing', 'unanswered']).toContain(checks[0]?.status)
    expect(JSON.stringify(logger.lines)).not.toContain('key-1')
  })

  test.each(Object.entries(JOB_RUBBISH))("of kie.ai's jobs: %s", async (_, answer) => {
    const api = await apiServer()
    api.respond(({ path }) => (path.includes('jobs') ? answer : { code: 200, data: null }))
    const { poller, events } = setUp(api, {}, {}, { provider: 'kie' })
    expect((await poller.check(music())).status).toBe('running')
    expect(events).toEqual([])
  })
})

describe('a limit', () => {
  test('of requests in a second and at once is kept by all that ask', async () => {
    let most = 0
    let now = 0
    const api = await apiServer()
    api.respond(({ query }) => (response) => {
      most = Math.max(most, ++now)
      setTimeout(() => {
        now--
        json(running(query.get('taskId') ?? ''))(response)
      }, 60)
    })
    const { poller, due } = setUp(api, { concurrency: 2, requestsPerSecond: 20 })
    for (let index = 0; index < 8; index++) await due({ taskId: `task-${String(index)}` })
    poller.start()
    await Promise.all(['a', 'b', 'c', 'd'].map((taskId) => poller.check(music(taskId))))
    await until(() => expect(api.asked).toHaveLength(12))
    const times = api.asked.map(({ at }) => at)
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(11 * 50 - 40)
    expect(most).toBeLessThanOrEqual(2)
  })

  test('of the provider slows the whole poller, for as long as it says', async () => {
    const api = await apiServer(json({ code: 430, msg: 'slow down' }, 200, { 'retry-after': '1' }), running())
    const { poller, checks, due } = setUp(api, { concurrency: 1 })
    for (const taskId of ['task-1', 'task-2', 'task-3']) await due({ taskId })
    poller.start()
    await until(() => expect(api.asked.length).toBeGreaterThan(1))
    const [first, second] = api.asked
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(950)
    expect(checks[0]).toMatchObject({ status: 'unanswered', error: { code: 'RATE_LIMITED' } })
    // A look that is asked for waits as well; it can be given up.
    api.answer(json({ code: 455, msg: 'maintenance' }))
    await until(() => expect(checks.at(-1)).toMatchObject({ error: { code: 'MAINTENANCE' } }))
    const asked = api.asked.length
    await expect(poller.check({ ...music(), signal: AbortSignal.timeout(50) })).rejects.toThrow('timeout')
    expect(api.asked).toHaveLength(asked)
  })
})

describe('a key that is refused', () => {
  test('stops the poller, and says so once', async () => {
    const api = await apiServer({ code: 401, msg: 'no access' })
    const { poller, logger, due, tasks } = setUp(api)
    const stops: unknown[] = []
    poller.on('stopped', (stop) => stops.push(stop))
    for (const taskId of ['task-1', 'task-2', 'task-3']) await due({ taskId })
    poller.start()
    const waiting = poller.waitFor(music('task-9'))
    await expect(waiting).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await until(() => expect(stops).toMatchObject([{ error: { code: 'UNAUTHORIZED' } }]))
    expect(logger.lines.filter(({ message }) => message.includes('API key'))).toHaveLength(1)
    await poller.stop()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const asked = api.asked.length
    expect(stops).toHaveLength(1)
    expect(await tasks.size()).toBe(3)
    await new Promise((resolve) => setTimeout(resolve, 1300))
    expect(api.asked).toHaveLength(asked)
    // Who asks all the same is told.
    expect(await poller.check(music())).toMatchObject({ status: 'unanswered', error: { code: 'UNAUTHORIZED' } })
    await expect(poller.sweep([music()])).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    await expect(poller.waitFor(music())).rejects.toMatchObject({ code: 'UNAUTHORIZED' })
    api.answer(done())
    poller.start()
    await until(() => expect(api.asked.length).toBeGreaterThan(asked + 3))
    expect(stops).toHaveLength(1)
  })
})
