/** The way of a delivery, step by step, and the outcome of each. */
import { createHash } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { memoryStore, SunoCallbacks, toResponse, type Outcome, type SunoEvent, type Verifier } from '../src/index.js'
import { sample } from '../src/testing/index.js'
import { deferred, deliver, keepingLogger, receiver } from './support/receiver.js'
import { faultyStore } from './support/store.js'

const SECRET = 'a secret of more than sixteen characters'
const BASE = 'https://app.example.com/suno'

function queryOf(url: string): string {
  return new URL(url).search
}

test('a verified callback reaches its listener as a typed event, and is answered 200', async () => {
  const suno = new SunoCallbacks({ secret: SECRET, baseUrl: BASE, logger: false })
  const events: SunoEvent[] = []
  suno.on('music:complete', (event) => events.push(event))
  const body = sample('music:complete', { taskId: 'task-1' })
  const query = queryOf(suno.callbackUrl('music', { metadata: { orderId: '42' } }))
  const before = Date.now()

  const outcome = await suno.receive({ body: JSON.stringify(body), query })

  expect(outcome).toMatchObject({
    status: 'handled',
    type: 'music:complete',
    kind: 'music',
    taskId: 'task-1',
    key: 'music:complete:task-1',
  })
  expect(outcome.durationMs).toBeGreaterThan(0)
  expect(toResponse(outcome)).toMatchObject({ status: 200, body: '{"status":"received"}' })
  expect(events).toMatchObject([{ type: 'music:complete', metadata: { orderId: '42' }, code: 200, raw: body }])
  const [event] = events
  expect(Object.isFrozen(event?.metadata)).toBe(true)
  expect(event?.receivedAt.getTime()).toBeGreaterThanOrEqual(before)
})

test('bytes, text, parsed JSON and a function that answers one of them are all taken', async () => {
  const text = JSON.stringify(sample('video:complete', { taskId: 'task-1' }))
  const bodies = [
    text,
    `\uFEFF${text}`,
    Buffer.from(text),
    new TextEncoder().encode(text),
    JSON.parse(text) as object,
    () => Promise.resolve(Buffer.from(text)),
    () => Promise.resolve(JSON.parse(text) as object),
  ]
  for (const body of bodies) {
    const suno = receiver()
    const seen: string[] = []
    suno.on('video:complete', (event) => seen.push(event.videoUrl))
    expect((await suno.receive({ body })).status).toBe('handled')
    expect(seen).toEqual(['https://example.com/videos/task-1.mp4'])
  }
})

test('all listeners of an event run, in the order of their subscription, and "*" hears every event', async () => {
  const suno = receiver()
  const seen: string[] = []
  suno
    .on('*', (event) => seen.push(`* ${event.type}`))
    .on('music:complete', () => seen.push('first'))
    .on('music:complete', async () => {
      await Promise.resolve()
      seen.push('async')
    })
    .on('video:complete', () => seen.push('not me'))
  await deliver(suno)
  expect(seen).toEqual(['* music:complete', 'first', 'async'])
})

test('one failing listener fails the delivery, the others finish, and every error comes back in one', async () => {
  const logger = keepingLogger()
  const suno = receiver({ logger })
  const finished: string[] = []
  suno.on('music:complete', function writeRow() {
    throw new Error('thrown')
  })
  suno.on('music:complete', async () => {
    await Promise.resolve()
    finished.push('the slower one')
  })
  suno.on('*', () => Promise.reject(new TypeError('rejected')))

  const outcome = await deliver(suno)

  expect(outcome).toMatchObject({
    status: 'failed',
    error: {
      message: '2 of 3 listeners of music:complete failed',
      errors: [{ message: 'thrown' }, { message: 'rejected' }],
    },
  })
  expect(toResponse(outcome).status).toBe(500)
  expect(finished).toEqual(['the slower one'])
  const errors = logger.lines.filter((line) => line.level === 'error')
  expect(errors).toMatchObject([
    { fields: { type: 'music:complete', taskId: 'task-1', listener: 'writeRow', error: { message: 'thrown' } } },
    { fields: { listener: '(anonymous)', error: { message: 'rejected' } } },
  ])
  expect((errors[0]?.fields?.error as Error).stack).toContain('writeRow')
})

test('a repeat is a duplicate, and error and complete of one task are two events', async () => {
  const suno = receiver()
  const seen: string[] = []
  suno.on('*', (event) => seen.push(event.key))
  expect((await deliver(suno)).status).toBe('handled')
  expect((await deliver(suno)).status).toBe('duplicate')
  expect((await deliver(suno, 'task-1', sample('error', { taskId: 'task-1' }))).status).toBe('handled')
  expect(seen).toEqual(['music:complete:task-1', 'music:error:task-1'])
})

test('an event that nobody listens for is ignored: 200, not claimed, not remembered, one warning', async () => {
  const store = faultyStore()
  const logger = keepingLogger()
  const suno = receiver({ store, logger })
  suno.on('video:complete', () => undefined)
  for (const taskId of ['task-1', 'task-2']) {
    const outcome = await deliver(suno, taskId)
    expect(outcome.status).toBe('ignored')
    expect(toResponse(outcome).status).toBe(200)
  }
  expect((await deliver(suno, 'task-3', sample('music:text'))).status).toBe('ignored')
  expect((await deliver(suno, 'task-3', sample('music:first'))).status).toBe('ignored')
  expect(store.calls).toEqual([])
  expect(logger.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('music:complete') as unknown }])

  suno.on('music:complete', () => undefined)
  expect((await deliver(suno, 'task-1')).status).toBe('handled')
})

test('without any listener the app is still starting: 503, whatever arrives', async () => {
  const logger = keepingLogger()
  const suno = receiver({ logger })
  const observed: Outcome[] = []
  suno.on('outcome', (outcome) => observed.push(outcome))
  const outcome = await deliver(suno)
  expect(outcome).toMatchObject({ status: 'unavailable', error: { code: 'NO_LISTENER' } })
  expect(toResponse(outcome).headers).toMatchObject({ 'retry-after': '10' })
  expect(observed).toEqual([outcome])
  await deliver(suno)
  expect(logger.lines).toHaveLength(1)
})

test('a body of no known shape is an unknown event, and 422 when nobody listens for those', async () => {
  const logger = keepingLogger()
  const suno = receiver({ logger })
  suno.on('music:complete', () => undefined)
  const body = sample('unknown', { taskId: 'task-1' })
  const refused = await suno.receive({ body })
  expect(refused).toMatchObject({ status: 'rejected', reason: 'unrecognised', type: 'unknown', taskId: 'task-1' })
  expect(toResponse(refused).status).toBe(422)
  expect(logger.lines).toMatchObject([{ level: 'warn', fields: { code: 'UNRECOGNISED' } }])

  for (const name of ['unknown', '*'] as const) {
    const listening = receiver()
    const seen: SunoEvent[] = []
    listening.on(name, (event) => seen.push(event))
    const outcome = await listening.receive({ body })
    const digest = createHash('sha256').update(JSON.stringify(body), 'utf16le').digest('hex')
    expect(outcome).toMatchObject({ status: 'handled', key: `any:unknown:sha256-${digest}` })
    expect((await listening.receive({ body: JSON.stringify(body, null, 2) })).status).toBe('duplicate')
    expect(seen).toMatchObject([{ type: 'unknown', stage: 'unknown', kind: null, taskId: 'task-1', raw: body }])
  }
})

test('a body without a task id, or that is no object at all, is an unknown event', async () => {
  const suno = receiver()
  const seen: SunoEvent[] = []
  suno.on('unknown', (event) => seen.push(event))
  for (const body of [
    '{}',
    '[]',
    '"text"',
    '12',
    'null',
    'true',
    '{"code":422,"msg":"callBackUrl is required","data":null}',
  ]) {
    expect(await suno.receive({ body, kind: 'music' })).toMatchObject({ status: 'handled', taskId: null })
  }
  expect(seen.map((event) => event.raw)).toEqual([
    {},
    [],
    'text',
    12,
    null,
    true,
    { code: 422, msg: 'callBackUrl is required', data: null },
  ])
})

test.each([
  ['not JSON', '{"code":200', 'NOT_JSON'],
  ['empty', '', 'NOT_JSON'],
  ['broken UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'NOT_UTF8'],
  ['two task ids', '{"code":200,"data":{"task_id":"a","taskId":"b"}}', 'TWO_TASK_IDS'],
  ['two task ids, one at the root', '{"code":200,"task_id":"a","data":{"task_id":"b"}}', 'TWO_TASK_IDS'],
  ['nested too deep', '['.repeat(5_000) + ']'.repeat(5_000), 'TOO_DEEP'],
  ['nested too deep in objects', '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000), 'TOO_DEEP'],
  ['nested too deep, parsed', JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)) as object, 'TOO_DEEP'],
])('a body that is %s is answered 400', async (_, body, code) => {
  const suno = receiver()
  let runs = 0
  suno.on('*', () => ++runs)
  const outcome = await suno.receive({ body })
  expect(outcome).toMatchObject({ status: 'rejected', reason: 'malformed', error: { code }, taskId: null, key: null })
  expect(toResponse(outcome)).toMatchObject({ status: 400, body: '{"status":"malformed"}' })
  expect(runs).toBe(0)
})

test('a task id that is named twice is one task id, and a number is one too', async () => {
  const suno = receiver()
  const seen: (string | null)[] = []
  suno.on('video:complete', (event) => seen.push(event.taskId))
  await suno.receive({ body: { code: 200, task_id: 'a', data: { taskId: 'a', video_url: 'v' } } })
  await suno.receive({ body: { code: 200, data: { task_id: 17, taskId: '', video_url: 'v' } } })
  expect(seen).toEqual(['a', '17'])
})

test('a body of several levels that is long is no deeper for it', async () => {
  const suno = receiver()
  suno.on('*', () => undefined)
  const body = JSON.stringify({ ...sample('music:complete'), padding: Array.from({ length: 2_000 }, () => [[[1]]]) })
  expect((await suno.receive({ body })).status).toBe('handled')
})

test('the content type must be application/json, with any parameters and in any case, wherever headers are given', async () => {
  const suno = receiver()
  suno.on('*', () => undefined)
  const body = JSON.stringify(sample('music:complete'))
  for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8']) {
    expect((await suno.receive({ body, headers: { 'Content-Type': type } })).status).not.toBe('rejected')
  }
  const others = [
    'text/plain',
    'application/jsonp',
    'application/x-www-form-urlencoded',
    undefined,
    ['application/json', 'text/plain'],
  ]
  for (const type of others) {
    const outcome = await suno.receive({ body, headers: { 'content-type': type } })
    expect(outcome).toMatchObject({ status: 'rejected', reason: 'not-json', error: { code: 'CONTENT_TYPE' } })
    expect(toResponse(outcome).status).toBe(415)
  }
})

test('a body above maxBodyBytes is answered 413: 1 MiB without signed URLs, 8 MiB with them', async () => {
  const padded = (bytes: number) => JSON.stringify({ ...sample('music:complete'), padding: 'x'.repeat(bytes) })
  const open = receiver()
  open.on('*', () => undefined)
  const signed = new SunoCallbacks({ secret: SECRET, baseUrl: BASE, logger: false })
  signed.on('*', () => undefined)
  const query = queryOf(signed.callbackUrl('music'))

  for (const body of [padded(2 ** 20), Buffer.from(padded(2 ** 20))]) {
    const outcome = await open.receive({ body, kind: 'music' })
    expect(outcome).toMatchObject({ status: 'rejected', reason: 'too-large', error: { code: 'BODY_TOO_LARGE' } })
    expect(toResponse(outcome).status).toBe(413)
    expect((await signed.receive({ body, query })).status).not.toBe('rejected')
  }
  expect((await signed.receive({ body: padded(2 ** 23), query })).status).toBe('rejected')
})

test('what a body reader says of its body becomes the answer, and it is told its limits', async () => {
  const suno = receiver({ bodyTimeoutMs: 50, maxBodyBytes: 2_000 })
  suno.on('*', () => undefined)
  const fault = (code: string) => () => Promise.reject(Object.assign(new Error('no body'), { code }))
  const statusOf = async (body: () => Promise<object>) => toResponse(await suno.receive({ body })).status

  expect(await statusOf(fault('BODY_TOO_LARGE'))).toBe(413)
  expect(await statusOf(fault('BODY_TOO_SLOW'))).toBe(408)
  expect(await statusOf(fault('BODY_ABORTED'))).toBe(400)
  expect(await statusOf(fault('CONTENT_ENCODING'))).toBe(415)
  expect(await statusOf(fault('BODY_CONSUMED'))).toBe(500)
  expect(await statusOf(fault('ECONNRESET'))).toBe(500)
  expect(await statusOf(() => Promise.resolve(undefined as unknown as object))).toBe(500)
  expect(await statusOf(() => new Promise(() => undefined))).toBe(408)

  let limits: unknown
  await suno.receive({
    body: (given) => {
      limits = given
      return Promise.resolve({})
    },
  })
  expect(limits).toEqual({ maxBytes: 2_000, timeoutMs: 50 })
})

test('a body that something consumed is told with its fix, and a reader that failed with its cause', async () => {
  const logger = keepingLogger()
  const suno = receiver({ logger })
  suno.on('*', () => undefined)
  const consumed = await suno.receive({
    body: () => Promise.reject(Object.assign(new Error(), { code: 'BODY_CONSUMED' })),
  })
  expect(consumed).toMatchObject({ status: 'failed', error: { code: 'BODY_CONSUMED' } })
  const failed = await suno.receive({ body: () => Promise.reject(new Error('the pipe is broken')) })
  expect(failed).toMatchObject({
    status: 'failed',
    error: { code: 'BODY_FAILED', cause: { message: 'the pipe is broken' } },
  })
  expect(logger.lines).toMatchObject([
    { level: 'error', message: expect.stringContaining('Mount suno-callbacks before it') as unknown },
    { level: 'error', fields: { code: 'BODY_FAILED' } },
  ])
})

test('a stranger is answered 401 with a constant body before the body is read, and nothing is touched', async () => {
  const store = faultyStore()
  const logger = keepingLogger()
  const suno = new SunoCallbacks({ secret: SECRET, baseUrl: BASE, store, logger })
  const foreign = new SunoCallbacks({ secret: 'the secret of somebody else', baseUrl: BASE, logger: false })
  let touched = 0
  suno.on('*', () => ++touched)
  const body = () => {
    touched++
    return Promise.resolve({})
  }
  const good = queryOf(suno.callbackUrl('music'))
  const cases = {
    SIGNATURE_MISSING: { body, kind: 'music' },
    SIGNATURE_INVALID: { body, query: queryOf(foreign.callbackUrl('music')) },
    KIND_MISMATCH: { body, query: good, kind: 'video' },
  }
  for (const [code, delivery] of Object.entries(cases)) {
    const outcome = await suno.receive(delivery)
    expect(outcome).toMatchObject({ status: 'rejected', reason: 'unauthorized', error: { code } })
    expect(toResponse(outcome)).toEqual({
      status: 401,
      headers: { 'content-type': 'application/json', 'content-length': '25' },
      body: '{"status":"unauthorized"}',
    })
  }
  expect(touched).toBe(0)
  expect(store.calls).toEqual([])
  expect(JSON.stringify(logger.lines)).not.toContain('v1.')
})

test('a kind that does not exist is answered 422', async () => {
  const suno = receiver()
  suno.on('*', () => undefined)
  for (const kind of ['musik', 'constructor', '__proto__']) {
    expect(toResponse(await suno.receive({ body: sample('music:complete'), kind })).status).toBe(422)
  }
})

test("the user's verifier sees headers, query, kind, task id and bytes, and must answer true", async () => {
  const requests: Parameters<Verifier>[0][] = []
  let answer: unknown = true
  const store = faultyStore()
  const suno = receiver({
    store,
    verify: (request) => {
      requests.push(request)
      return answer as boolean
    },
  })
  suno.on('*', () => undefined)
  const bytes = Buffer.from(JSON.stringify(sample('music:complete', { taskId: 'task-1' })))
  const headers = { 'X-Token': 't', 'Content-Type': 'application/json' }
  expect((await suno.receive({ body: bytes, kind: 'music', query: '?token=q', headers })).status).toBe('handled')
  expect(requests[0]).toMatchObject({ headers: { 'x-token': 't' }, kind: 'music', taskId: 'task-1', rawBody: bytes })
  expect(requests[0]?.query.get('token')).toBe('q')
  await suno.receive({ body: sample('music:complete') })
  expect(requests[1]).toMatchObject({ headers: {}, kind: null, rawBody: null })

  store.calls.length = 0
  for (answer of [false, undefined, 1, Promise.resolve(false)]) {
    const outcome = await suno.receive({ body: bytes })
    expect(outcome).toMatchObject({ status: 'rejected', reason: 'unauthorized', error: { code: 'NOT_VERIFIED' } })
  }
  expect(store.calls).toEqual([])
})

test('a verifier that throws, rejects or hangs could not decide: 503, never 401', async () => {
  const verifiers: Verifier[] = [
    () => {
      throw new Error('no key')
    },
    () => Promise.reject(new Error('no key')),
    () => new Promise(() => undefined),
  ]
  for (const verify of verifiers) {
    const suno = receiver({ verify, deadlineMs: 100 })
    suno.on('*', () => undefined)
    const outcome = await suno.receive({ body: sample('music:complete') })
    expect(outcome).toMatchObject({ status: 'unavailable', error: { code: 'VERIFIER_FAILED' } })
    expect(toResponse(outcome).status).toBe(503)
  }
})

test('signed URLs and a verifier must both pass', async () => {
  const suno = new SunoCallbacks({
    secret: SECRET,
    baseUrl: BASE,
    logger: false,
    verify: ({ taskId }) => taskId === 'good',
  })
  suno.on('*', () => undefined)
  const query = queryOf(suno.callbackUrl('music'))
  const good = sample('music:complete', { taskId: 'good' })
  expect((await suno.receive({ body: good })).status).toBe('rejected')
  expect((await suno.receive({ body: sample('music:complete', { taskId: 'bad' }), query })).status).toBe('rejected')
  expect((await suno.receive({ body: good, query })).status).toBe('handled')
})

test('the name of an instance is part of every key, so that two can share a store', async () => {
  const store = memoryStore()
  const seen: string[] = []
  for (const name of ['account-1', 'account-2']) {
    const suno = receiver({ store, name })
    suno.on('*', (event) => seen.push(event.key))
    expect((await deliver(suno)).status).toBe('handled')
    expect((await deliver(suno, 'task-1', sample('music:text', { taskId: 'task-1' }))).status).toBe('stale')
  }
  expect(seen).toEqual(['account-1:music:complete:task-1', 'account-2:music:complete:task-1'])
})

test('off takes a listener off that name, however often it was added, and outcome listeners too', async () => {
  const suno = receiver()
  let runs = 0
  let outcomes = 0
  const listener = () => ++runs
  const watch = () => ++outcomes
  suno.on('music:complete', listener).on('music:complete', listener).on('*', listener)
  suno.on('outcome', watch).once('outcome', () => ++outcomes)
  expect((await deliver(suno, 'task-1')).status).toBe('handled')
  expect([runs, outcomes]).toEqual([3, 2])
  suno.off('music:complete', listener)
  await deliver(suno, 'task-2')
  expect([runs, outcomes]).toEqual([4, 3])
  suno.off('*', listener).off('outcome', watch)
  expect((await deliver(suno, 'task-3')).status).toBe('unavailable')
  expect([runs, outcomes]).toEqual([4, 3])
})

test('what observes outcomes can neither delay nor change nor break an answer', async () => {
  const logger = keepingLogger()
  const suno = receiver({ logger })
  suno.on('music:complete', () => undefined)
  const seen: string[] = []
  suno.on('outcome', () => {
    throw new Error('metrics are down')
  })
  suno.on('outcome', () => Promise.reject(new Error('metrics are slow')))
  suno.on('outcome', () => new Promise(() => undefined))
  suno.on('outcome', (outcome) => seen.push(outcome.status))
  expect((await deliver(suno)).status).toBe('handled')
  await Promise.resolve()
  expect(seen).toEqual(['handled'])
  expect(logger.lines.filter((line) => line.level === 'error').map((line) => line.fields)).toMatchObject([
    { error: { message: 'metrics are down' } },
    { error: { message: 'metrics are slow' } },
  ])
})

test('a logger that throws changes nothing', async () => {
  const broken = () => {
    throw new Error('no logs today')
  }
  const suno = receiver({ logger: { error: broken, warn: broken } })
  suno.on('music:complete', () => {
    throw new Error('no')
  })
  expect((await deliver(suno)).status).toBe('failed')
})

test('a line without fields comes to the logger alone: that of Nest would write undefined beside it', () => {
  const warn = vi.fn()
  new SunoCallbacks({ secret: 'short', logger: { error: warn, warn } })
  expect(warn.mock.calls).toEqual([[expect.stringContaining('fewer than 16 characters')]])
})

test('logs go to the console by default, warnings and errors only', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const suno = new SunoCallbacks({ verify: false })
  suno.on('video:complete', () => {
    throw new Error('no')
  })
  await deliver(suno, 'heard by nobody')
  await suno.receive({ body: sample('video:complete', { taskId: 'failing' }) })
  expect(warn.mock.calls).toMatchObject([[expect.stringContaining('suno-callbacks:'), { taskId: 'heard by nobody' }]])
  expect(error.mock.calls).toMatchObject([[expect.stringContaining('suno-callbacks:'), { taskId: 'failing' }]])
  const short = new SunoCallbacks({ secret: 'short' })
  expect(short).toBeInstanceOf(SunoCallbacks)
  expect(warn.mock.calls[1]).toHaveLength(1)
  short.logger.error('A line alone.')
  expect(error.mock.calls[1]).toEqual(['suno-callbacks: A line alone.'])
})

test('a fault of one code is told once a minute, with how many were suppressed', async () => {
  vi.useFakeTimers()
  const logger = keepingLogger()
  const suno = receiver({ logger })
  suno.on('*', () => undefined)
  for (let i = 0; i < 5; i++) await suno.receive({ body: '{' })
  await vi.advanceTimersByTimeAsync(60_000)
  await suno.receive({ body: '{' })
  await vi.advanceTimersByTimeAsync(60_000)
  await suno.receive({ body: '{' })
  expect(logger.lines.map((line) => line.fields?.suppressed)).toEqual([undefined, 4, undefined])
  vi.useRealTimers()
})

test('the deadline, a key held elsewhere and what went well are told at their levels', async () => {
  const logger = keepingLogger()
  const store = memoryStore()
  const suno = receiver({ logger, store, deadlineMs: 100 })
  const work = deferred()
  suno.on('music:complete', () => work.promise)
  await deliver(suno, 'slow')
  await store.claim('music:complete:held', 'somebody else', 10_000)
  await deliver(suno, 'held')
  work.resolve()
  await deliver(suno, 'fine')
  expect(logger.lines.map((line) => line.level)).toEqual(['warn', 'info', 'debug'])
})

test('a bug of ours is a failed delivery, not a rejection', async () => {
  const suno = receiver()
  suno.on('*', () => undefined)
  const circular: Record<string, unknown> = { code: 200, big: 1n }
  const outcome = await suno.receive({ body: circular })
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'INTERNAL' } })
  expect(toResponse(outcome).status).toBe(500)
})
