/** What is called on a poller: watch, submit, waitFor, sweep, stop; and its options. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { SunoCallbacks, type SunoEvent } from '../../src/index.js'
import { RequestLimit } from '../../src/polling/request-limit.js'
import {
  memoryTasks,
  providerClient,
  recordPoller,
  type ProviderClient,
  type RecordPoller,
  type RecordPollerOptions,
  type TaskList,
} from '../../src/polling/index.js'
import { sample } from '../../src/testing/index.js'
import { bareStore, fails, faultyStore } from '../support/store.js'
import { keepingLogger, receiver } from '../support/receiver.js'
import { apiServer, type ApiServer } from './api-server.js'
import { recordOf } from './records.js'

const SECRET = 'a secret of more than sixteen characters'
const music = (taskId = 'task-1') => ({ kind: 'music', taskId }) as const
const done = (taskId = 'task-1') => recordOf('music:complete', 'sunoapi', taskId)
const running = (taskId = 'task-1') => ({ code: 200, msg: 'success', data: { taskId, status: 'PENDING' } })

function setUp(api: ApiServer | ProviderClient, options: Partial<RecordPollerOptions> = {}, given: object = {}) {
  const logger = keepingLogger()
  const suno = new SunoCallbacks({ secret: SECRET, baseUrl: 'https://app.example.com/suno', logger, ...given })
  const events: SunoEvent[] = []
  suno.on('music:complete', (event) => void events.push(event))
  const provider = 'url' in api ? providerClient({ provider: 'kie', apiKey: 'key-1', baseUrl: api.url }) : api
  const tasks = options.tasks ?? memoryTasks()
  const poller = recordPoller(suno, { provider, requestsPerSecond: 1000, ...options, tasks })
  onTestFinished(() => poller.stop())
  return { suno, poller, tasks, logger, events }
}

const until = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 10_000, interval: 10 })

/** What keeps a process alive. Connections that a server or fetch keeps for the next request are not counted. */
const handles = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout' || name === 'Immediate').length

const deliver = (suno: SunoCallbacks, type: 'music:complete' | 'music:first', taskId = 'task-1') =>
  suno.receive({ query: new URL(suno.callbackUrl('music')).search, body: sample(type, { taskId }) })

describe('watch', () => {
  test('puts a task on the list once, due when its record is worth asking', async () => {
    const add = vi.fn<TaskList['add']>(() => true)
    const { poller } = setUp(await apiServer(), { tasks: { ...memoryTasks(), add } })
    expect(await poller.watch({ ...music(), metadata: { orderId: '42' } })).toBe(true)
    const [task, delayMs] = add.mock.calls[0] ?? []
    expect(task).toMatchObject({ ...music(), metadata: { orderId: '42' } })
    expect(task?.submittedAt.getTime()).toBeGreaterThan(Date.now() - 1000)
    expect(delayMs).toBeGreaterThan(140_000)
    await poller.watch({ ...music(), submittedAt: new Date(0) })
    expect(add.mock.calls[1]?.[1]).toBe(0)
  })

  test('rejects what names no task, and what the list says', async () => {
    const add = () => Promise.reject(new Error('the list is down'))
    const { poller } = setUp(await apiServer(), { tasks: { ...memoryTasks(), add } })
    await expect(poller.watch(music())).rejects.toThrow('the list is down')
    const refused = async (task: object, code: string) => {
      for (const [call, promise] of Object.entries({
        watch: poller.watch(task as never),
        check: poller.check(task as never),
        read: poller.read(task as never),
        waitFor: poller.waitFor(task as never),
        sweep: poller.sweep([task as never]),
      })) {
        const message = expect.stringMatching(`^${call}\\b`) as string
        await expect(promise).rejects.toMatchObject({ name: 'ConfigurationError', code, message })
      }
    }
    await refused({ kind: 'musik', taskId: 'a' }, 'KIND_UNKNOWN')
    await refused({ kind: 'music', taskId: '' }, 'TASK_INVALID')
    await refused({ kind: 'music' }, 'TASK_INVALID')
    await refused({ ...music(), metadata: { a: 1 } }, 'METADATA_INVALID')
    await refused({ ...music(), submittedAt: '2026' }, 'OPTION_INVALID')
    await expect(poller.watch({ ...music(), metaData: {} } as never)).rejects.toMatchObject({ code: 'OPTION_UNKNOWN' })
    await expect(poller.check({ ...music(), signal: 1 as never })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(poller.waitFor({ ...music(), timeoutMs: -1 })).rejects.toMatchObject({ code: 'OPTION_OUT_OF_RANGE' })
    await expect(poller.waitFor({ ...music(), onProgress: 1 as never })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    })
    for (const tasks of [undefined, null, 3, {}]) {
      await expect(poller.sweep(tasks as never)).rejects.toMatchObject({ code: 'TASK_INVALID' })
    }
    await expect(poller.sweep([null as never])).rejects.toMatchObject({ code: 'KIND_UNKNOWN' })
    await expect(poller.sweep([], { signal: 1 as never })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })
})

describe('submit', () => {
  test('submits with a signed URL, and watches the task', async () => {
    const api = await apiServer({ code: 200, data: { taskId: 'task-1' } })
    const { suno, poller, tasks } = setUp(api)
    const task = await poller.submit('/api/v1/voice/regenerate', { phrase: 'p' }, { metadata: { orderId: '42' } })
    expect(task).toEqual({ kind: 'phrase', taskId: 'task-1', isWatched: true })
    const { calBackUrl } = api.asked[0]?.body as { calBackUrl: string }
    expect(suno.readCallbackUrl(calBackUrl)).toEqual({ kind: 'phrase', metadata: { orderId: '42' } })
    expect(await tasks.get?.(task)).toMatchObject({ metadata: { orderId: '42' } })
    await poller.submit('/api/v1/lyrics', {})
    expect(await tasks.size()).toBe(1 + 1)
  })

  test('needs no public address as the primary way, and tells nobody how to deliver', async () => {
    const api = await apiServer({ code: 200, data: { taskId: 'task-1' } })
    const { poller } = setUp(api, { mode: 'primary' }, { baseUrl: undefined })
    await poller.submit('/api/v1/lyrics', {}, { metadata: { orderId: '42' } })
    expect(api.asked[0]?.body).toEqual({ callBackUrl: 'https://example.com/no-callback' })
    const other = setUp(api, { mode: 'fallback' }, { baseUrl: undefined })
    await expect(other.poller.submit('/api/v1/lyrics', {})).rejects.toMatchObject({ code: 'BASE_URL_MISSING' })
    await expect(poller.submit('/api/v1/lyric' as never, {})).rejects.toMatchObject({ code: 'ENDPOINT_UNKNOWN' })
    expect(api.asked).toHaveLength(1)
  })

  test('keeps the id of a task that no list could take', async () => {
    const api = await apiServer({ code: 200, data: { taskId: 'task-1' } })
    const add = vi.fn<TaskList['add']>(() => Promise.reject(new Error('the list is down')))
    const { poller, logger } = setUp(api, { tasks: { ...memoryTasks(), add } })
    expect(await poller.submit('/api/v1/lyrics', {})).toEqual({ kind: 'lyrics', taskId: 'task-1', isWatched: false })
    expect(add).toHaveBeenCalledTimes(4)
    expect(api.asked).toHaveLength(1)
    expect(logger.lines).toMatchObject([{ level: 'error', fields: { taskId: 'task-1' } }])
  })

  test('rejects what the provider refuses', async () => {
    const { poller, tasks } = setUp(await apiServer({ code: 402, msg: 'no credits' }))
    await expect(poller.submit('/api/v1/lyrics', {})).rejects.toMatchObject({ code: 'NO_CREDITS' })
    expect(await tasks.size()).toBe(0)
  })
})

describe('waitFor', () => {
  test('answers the last event when its record has it, with what was watched', async () => {
    const api = await apiServer(running(), recordOf('music:first', 'kie', 'task-1'), done())
    const { poller, suno } = setUp(api, { mode: 'primary' })
    vi.spyOn(Math, 'random').mockReturnValue(-1.999)
    const stages: string[] = []
    suno.on('music:first', () => undefined)
    await poller.watch({ ...music(), metadata: { orderId: '42' } })
    const onProgress = (event: SunoEvent) => {
      stages.push(event.type)
      throw new Error('broken')
    }
    const event = await poller.waitFor({ ...music(), onProgress })
    expect(event).toMatchObject({ type: 'music:complete', source: 'record', metadata: { orderId: '42' } })
    expect(stages).toEqual(['music:first'])
  })

  test('answers the event of a callback, and the stages before it once each', async () => {
    const { poller, suno, logger } = setUp(await apiServer(running()))
    const stages: string[] = []
    const waiting = poller.waitFor({ ...music(), onProgress: ({ type }) => stages.push(type) })
    const also = poller.waitFor({ ...music() })
    await deliver(suno, 'music:first')
    await deliver(suno, 'music:first')
    await deliver(suno, 'music:complete', 'task-2')
    await deliver(suno, 'music:complete')
    expect(await waiting).toMatchObject({ type: 'music:complete', taskId: 'task-1', source: 'callback' })
    expect(await also).toBe(await waiting)
    expect(stages).toEqual(['music:first'])
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('answers the event of a task that was over before, and an error as well', async () => {
    const { poller, suno } = setUp(await apiServer(done()))
    await deliver(suno, 'music:complete')
    expect(await poller.waitFor(music())).toMatchObject({ type: 'music:complete', source: 'record' })
    const record = { code: 200, data: { taskId: 'task-1', status: 'SENSITIVE_WORD_ERROR', errorCode: 400 } }
    const other = setUp(await apiServer(record))
    expect(await other.poller.waitFor(music())).toMatchObject({ type: 'error', reason: 'refused' })
  })

  test.each(['timeout', 'abort', 'abort before', 'stop', 'callback'])('leaves nothing behind: %s', async (how) => {
    const api = await apiServer(() => undefined)
    const { poller, suno } = setUp(api)
    const controller = new AbortController()
    const { signal } = controller
    const add = vi.spyOn(signal, 'addEventListener')
    const remove = vi.spyOn(signal, 'removeEventListener')
    const before = handles()
    if (how === 'abort before') controller.abort(new Error('no longer wanted'))
    const waiting = poller.waitFor({ ...music(), signal, timeoutMs: how === 'timeout' ? 300 : 60_000 })
    const ended = waiting.then(
      (event) => event.type,
      (error: unknown) => (error as Error).name + (error as Error).message,
    )
    if (how !== 'abort before') await until(() => expect(api.asked).toHaveLength(1))
    if (how === 'abort') controller.abort(new Error('no longer wanted'))
    if (how === 'stop') await poller.stop()
    if (how === 'callback') await deliver(suno, 'music:complete')
    expect(await ended).toMatch(
      { timeout: /^TimeoutError.*300 ms/, stop: /^AbortError/, callback: /^music:complete/ }[how] ?? /no longer wanted/,
    )
    await until(() => expect(handles()).toBeLessThanOrEqual(before))
    expect(add.mock.calls.length).toBe(remove.mock.calls.length)
  })

  test('takes no news that is none for the end', async () => {
    const api = await apiServer({ code: 500, msg: 'server error' })
    const { poller, suno } = setUp(api)
    suno.on('unknown', () => undefined)
    const waiting = poller.waitFor({ ...music(), timeoutMs: 400 })
    const query = new URL(suno.callbackUrl('music')).search
    const body = { code: 200, data: { task_id: 'task-1', hologram: 'h' } }
    expect((await suno.receive({ query, body })).type).toBe('unknown')
    await expect(waiting).rejects.toThrow('400 ms')
  })

  test('knows what was watched, and leaves what it is told itself', async () => {
    const { poller, events } = setUp(await apiServer(done()), {}, { store: bareStore() })
    const [watched, told] = [{ orderId: '42' }, { orderId: '43' }]
    const submittedAt = new Date()
    const metadataOf = async (task: object) => {
      await poller.watch({ ...music(), metadata: watched })
      await poller.check({ ...music(), ...task })
      return events.at(-1)?.metadata
    }
    expect(await metadataOf({})).toEqual(watched)
    const others = [{ metadata: told }, { metadata: told, submittedAt }, { submittedAt }]
    for (const task of others) {
      const one = setUp(await apiServer(done()))
      await one.poller.watch({ ...music(), metadata: watched })
      await one.poller.check({ ...music(), ...task })
      expect(one.events[0]?.metadata).toEqual('metadata' in task ? told : watched)
    }
  })

  test('ends at once where waiting mends nothing', async () => {
    const suno = receiver()
    const provider = providerClient({ provider: 'kie', apiKey: 'k', baseUrl: (await apiServer(done())).url })
    const poller = recordPoller(suno, { provider, tasks: memoryTasks(), requestsPerSecond: 1000 })
    await expect(poller.waitFor(music())).rejects.toMatchObject({ code: 'NO_LISTENER' })
    suno.on('music:complete', () => undefined)
    await suno.close()
    await expect(poller.waitFor(music())).rejects.toMatchObject({ code: 'CLOSING' })
    await poller.stop()
  })

  test('goes on while the event is not handled', async () => {
    const store = faultyStore()
    store.next('claim', fails, fails)
    const { poller, suno } = setUp(await apiServer(done()), { mode: 'primary' }, { store })
    vi.spyOn(Math, 'random').mockReturnValue(-1.999)
    let runs = 0
    suno.on('music:complete', () => {
      if (++runs === 1) throw new Error('broken')
    })
    expect(await poller.waitFor(music())).toMatchObject({ type: 'music:complete' })
    expect(runs).toBe(2)
  })
})

describe('sweep', () => {
  async function* rows(...ids: readonly string[]) {
    for (const taskId of ids) yield await Promise.resolve({ ...music(taskId), title: 'of the table' })
  }

  test('looks at each task once, and counts', async () => {
    const api = await apiServer()
    api.respond(({ query }) => {
      const taskId = query.get('taskId') ?? ''
      return { a: done('a'), b: running('b'), c: { code: 200, data: null } }[taskId] ?? { code: 400 }
    })
    const { poller, suno, events } = setUp(api, { concurrency: 2 })
    await deliver(suno, 'music:complete', 'e')
    const report = await poller.sweep(rows('a', 'b', 'c', 'd', 'e'))
    expect(report).toEqual({
      ...{ done: 1, known: 1, running: 1, missing: 1, failed: 0, unanswered: 1 },
      ...{ tasks: 5, isComplete: true },
    })
    expect(events.map(({ taskId }) => taskId)).toEqual(['e', 'a'])
    expect(await poller.sweep([music('b')])).toMatchObject({ running: 1, tasks: 1 })
  })

  test('ends with its signal, and says that it is not complete', async () => {
    const { poller } = setUp(await apiServer(() => undefined), { concurrency: 1 })
    const report = await poller.sweep(rows('a', 'b', 'c'), { signal: AbortSignal.timeout(100) })
    expect(report).toMatchObject({ tasks: 0, isComplete: false })
  })

  test('rejects what the table throws, when nothing is under way', async () => {
    const api = await apiServer(done('a'))
    const { poller, events } = setUp(api)
    async function* broken() {
      yield* rows('a')
      throw new Error('the table is down')
    }
    await expect(poller.sweep(broken())).rejects.toThrow('the table is down')
    expect(events).toHaveLength(1)
  })
})

describe('stop', () => {
  test('waits for what is handled, gives back what is asked, and leaves nothing under way', async () => {
    const before = handles()
    const api = await apiServer(done())
    const { poller, suno, tasks } = setUp(api, { concurrency: 2 })
    let isOver = false
    suno.on('music:complete', async () => {
      await new Promise((resolve) => setTimeout(resolve, 200))
      isOver = true
    })
    const stops: unknown[] = []
    poller.once('stopped', (stop) => stops.push(stop))
    await tasks.add({ ...music(), metadata: {}, submittedAt: new Date() }, 0)
    api.respond(({ query }) => (query.get('taskId') === 'task-1' ? done() : () => undefined))
    await tasks.add({ ...music('task-2'), metadata: {}, submittedAt: new Date() }, 0)
    poller.start()
    await until(() => expect(api.asked).toHaveLength(2))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await Promise.all([poller.stop(), poller.stop()])
    expect(isOver).toBe(true)
    expect(stops).toEqual([{ error: null }])
    await until(() => expect(handles()).toBeLessThanOrEqual(before))
    expect(await tasks.take(10, 1000)).toMatchObject([{ taskId: 'task-2' }])
    await deliver(suno, 'music:complete', 'task-2')
    expect(await tasks.size()).toBe(1)
  })

  test('may be followed by start', async () => {
    const { poller, tasks } = setUp(await apiServer(done()))
    poller.start()
    await poller.stop()
    await tasks.add({ ...music(), metadata: {}, submittedAt: new Date() }, 0)
    poller.start()
    await until(async () => expect(await tasks.size()).toBe(0))
  })
})

describe('faults of others', () => {
  test('a list that fails is told once and asked again, and ends nothing', async () => {
    let isDown = true
    const inner = memoryTasks()
    const take = vi.fn<TaskList['take']>((limit, leaseMs) => {
      if (isDown) throw new Error('the list is down')
      return inner.take(limit, leaseMs)
    })
    const { poller, logger } = setUp(await apiServer(done()), { tasks: { ...inner, take } })
    poller.start()
    await until(() => expect(take).toHaveBeenCalledTimes(2))
    isDown = false
    await poller.stop()
    expect(logger.lines.filter(({ message }) => message.includes('task list failed'))).toHaveLength(1)
  })

  test('a list that hangs holds nothing for longer than its time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const take = () => new Promise<never>(() => undefined)
    const { poller, logger } = setUp(await apiServer(), { tasks: { ...memoryTasks(), take } })
    poller.start()
    const stopping = poller.stop()
    await vi.advanceTimersByTimeAsync(11_000)
    await stopping
    expect(logger.lines).toMatchObject([{ fields: { operation: 'take' } }])
  })

  test('a list without get, and a client that throws anything', async () => {
    const tasks = { ...memoryTasks(), get: undefined } as never
    const record = vi.fn(() => Promise.reject(new Error('key-1 is wrong')))
    const submit = () => Promise.reject(new Error('no'))
    const { poller } = setUp({ record, submit }, { tasks })
    expect(await poller.check(music())).toMatchObject({ status: 'unanswered', error: { code: 'UNAVAILABLE' } })
  })

  test('an instance that fails costs one look', async () => {
    const { poller, suno, tasks, logger } = setUp(await apiServer(done()))
    vi.spyOn(suno, 'isTaskDone').mockRejectedValueOnce(new Error('broken'))
    await tasks.add({ ...music(), metadata: {}, submittedAt: new Date() }, 0)
    poller.start()
    await until(() => expect(logger.lines).toMatchObject([{ message: 'A look at a task failed.' }]))
    await poller.stop()
    expect(await tasks.size()).toBe(1)
    vi.spyOn(suno, 'isTaskDone').mockRejectedValueOnce(new Error('broken'))
    await expect(poller.sweep([music()])).rejects.toThrow('broken')
  })

  test('a store without isDone knows nothing, so the record is asked', async () => {
    const { poller, suno } = setUp(await apiServer(done()), {}, { store: bareStore() })
    await deliver(suno, 'music:complete')
    expect(await suno.isTaskDone(music())).toBe(false)
    expect(await poller.check(music())).toMatchObject({ status: 'done', outcome: { status: 'duplicate' } })
  })

  test('an observer that throws or rejects changes nothing', async () => {
    const { poller, logger } = setUp(await apiServer(running()))
    const thrown = () => {
      throw new Error('thrown')
    }
    poller.on('checked', thrown).on('checked', () => Promise.reject(new Error('rejected')))
    await poller.check(music())
    await until(() => expect(logger.lines).toHaveLength(2))
    poller.off('checked', thrown)
    await poller.check(music())
    await until(() => expect(logger.lines).toHaveLength(3))
  })
})

describe('recordPoller', () => {
  const provider = providerClient({ provider: 'kie', apiKey: 'key-1' })
  const make = (options: object, suno: unknown = receiver()): RecordPoller =>
    recordPoller(suno as SunoCallbacks, { provider, tasks: memoryTasks(), ...options })

  test.each([
    [{ provider: {} }, 'PROVIDER_INVALID'],
    [{ provider: null }, 'PROVIDER_INVALID'],
    [{ tasks: [] }, 'OPTION_INVALID'],
    [{ mode: 'only' }, 'OPTION_INVALID'],
    [{ concurrency: 0 }, 'OPTION_OUT_OF_RANGE'],
    [{ requestsPerSecond: 0 }, 'OPTION_OUT_OF_RANGE'],
    [{ maxAgeMs: 1 }, 'OPTION_OUT_OF_RANGE'],
    [{ maxAgeMs: 8 * 86_400_000 }, 'OPTION_OUT_OF_RANGE'],
    [{ logger: {} }, 'LOGGER_INVALID'],
    [{ Mode: 'primary' }, 'OPTION_UNKNOWN'],
  ])('refuses %j', (options, code) => {
    expect(() => make(options)).toThrow(expect.objectContaining({ name: 'ConfigurationError', code }) as Error)
  })

  test('refuses what is no instance, and a name that is no event of it', () => {
    for (const suno of [undefined, null, {}]) {
      expect(() => make({}, suno ?? null)).toThrow(expect.objectContaining({ code: 'RECEIVER_INVALID' }) as Error)
    }
    const poller = make({ logger: false })
    expect(() => poller.on('check' as never, () => undefined)).toThrow(
      expect.objectContaining({ code: 'EVENT_UNKNOWN' }) as Error,
    )
    expect(() => poller.off('checked', 1 as never)).toThrow(
      expect.objectContaining({ code: 'LISTENER_INVALID' }) as Error,
    )
  })

  test('asks for no longer than a short retention by default', () => {
    expect(make({ logger: keepingLogger() }, receiver({ retentionMs: 3_600_000 }))).toBeDefined()
    expect(() => make({ maxAgeMs: 3_600_001 }, receiver({ retentionMs: 3_600_000 }))).toThrow('retentionMs')
  })
})

describe('a limit of requests', () => {
  const whilePaused = 'wait'

  test('doubles its pause from 5 s to 5 minutes, obeys the provider for at most an hour, and recovers', () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const limit = new RequestLimit({ concurrency: 1, requestsPerSecond: 1 })
    const pauseFor = (retryAfterMs: number | null) => {
      limit.slowDown(retryAfterMs)
      const { pauseMs } = limit
      now += pauseMs
      return pauseMs
    }
    const growing = Array.from({ length: 8 }, () => pauseFor(null))
    expect(growing).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
    expect([0, 2_000, 86_400_000].map(pauseFor)).toEqual([1_000, 2_000, 3_600_000])
    limit.recover()
    limit.slowDown(null)
    limit.slowDown(null)
    expect(limit.pauseMs).toBe(5_000)
  })

  test('is kept by a request that is followed by another, which waits for its own turn', async () => {
    const limit = new RequestLimit({ concurrency: 1, requestsPerSecond: 5 })
    const { signal } = new AbortController()
    const times: number[] = []
    const send = () => void times.push(performance.now())
    const twice = async (nextTurn: () => Promise<void>) => {
      send()
      await nextTurn()
      send()
    }
    await Promise.all([limit.run(twice, { signal, whilePaused }), limit.run(twice, { signal, whilePaused })])
    expect(times).toHaveLength(4)
    for (const [index, time] of times.entries())
      // Turns are 200 ms apart; one that a busy machine has delayed comes nearer to the next.
      if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThan(100)
    // Given up, it takes no place of another's.
    const controller = new AbortController()
    const given = limit.run(
      async (nextTurn) => {
        controller.abort(new Error('no longer wanted'))
        await nextTurn()
      },
      { signal: controller.signal, whilePaused },
    )
    await expect(given).rejects.toThrow('no longer wanted')
    await limit.run(() => Promise.resolve(), { signal, whilePaused })
  })

  test('forgets who waits for another request to end', async () => {
    const limit = new RequestLimit({ concurrency: 1, requestsPerSecond: 1000 })
    const [first, second] = [new AbortController(), new AbortController()]
    const running = limit.run(() => new Promise<void>((resolve) => setTimeout(resolve, 50)), {
      signal: first.signal,
      whilePaused,
    })
    const waiting = limit.run(() => Promise.resolve(), { signal: second.signal, whilePaused })
    second.abort(new Error('no longer wanted'))
    await expect(waiting).rejects.toThrow('no longer wanted')
    await running
  })

  test('forgets who no longer waits', async () => {
    const limit = new RequestLimit({ concurrency: 1, requestsPerSecond: 2 })
    const controller = new AbortController()
    const { signal } = controller
    await limit.run(() => Promise.resolve(), { signal, whilePaused })
    const before = handles()
    const never = vi.fn(() => Promise.resolve())
    const waiting = Promise.allSettled([
      limit.run(never, { signal, whilePaused }),
      limit.run(never, { signal, whilePaused }),
    ])
    controller.abort(new Error('no longer wanted'))
    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await expect(limit.run(never, { signal, whilePaused })).rejects.toThrow('no longer wanted')
    expect(handles()).toBeLessThanOrEqual(before)
    expect(never).not.toHaveBeenCalled()
  })
})

describe('read', () => {
  test('answers the event of the record, and handles nothing', async () => {
    const { poller, events } = setUp(await apiServer(done()))
    const event = await poller.read({ ...music(), metadata: { orderId: '42' } })
    expect(event).toMatchObject({
      type: 'music:complete',
      taskId: 'task-1',
      source: 'record',
      metadata: { orderId: '42' },
    })
    expect(events).toEqual([])
  })

  test('answers the event under the key that handle gives it, the name of the instance in it', async () => {
    for (const [name, key] of [
      [undefined, 'music:complete:task-1'],
      ['account-1', 'account-1:music:complete:task-1'],
    ]) {
      const { poller } = setUp(await apiServer(done()), {}, { name })
      expect(await poller.read(music())).toMatchObject({ key })
      expect(await poller.check(music())).toMatchObject({ event: { key } })
    }
  })

  test('answers null while the task runs, and when there is none', async () => {
    const { poller } = setUp(await apiServer(running(), { code: 200, msg: 'success', data: null }))
    expect(await poller.read(music())).toBeNull()
    expect(await poller.read(music())).toBeNull()
  })

  test('rejects with what the provider says, and when it is told to stop', async () => {
    const { poller } = setUp(await apiServer({ code: 401, msg: 'no access', data: null }))
    await expect(poller.read(music())).rejects.toMatchObject({ name: 'ProviderError', code: 'UNAUTHORIZED' })
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(poller.read({ ...music(), signal })).rejects.toThrow('enough')
    await expect(poller.read({ kind: 'music' } as never)).rejects.toMatchObject({ code: 'TASK_INVALID' })
  })

  test('says so when a record cannot be read', async () => {
    // A client of the app's own may answer what no parser does.
    const body = Object.defineProperty({}, 'data', {
      enumerable: true,
      get: () => {
        throw new Error('there is nothing to read')
      },
    })
    const record: ProviderClient['record'] = () => Promise.resolve({ state: 'found', body })
    const { poller } = setUp({ record, submit: () => Promise.reject(new Error('never')) })
    await expect(poller.read(music())).rejects.toMatchObject({ code: 'UNREADABLE' })
  })
})
