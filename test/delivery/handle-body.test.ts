/** Bodies that are no requests: records that were asked for, and bodies that are handled once more. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { memoryStore, SunoCallbacks, type HandleRequest, type Outcome, type SunoEvent } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { deferred, deliver, receiver } from '../support/receiver.js'

const BODY = sample('music:complete', { taskId: 'task-1' })

const record = (more: Partial<HandleRequest> = {}): HandleRequest => ({
  kind: 'music',
  body: BODY,
  source: 'record',
  ...more,
})

test('a record becomes the event of its callback, under the same key, and they absorb each other', async () => {
  const suno = receiver()
  const seen: SunoEvent[] = []
  suno.on('*', (event) => seen.push(event))
  const handled = await suno.handle(record({ metadata: { orderId: '42' } }))
  expect(handled).toMatchObject({ status: 'handled', source: 'record', key: 'music:complete:task-1' })
  expect(await deliver(suno)).toMatchObject({ status: 'duplicate', source: 'callback' })
  expect(seen).toMatchObject([{ source: 'record', type: 'music:complete', metadata: { orderId: '42' } }])
  expect(Object.isFrozen(seen[0]?.metadata)).toBe(true)
})

test('a record that comes while its callback is handled joins that run', async () => {
  const suno = receiver()
  const work = deferred()
  let runs = 0
  suno.on('music:complete', () => {
    runs++
    return work.promise
  })
  const callback = deliver(suno)
  const polled = suno.handle(record())
  work.resolve()
  expect((await callback).status).toBe('handled')
  expect((await polled).status).toBe('duplicate')
  expect(runs).toBe(1)
})

test('there is no deadline: it waits for the listeners', async () => {
  const suno = receiver({ deadlineMs: 100 })
  suno.on('music:complete', () => new Promise((resolve) => setTimeout(resolve, 250)))
  expect((await suno.handle(record())).status).toBe('handled')
})

test('observers see its outcome, with its source and its event', async () => {
  const suno = receiver()
  const outcomes: Outcome[] = []
  suno.on('music:complete', () => undefined)
  suno.on('outcome', (outcome) => outcomes.push(outcome))
  const receivedAt = new Date('2026-01-01T00:00:00Z')
  await suno.handle(record({ source: 'replay', receivedAt }))
  await suno.receive({ body: '{' })
  expect(outcomes).toMatchObject([
    { status: 'handled', source: 'replay', event: { type: 'music:complete', receivedAt, source: 'replay' } },
    { status: 'rejected', source: 'callback', event: null },
  ])
})

test('text and bytes are read, and the kind may be left to the shape', async () => {
  const suno = receiver()
  suno.on('music:complete', () => undefined)
  const text = (taskId: string) => JSON.stringify(sample('music:complete', { taskId }))
  expect((await suno.handle({ body: text('a'), source: 'record' })).status).toBe('handled')
  expect((await suno.handle({ body: Buffer.from(text('b')), kind: null, source: 'record' })).status).toBe('handled')
})

test('it never rejects: what cannot be handled is an outcome', async () => {
  const suno = receiver({ verify: () => false })
  expect(await suno.handle(record())).toMatchObject({ status: 'unavailable', error: { code: 'NO_LISTENER' } })
  suno.on('music:complete', () => undefined)
  expect((await suno.handle(record())).status).toBe('handled') // the verifier is not asked
  expect(await suno.handle(record({ body: 'no JSON' }))).toMatchObject({ status: 'rejected', reason: 'malformed' })
  expect(await suno.handle(record({ body: { taskId: 'a', data: { task_id: 'b' } } }))).toMatchObject({
    status: 'rejected',
    error: { code: 'TWO_TASK_IDS' },
  })
  expect(await suno.handle(record({ body: { code: 200, big: 1n } }))).toMatchObject({ error: { code: 'INTERNAL' } })
  expect((await suno.handle(record({ body: sample('video:complete'), kind: 'video' }))).status).toBe('ignored')
  await suno.close()
  expect(await suno.handle(record())).toMatchObject({ status: 'unavailable', error: { code: 'CLOSING' } })
})

test('with a handoff it is handed over like a callback, and the worker sees its source', async () => {
  const stored: unknown[] = []
  const suno = receiver({ handoff: { accept: (one) => Promise.resolve(void stored.push(one)) } })
  expect((await suno.handle(record())).status).toBe('handed-off')
  expect(stored).toMatchObject([{ key: 'music:complete:task-1', source: 'record' }])
  const worker = receiver()
  const sources: string[] = []
  worker.on('*', ({ source }) => sources.push(source))
  await worker.run(JSON.parse(JSON.stringify(stored[0])) as never)
  // Stored by a version that did not say it.
  await worker.run({ ...(stored[0] as object), source: undefined } as never)
  expect(sources).toEqual(['record', 'callback'])
})

test('a worker whose only listener is a once at work gives the job back', async () => {
  const suno = receiver()
  const work = deferred()
  suno.once('music:complete', () => work.promise)
  const stored = (taskId: string) => ({
    key: `music:complete:${taskId}`,
    kind: 'music' as const,
    metadata: {},
    receivedAt: new Date().toISOString(),
    source: 'callback' as const,
    raw: sample('music:complete', { taskId }),
  })
  const first = suno.run(stored('a'))
  await expect(suno.run(stored('b'))).rejects.toMatchObject({ code: 'LISTENER_BUSY' })
  work.resolve()
  await first
})

describe('a mistake in the call is thrown at once, with its code and the fix', () => {
  const suno = new SunoCallbacks({ verify: false, logger: false, store: memoryStore() })
  test.each([
    ['nothing', undefined, 'OPTION_INVALID', 'source: "record"'],
    ['null', null, 'OPTION_INVALID', 'source: "record"'],
    ['an unknown option', { ...record(), taskId: 'a' }, 'OPTION_UNKNOWN', 'taskId'],
    ['no body', { ...record(), body: undefined }, 'OPTION_INVALID', 'body'],
    ['a body that is null', { ...record(), body: null }, 'OPTION_INVALID', 'body'],
    ['no source', { ...record(), source: undefined }, 'OPTION_INVALID', 'receive()'],
    ['a callback', { ...record(), source: 'callback' }, 'OPTION_INVALID', 'receive()'],
    ['an unknown kind', { ...record(), kind: 'musik' }, 'KIND_UNKNOWN', 'musik'],
    ['metadata that are no strings', { ...record(), metadata: { a: 1 } }, 'METADATA_INVALID', 'strings'],
    ['a time that is text', { ...record(), receivedAt: 'now' }, 'OPTION_INVALID', 'receivedAt'],
    ['a time that is none', { ...record(), receivedAt: new Date(NaN) }, 'OPTION_INVALID', 'receivedAt'],
  ])('%s', (_, request, code, word) => {
    expect(() => suno.handle(request as never)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(word) as string }),
    )
  })
})

test.each(['receive', 'handle'])(
  'listeners that never settle do not keep the bodies of their events, after %s',
  async (way) => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const suno = receiver({ maxRunMs: 100, deadlineMs: 100 })
    // What settles the promises is kept, as the queue of a pool or a socket keeps it: else all of it would be garbage together.
    const work = Array.from({ length: 20 }, () => deferred())
    let calls = 0
    suno.on('music:complete', () => work[calls++]?.promise)
    const bodies: WeakRef<object>[] = []
    const start = async (taskId: string) => {
      const body = sample('music:complete', { taskId })
      bodies.push(new WeakRef(body))
      return (await (way === 'handle' ? suno.handle({ body, source: 'record' }) : deliver(suno, taskId, body))).status
    }
    const statuses = await Promise.all(work.map((_, index) => start(`task-${String(index)}`)))
    expect(new Set(statuses)).toEqual(new Set(['deadline']))
    for (let tries = 0; tries < 50 && bodies.some((one) => one.deref() !== undefined); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      collect()
    }
    expect(bodies.filter((one) => one.deref() !== undefined).length).toBeLessThanOrEqual(1)
    expect(await suno.close({ graceMs: 10 })).toBe(20)
    for (const { resolve } of work) resolve()
    await vi.waitFor(async () => expect(await suno.close()).toBe(0))
  },
)
