/** Giving deliveries to a queue engine, and running them in its workers. The engine of these tests is an array and a loop. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  memoryStore,
  SunoCallbacks,
  toResponse,
  type Delivery,
  type EventType,
  type Handoff,
  type StoredDelivery,
  type SunoEvent,
} from '../../src/index.js'
import { EVENT_TYPES, KINDS } from '../../src/events/kinds/index.js'
import { PROVIDER_NAMES } from '../../src/polling/endpoints.js'
import { sample } from '../../src/testing/index.js'
import { deferred, deliver, keepingLogger, receiver } from '../support/receiver.js'
import { bareStore, fails, faultyStore } from '../support/store.js'

let rejections: unknown[]
const onRejection = (error: unknown) => rejections.push(error)

beforeEach(() => {
  rejections = []
  process.on('unhandledRejection', onRejection)
})

afterEach(async () => {
  vi.useRealTimers()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', onRejection)
  expect(rejections).toEqual([])
})

/** Keeps deliveries as text, as an engine does, and gives each to a worker until it succeeds. Every `accept` adds a job. */
function engine() {
  const jobs: string[] = []
  const accept = async (stored: StoredDelivery) => {
    await Promise.resolve()
    jobs.push(JSON.stringify(stored))
  }
  return {
    jobs,
    handoff: { accept } satisfies Handoff,
    stored: () => jobs.map((job) => JSON.parse(job) as StoredDelivery),
    /** Answers how many tries it took. */
    work: async (worker: SunoCallbacks, maxTries = 5) => {
      let tries = 0
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        if (++tries > maxTries) throw new Error('The engine gives up.')
        const again = job
        await worker.run(JSON.parse(job) as StoredDelivery).catch(() => jobs.push(again))
      }
      return tries
    },
  }
}

/** A body of every type of event, of every provider; an `error` of every kind. */
function everyDelivery(): { readonly type: EventType; readonly delivery: Delivery }[] {
  const known = EVENT_TYPES.filter((type) => type !== 'unknown' && type !== 'error')
  return PROVIDER_NAMES.flatMap((provider) => [
    ...known.map((type) => ({
      type,
      delivery: { body: JSON.stringify(sample(type, { provider })), kind: type.split(':')[0] },
    })),
    ...KINDS.map((kind) => ({
      type: 'error' as const,
      delivery: { body: JSON.stringify(sample('error', { provider, kind })), kind },
    })),
    { type: 'unknown' as const, delivery: { body: { something: ['new', provider] } } },
    { type: 'unknown' as const, delivery: { body: { something: ['new', provider] }, kind: 'video' } },
    { type: 'unknown' as const, delivery: { body: `["a lone surrogate \\ud800 of ${provider}", {"__proto__": 1}]` } },
  ])
}

const last = <T>(list: readonly T[]): T => {
  const item = list.at(-1)
  if (item === undefined) throw new Error('The list is empty.')
  return item
}

describe('the receiver', () => {
  test('hands over every verified event, unknown and error too, and runs no listener', async () => {
    const { handoff, stored } = engine()
    const suno = receiver({ handoff })
    let runs = 0
    suno.on('*', () => ++runs)
    suno.on('music:complete', () => ++runs)

    const deliveries = everyDelivery()
    for (const { type, delivery } of deliveries) {
      const outcome = await suno.receive(delivery)
      expect(outcome).toMatchObject({ status: 'handed-off', type })
      expect(toResponse(outcome)).toMatchObject({ status: 200, body: '{"status":"received"}' })
      expect(last(stored()).key).toBe(outcome.key)
    }
    expect(stored()).toHaveLength(deliveries.length)
    expect(runs).toBe(0)
  })

  // A number too large to be one is null once it is stored as JSON: the worker ran another event than the receiver had named.
  test.each([
    ['video', '{"code":200,"data":{"task_id":"t","video_url":1e400}}'],
    ['music', '{"code":200,"data":{"task_id":"t","callbackType":"complete","data":[-1e400]}}'],
    ['voice', '{"code":1e400,"data":{"task_id":"t","voice_id":"v","status":1e400}}'],
  ] as const)('a body of %s with a number too large for JSON is the same event in the worker', async (kind, body) => {
    const { handoff, stored } = engine()
    const outcome = await receiver({ handoff }).receive({ kind, body })
    const worker = receiver()
    const events: SunoEvent[] = []
    worker.on('*', (event) => events.push(event))
    await worker.run(last(stored()))
    expect(events).toMatchObject([{ type: outcome.type, kind: outcome.kind, taskId: outcome.taskId, key: outcome.key }])
  })

  test('answers 200 only after the engine has stored it', async () => {
    const accepted = deferred()
    const suno = receiver({ handoff: { accept: () => accepted.promise } })
    let isAnswered = false
    const outcome = deliver(suno).finally(() => (isAnswered = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(isAnswered).toBe(false)
    accepted.resolve()
    expect((await outcome).status).toBe('handed-off')
  })

  test('waits for an engine that hangs until maxRunMs, and lets the retry try again', async () => {
    const accepts = [deferred(), deferred()]
    let calls = 0
    const accept = () => accepts[calls++]?.promise ?? Promise.resolve()
    const suno = receiver({ handoff: { accept }, maxRunMs: 100, leaseMs: 100 })
    expect((await deliver(suno)).status).toBe('deadline')
    accepts[1]?.resolve()
    expect((await deliver(suno)).status).toBe('handed-off')
  })

  test('works while nobody is subscribed: no 503, no warning that nobody listens', async () => {
    const { handoff, jobs } = engine()
    const logger = keepingLogger()
    const suno = receiver({ handoff, logger })
    expect((await deliver(suno)).status).toBe('handed-off')
    expect(jobs).toHaveLength(1)
    expect(logger.lines.map(({ level }) => level)).toEqual(['debug'])
  })

  test('turns away what is not verified, and hands nothing of it over', async () => {
    const { handoff, jobs } = engine()
    const suno = receiver({ handoff, verify: () => false })
    expect(await deliver(suno)).toMatchObject({ status: 'rejected', reason: 'unauthorized' })
    expect(jobs).toEqual([])
  })

  test('refuses new deliveries with 503 once it is closing, and hands nothing over', async () => {
    const { handoff, jobs } = engine()
    const suno = receiver({ handoff })
    expect(await suno.close()).toBe(0)
    expect(await deliver(suno)).toMatchObject({ status: 'unavailable', error: { code: 'CLOSING' } })
    expect(jobs).toEqual([])
  })

  test('absorbs a repeat: it is a duplicate, 200, and not stored again', async () => {
    const { handoff, jobs } = engine()
    const suno = receiver({ handoff })
    expect((await deliver(suno)).status).toBe('handed-off')
    const repeat = await deliver(suno)
    expect(repeat.status).toBe('duplicate')
    expect(toResponse(repeat).status).toBe(200)
    expect(jobs).toHaveLength(1)
  })

  test('stores parallel repeats once, and answers each with 200', async () => {
    const { handoff, jobs } = engine()
    const suno = receiver({ handoff })
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => deliver(suno)))
    expect(outcomes.map(({ status }) => status)).toEqual(['handed-off', ...Array<string>(19).fill('duplicate')])
    expect(jobs).toHaveLength(1)
  })

  test('stores parallel repeats at two receivers that share a store once', async () => {
    const { handoff, jobs } = engine()
    const store = memoryStore()
    const receivers = [receiver({ handoff, store }), receiver({ handoff, store })]
    const outcomes = await Promise.all(receivers.map((suno) => deliver(suno)))
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['duplicate', 'handed-off'])
    expect(jobs).toHaveLength(1)
  })

  test.each([
    ['rejects', () => Promise.reject(new Error('no connection'))],
    [
      'throws',
      () => {
        throw new Error('no connection')
      },
    ],
  ])('answers 503 when the engine %s, gives the key back, and the retry is stored', async (_, fault) => {
    const { handoff, jobs } = engine()
    const store = faultyStore()
    const logger = keepingLogger()
    const faults = [fault]
    const suno = receiver({ handoff: { accept: (stored) => (faults.pop() ?? handoff.accept)(stored) }, store, logger })

    const outcome = await deliver(suno)
    expect(outcome).toMatchObject({ status: 'unavailable', error: { code: 'HANDOFF_FAILED' }, type: 'music:complete' })
    expect(toResponse(outcome)).toMatchObject({ status: 503, headers: { 'retry-after': '10' } })
    expect(store.steps('release')).toMatchObject([{ result: true }])
    expect(logger.lines).toMatchObject([
      { level: 'error', fields: { code: 'HANDOFF_FAILED', error: { cause: { message: 'no connection' } } } },
    ])
    expect(jobs).toEqual([])

    expect((await deliver(suno)).status).toBe('handed-off')
    expect(jobs).toHaveLength(1)
  })

  test('answers 503 when the store is down, and hands nothing over', async () => {
    const { handoff, jobs } = engine()
    const store = faultyStore()
    store.always('claim', fails)
    const outcome = await deliver(receiver({ handoff, store }))
    expect(outcome).toMatchObject({ status: 'unavailable', error: { code: 'STORE_FAILED' } })
    expect(jobs).toEqual([])
  })

  test('answers 503 at the deadline to a slow engine; when that succeeds later, the retry is a duplicate', async () => {
    vi.useFakeTimers()
    const accepted = deferred()
    const store = faultyStore()
    const jobs: StoredDelivery[] = []
    const accept = async (stored: StoredDelivery) => {
      await accepted.promise
      jobs.push(stored)
    }
    const suno = receiver({ handoff: { accept }, store })

    let outcome = null as string | null
    const first = deliver(suno).then((answer) => {
      outcome = answer.status
      return answer
    })
    await vi.advanceTimersByTimeAsync(7_999)
    expect(outcome).toBeNull()
    await vi.advanceTimersByTimeAsync(1)
    expect(outcome).toBe('deadline')
    expect(toResponse(await first)).toMatchObject({ status: 503, headers: { 'retry-after': '10' } })

    await vi.advanceTimersByTimeAsync(30_000)
    expect(store.steps('renew').length).toBeGreaterThan(0)
    expect(store.steps('complete')).toEqual([])
    accepted.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(store.steps('complete')).toMatchObject([{ result: true }])
    expect((await deliver(suno)).status).toBe('duplicate')
    expect(jobs).toHaveLength(1)
  })

  test('gives the key back when a slow engine fails after the deadline, and the retry is stored', async () => {
    vi.useFakeTimers()
    const refused = deferred()
    const { handoff, jobs } = engine()
    const faults = [refused.promise]
    const accept = async (stored: StoredDelivery) => {
      await faults.pop()
      return handoff.accept(stored)
    }
    const suno = receiver({ handoff: { accept } })
    const first = deliver(suno)
    await vi.advanceTimersByTimeAsync(8_000)
    expect((await first).status).toBe('deadline')
    refused.reject(new Error('the connection was cut'))
    await vi.advanceTimersByTimeAsync(0)
    expect((await deliver(suno)).status).toBe('handed-off')
    expect(jobs).toHaveLength(1)
  })

  test('tries on to remember what was handed over when the store fails, and answers 200', async () => {
    const { handoff, jobs } = engine()
    const store = faultyStore()
    store.next('complete', fails)
    const suno = receiver({ handoff, store })
    expect((await deliver(suno)).status).toBe('handed-off')
    expect(store.steps('complete')).toHaveLength(2)
    expect((await deliver(suno)).status).toBe('duplicate')
    expect(jobs).toHaveLength(1)
  })

  test('hands no text or first over once the complete of its task was handed over', async () => {
    const { handoff, stored } = engine()
    const suno = receiver({ handoff })
    const taskId = 'task-1'
    for (const type of ['music:first', 'music:complete', 'music:text'] as const) {
      await deliver(suno, taskId, sample(type, { taskId }))
    }
    expect(stored().map(({ key }) => key)).toEqual(['music:first:task-1', 'music:complete:task-1'])
    const late = await deliver(suno, 'task-2', sample('music:complete', { taskId: 'task-2' })).then(() =>
      deliver(suno, 'task-2', sample('music:first', { taskId: 'task-2' })),
    )
    expect(late.status).toBe('stale')
    expect(toResponse(late).status).toBe(200)
  })

  test('hands stages over in any order with staleStages "deliver", or with a store that cannot tell', async () => {
    for (const options of [{ staleStages: 'deliver' as const }, { store: bareStore() }]) {
      const { handoff, jobs } = engine()
      const suno = receiver({ handoff, ...options })
      await deliver(suno)
      expect((await deliver(suno, 'task-1', sample('music:text', { taskId: 'task-1' }))).status).toBe('handed-off')
      expect(jobs).toHaveLength(2)
    }
  })

  test('stores the key, kind, metadata, time and body, and nothing of the request', async () => {
    const { handoff, jobs, stored } = engine()
    const suno = new SunoCallbacks({
      secret: 'the secret of the test',
      baseUrl: 'https://app.example.com/suno',
      logger: false,
      handoff,
    })
    const { search } = new URL(suno.callbackUrl('music', { metadata: { orderId: '42' } }))
    const body = sample('music:complete', { taskId: 'task-1' })
    const headers = { 'content-type': 'application/json', authorization: 'Bearer the-token-of-a-proxy' }
    const before = Date.now()
    await suno.receive({ body: JSON.stringify(body), query: search, headers, kind: 'music' })

    const job = last(stored())
    expect(Object.keys(job).toSorted()).toEqual(['key', 'kind', 'metadata', 'raw', 'receivedAt', 'source'])
    expect(job).toMatchObject({
      key: 'music:complete:task-1',
      kind: 'music',
      metadata: { orderId: '42' },
      raw: body,
    })
    expect(Date.parse(job.receivedAt)).toBeGreaterThanOrEqual(before)
    for (const secret of ['suno_signature', search.slice(-20), 'the-token-of-a-proxy', 'authorization', '/suno']) {
      expect(last(jobs)).not.toContain(secret)
    }
  })

  test.each([
    ['null', null],
    ['a function', () => Promise.resolve()],
    ['an object without accept', { add: () => Promise.resolve() }],
    ['an accept that is no function', { accept: true }],
    ['a promise of a handoff', Promise.resolve({ accept: () => Promise.resolve() })],
  ])('refuses %s as handoff, with HANDOFF_INVALID and the fix', (_, handoff) => {
    expect(() => receiver({ handoff: handoff as unknown as Handoff })).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        code: 'HANDOFF_INVALID',
        message: expect.stringContaining('accept(stored)') as string,
      }) as Error,
    )
  })
})

describe('the worker', () => {
  test('gives its listeners the event that a listener of the receiver would have got', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 2, 3, 4, 5, 6) })
    const { handoff, work } = engine()
    const handing = receiver({ handoff })
    const here: SunoEvent[] = []
    const there: SunoEvent[] = []
    const direct = receiver().on('*', (event) => here.push(event))
    const worker = receiver().on('*', (event) => there.push(event))

    for (const { delivery } of everyDelivery()) {
      vi.setSystemTime(Date.now() + 1_000)
      await direct.receive(delivery)
      await handing.receive(delivery)
      const received = new Date()
      vi.setSystemTime(Date.now() + 60_000)
      await work(worker)
      expect(last(there)).toStrictEqual(last(here))
      expect(last(there).receivedAt).toStrictEqual(received)
      expect(last(there).metadata).toSatisfy(Object.isFrozen)
    }
    expect(there).toHaveLength(everyDelivery().length)
  })

  test('keeps the metadata of the signed URL, frozen, and changes nothing of what it was given', async () => {
    const { handoff, stored } = engine()
    const options = {
      secret: 'the secret of the test',
      baseUrl: 'https://app.example.com/suno',
      logger: false,
    } as const
    const suno = new SunoCallbacks({ ...options, handoff })
    const { search } = new URL(suno.callbackUrl('music', { metadata: { orderId: '42' } }))
    await suno.receive({ body: sample('music:complete'), query: search })

    const events: SunoEvent[] = []
    const worker = receiver().on('music:complete', (event) => events.push(event))
    const job = last(stored())
    await worker.run(job)
    expect(events[0]?.metadata).toEqual({ orderId: '42' })
    expect(events[0]?.metadata).toSatisfy(Object.isFrozen)
    expect(job.metadata).not.toSatisfy(Object.isFrozen)
    expect(job).toEqual(last(stored()))
  })

  test('keeps the key of the receiver, whatever the name of either instance', async () => {
    const { handoff, stored } = engine()
    const keys: string[] = []
    const outcome = await deliver(receiver({ handoff, name: 'account-1' }))
    const worker = receiver({ name: 'worker' }).on('*', ({ key }) => keys.push(key))
    await worker.run(last(stored()))
    expect(keys).toEqual(['account-1:music:complete:task-1'])
    expect(keys).toEqual([outcome.key])
  })

  test('needs no store and knows no repeats: whether an event runs once is up to the engine', async () => {
    const { handoff, stored } = engine()
    const store = faultyStore()
    await deliver(receiver({ handoff }))
    let runs = 0
    const worker = receiver({ store }).on('music:complete', () => ++runs)
    await worker.run(last(stored()))
    await worker.run(last(stored()))
    expect(runs).toBe(2)
    expect(store.calls).toEqual([])
  })

  test('runs every listener and throws their errors as one AggregateError, so that the engine tries again', async () => {
    const { handoff, stored, work } = engine()
    await deliver(receiver({ handoff }))
    const logger = keepingLogger()
    const worker = receiver({ logger })
    let broken = 2
    let runs = 0
    worker.on('music:complete', function saveTracks() {
      if (broken-- > 0) throw new Error('the disk is full')
    })
    worker.on('*', async () => {
      await Promise.resolve()
      if (broken > 0) throw new Error('the network is away')
    })
    worker.on('music:complete', () => ++runs)

    const error: unknown = await worker.run(last(stored())).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(AggregateError)
    expect(error).toMatchObject({
      message: '2 of 3 listeners of music:complete failed',
      errors: [{ message: 'the disk is full' }, { message: 'the network is away' }],
    })
    expect(runs).toBe(1)
    expect(logger.lines).toMatchObject([
      { level: 'error', fields: { listener: 'saveTracks', key: 'music:complete:task-1' } },
      { level: 'error', fields: { listener: '(anonymous)' } },
    ])

    expect(await work(worker)).toBe(2)
    expect(runs).toBe(3)
  })

  test('takes a once listener off when it succeeds, and puts it back when the event fails', async () => {
    const { handoff, work } = engine()
    const suno = receiver({ handoff })
    await deliver(suno, 'task-1')
    await deliver(suno, 'task-2')
    const keys: string[] = []
    const worker = receiver({ logger: false })
    worker.on('music:complete', () => undefined)
    worker.once('music:complete', ({ key }) => {
      keys.push(key)
      if (keys.length === 1) throw new Error('not yet')
    })
    expect(await work(worker)).toBe(3)
    expect(keys).toEqual(['music:complete:task-1', 'music:complete:task-2'])
  })

  test('refuses a job with NO_LISTENER while nobody listens for anything, so that it is not lost', async () => {
    const { handoff, stored } = engine()
    await deliver(receiver({ handoff }))
    const worker = receiver()
    await expect(worker.run(last(stored()))).rejects.toMatchObject({ name: 'DeliveryError', code: 'NO_LISTENER' })
    worker.on('outcome', () => undefined)
    await expect(worker.run(last(stored()))).rejects.toMatchObject({ code: 'NO_LISTENER' })
    worker.on('music:complete', () => undefined)
    await expect(worker.run(last(stored()))).resolves.toBeUndefined()
  })

  test('is done with an event that nobody listens for, and warns once for its type', async () => {
    const { handoff, stored } = engine()
    const suno = receiver({ handoff })
    await deliver(suno, 'task-1')
    await deliver(suno, 'task-2')
    await deliver(suno, 'task-3', sample('music:first', { taskId: 'task-3' }))
    const logger = keepingLogger()
    const worker = receiver({ logger }).on('lyrics:complete', () => undefined)
    for (const job of stored()) await worker.run(job)
    expect(logger.lines).toMatchObject([
      { level: 'warn', message: expect.stringContaining('music:complete') as string, fields: { taskId: 'task-1' } },
    ])
  })

  test('passes the signal of the engine on, and one that never aborts where it has none', async () => {
    const { handoff, stored } = engine()
    await deliver(receiver({ handoff }))
    const signals: AbortSignal[] = []
    const worker = receiver().on('music:complete', (_, { signal }) => signals.push(signal))
    const controller = new AbortController()
    await worker.run(last(stored()), { signal: controller.signal })
    await worker.run(last(stored()), { signal: undefined })
    await worker.run(last(stored()))
    expect(signals[0]).toBe(controller.signal)
    controller.abort()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false, false])
  })

  const good: StoredDelivery = {
    key: 'music:complete:task-1',
    kind: 'music',
    metadata: {},
    receivedAt: '2026-01-02T03:04:05.006Z',
    source: 'callback',
    raw: sample('music:complete', { taskId: 'task-1' }),
  }

  test.each([
    ['callback', { ...good, source: 'callback' }],
    ['record', { ...good, source: 'record' }],
    ['replay', { ...good, source: 'replay' }],
    ['callback', { ...good, source: undefined }], // stored before there were other sources
  ] as const)('tells listeners that the event came as a %s', async (source, stored) => {
    const worker = receiver()
    const sources: string[] = []
    worker.on('music:complete', (event) => sources.push(event.source))
    await worker.run(stored as StoredDelivery)
    expect(sources).toEqual([source])
  })

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['text', JSON.stringify(good)],
    ['a list', [good]],
    ['no key', { ...good, key: undefined }],
    ['an empty key', { ...good, key: '' }],
    ['a key that is no text', { ...good, key: 1 }],
    ['no kind', { ...good, kind: undefined }],
    ['an unknown kind', { ...good, kind: 'poem' }],
    ['a kind of another prototype', { ...good, kind: 'constructor' }],
    ['no metadata', { ...good, metadata: undefined }],
    ['metadata that is null', { ...good, metadata: null }],
    ['metadata that is a list', { ...good, metadata: ['a'] }],
    ['metadata that is not all text', { ...good, metadata: { orderId: 42 } }],
    ['no time', { ...good, receivedAt: undefined }],
    ['a time that is a number', { ...good, receivedAt: 1767323045006 }],
    ['a time that is a Date', { ...good, receivedAt: new Date() }],
    ['a time that is none', { ...good, receivedAt: 'yesterday' }],
    ['an unknown source', { ...good, source: 'hearsay' }],
    ['no body', { ...good, raw: undefined }],
  ])('refuses %s with STORED_INVALID, and runs no listener', async (_, stored) => {
    let runs = 0
    const worker = receiver().on('*', () => ++runs)
    await expect(worker.run(stored as StoredDelivery)).rejects.toMatchObject({
      name: 'DeliveryError',
      code: 'STORED_INVALID',
    })
    expect(runs).toBe(0)
    await worker.run(good)
    expect(runs).toBe(1)
  })

  test('accepts any JSON body, null too, as the unknown event that it was', async () => {
    const { handoff, stored } = engine()
    const suno = receiver({ handoff })
    const bodies = ['null', 'true', '0', '"text"', '[]', '{}']
    for (const body of bodies) expect((await suno.receive({ body })).status).toBe('handed-off')
    const seen: unknown[] = []
    const worker = receiver().on('unknown', ({ raw, kind, taskId }) => seen.push([raw, kind, taskId]))
    for (const job of stored()) await worker.run(job)
    expect(seen).toEqual(bodies.map((body) => [JSON.parse(body) as unknown, null, null]))
  })
})
