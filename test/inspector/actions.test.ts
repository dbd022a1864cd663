import { describe, expect, test, vi } from 'vitest'
import { EVENT_TYPES } from '../../src/events/kinds/index.js'
import { SunoCallbacks, type SunoEvent } from '../../src/index.js'
import { inspector } from '../../src/inspector/index.js'
import { memoryTasks, providerClient, recordPoller } from '../../src/polling/index.js'
import { sample } from '../../src/testing/index.js'
import { listen } from '../adapters/host.js'
import { apiServer, json, type Answer } from '../polling/api-server.js'
import { failedRecordOf, recordOf } from '../polling/records.js'
import { silent, startPage } from './apps.js'
import { errorOf, eventually, pageAt, post } from './client.js'

async function started(options = {}) {
  const page = await startPage(options)
  const events: SunoEvent[] = []
  page.suno.on('*', (event) => events.push(event))
  return { ...page, events }
}

describe('run again', () => {
  test('handles the same body as a replay: a repeat, of which the answer says that no listener was called', async () => {
    const { suno, events, act, detailsOf } = await started()
    const body = sample('wav:complete', { taskId: 'a' })
    await suno.handle({ source: 'record', kind: 'wav', body, metadata: { orderId: '42' } })
    const { row, deliveries } = await detailsOf('a')
    const answer = await act('replay', { deliveryId: deliveries[0]?.id })
    expect(answer).toEqual({
      id: row.id,
      outcome: 'duplicate',
      message: expect.stringMatching(/no listener was called.*as a new task/) as string,
    })
    expect(events).toHaveLength(1)
    expect((await detailsOf('a')).deliveries).toMatchObject([
      { source: 'replay', httpStatus: null },
      { source: 'record' },
    ])
  })

  test('runs the listeners of what had failed', async () => {
    const { suno, act, detailsOf } = await startPage()
    const listener = vi.fn<() => void>().mockImplementationOnce(() => {
      throw new Error('not yet')
    })
    suno.on('wav:complete', listener)
    await suno.receive({ kind: 'wav', body: sample('wav:complete', { taskId: 'a' }) })
    const [failed] = (await detailsOf('a')).deliveries
    expect(await act('replay', { deliveryId: failed?.id })).toMatchObject({ outcome: 'handled' })
    expect(listener).toHaveBeenCalledTimes(2)
    expect((await detailsOf('a')).row).toMatchObject({ outcome: 'handled', deliveryCount: 2 })
  })

  test('as a new task runs them in any case, with the metadata of then', async () => {
    const { suno, events, act, detailsOf } = await started()
    const body = sample('music:complete', { taskId: 'a' })
    await suno.handle({ source: 'record', kind: 'music', body, metadata: { orderId: '42' } })
    const [delivery] = (await detailsOf('a')).deliveries
    const { id, outcome } = await act('replay', { deliveryId: delivery?.id, asNew: true })
    expect(outcome).toBe('handled')
    expect(events[1]).toMatchObject({ source: 'replay', metadata: { orderId: '42' }, kind: 'music' })
    expect(events[1]?.taskId).toMatch(/^[0-9a-f]{32}$/)
    expect(id).not.toBe((await detailsOf('a')).row.id)
    expect((await detailsOf(events[1]?.taskId ?? '')).row.id).toBe(id)
  })

  test('works for what names no task', async () => {
    const { suno, act, rows, details, events } = await started()
    await suno.handle({ source: 'record', body: { odd: true } })
    const [row] = await rows()
    const [delivery] = (await details(row?.id ?? '')).deliveries
    expect(await act('replay', { deliveryId: delivery?.id, asNew: true })).toMatchObject({
      id: row?.id,
      outcome: 'duplicate',
    })
    expect(events).toHaveLength(1)
  })

  test('says what is not kept, and what is no request', async () => {
    const { suno, post, rows, details } = await started()
    await suno.receive({ kind: 'wav', body: 'no JSON' })
    const [row] = await rows()
    const [delivery] = (await details(row?.id ?? '')).deliveries
    for (const deliveryId of [delivery?.id, '1-99', '', 'x']) {
      expect(errorOf(await post('replay', { deliveryId }))).toMatchObject({ status: 404, code: 'DELIVERY_GONE' })
    }
    for (const body of [{}, { deliveryId: 7 }, { deliveryId: 'x', more: 1 }, [], 'x', 'null', '']) {
      expect(errorOf(await post('replay', body))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
    }
    expect(errorOf(await post('replay', { deliveryId: 'x'.repeat(70_000) }))).toMatchObject({ status: 400 })
  })
})

describe('trigger', () => {
  test('handles the sample of every event that the page is told of', async () => {
    const { act, list, events } = await started({ maxTasks: 100 })
    const { triggers } = (await list()).about
    for (const { type, kind } of triggers) {
      expect(await act('trigger', { type, kind })).toMatchObject({
        outcome: 'handled',
        message: 'All listeners have finished.',
      })
      expect(events.at(-1)?.type).toBe(type)
      if (kind !== null) expect(events.at(-1)?.kind).toBe(kind)
    }
    expect(new Set(triggers.map(({ type }) => type))).toEqual(new Set(EVENT_TYPES))
  })

  test('adds a stage to a task, and fails one', async () => {
    const { act, rows } = await started()
    const { id } = await act('trigger', { type: 'music:first', taskId: 'mine' })
    expect(await act('trigger', { type: 'music:complete', taskId: 'mine' })).toMatchObject({ id })
    expect(await act('trigger', { type: 'error', taskId: 'mine' })).toMatchObject({ id })
    expect(await rows()).toMatchObject([
      { id, stages: [{ stage: 'first' }, { stage: 'complete' }, { stage: 'error' }] },
    ])
  })

  test('says that nothing listens', async () => {
    const { act } = await startPage()
    expect(await act('trigger', { type: 'wav:complete' })).toMatchObject({
      outcome: 'unavailable',
      message: expect.stringContaining('No listener is subscribed yet') as string,
    })
  })

  test('refuses what is no event', async () => {
    const { post } = await started()
    for (const body of [
      {},
      { type: 'music:done' },
      { type: 'wav:complete', kind: 'x' },
      { type: 'wav:complete', taskId: '' },
    ]) {
      expect(errorOf(await post('trigger', body))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
    }
  })

  test('does not wait for listeners that take minutes', async () => {
    const suno = new SunoCallbacks(silent)
    const page = inspector(suno)
    const { origin } = await listen((request, response) => page.node(request, response))
    let end: () => void = () => undefined
    let began: () => void = () => undefined
    const beginning = new Promise<void>((resolve) => (began = resolve))
    suno.on('*', () => {
      began()
      return new Promise<void>((resolve) => (end = resolve))
    })
    const real = globalThis.setTimeout
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((call: () => void, ms?: number) =>
      real(call, ms === 10_000 ? 50 : ms),
    )
    const answering = post(`${origin}/x/trigger`, { type: 'wav:complete', taskId: 'slow' })
    await beginning
    expect(JSON.parse((await answering).text)).toEqual({
      id: null,
      outcome: null,
      message: expect.stringContaining('Still at work') as string,
    })
    end()
    await eventually(async () =>
      expect(await pageAt(`${origin}/x/`).rows()).toMatchObject([{ taskId: 'slow', outcome: 'handled' }]),
    )
  })
})

describe('asking for the record', () => {
  async function polling(...answers: readonly Answer[]) {
    const api = await apiServer(...answers)
    const suno = new SunoCallbacks(silent)
    const events: SunoEvent[] = []
    suno.on('*', (event) => events.push(event))
    const provider = providerClient({ provider: 'sunoapi', baseUrl: api.url, apiKey: 'a-key-of-the-tests' })
    const poller = recordPoller(suno, { provider, tasks: memoryTasks() })
    const page = inspector(suno, { poller })
    const { origin } = await listen((request, response) => page.node(request, response))
    await suno.handle({
      source: 'replay',
      kind: 'music',
      body: sample('music:first', { taskId: 'a' }),
      metadata: { orderId: '42' },
    })
    const at = pageAt(`${origin}/x/`)
    const [row] = await at.rows()
    return { suno, poller, events, api, ...at, id: row?.id ?? '' }
  }

  test('handles what it has, with the metadata that is known', async () => {
    const { act, id, events, details, list } = await polling(recordOf('music:complete', 'sunoapi', 'a'))
    expect((await list()).about.canPoll).toBe(true)
    expect(await act('poll', { id })).toEqual({
      id,
      outcome: 'handled',
      message: 'The record has the last event. All listeners have finished.',
    })
    expect(events[1]).toMatchObject({ type: 'music:complete', source: 'record', metadata: { orderId: '42' } })
    const { row, record, deliveries } = await details(id)
    expect(row).toMatchObject({ state: 'complete', stages: [{ source: 'replay' }, { source: 'record' }] })
    expect(record).toEqual({ status: 'done', at: expect.any(Number) as number, message: null })
    expect(deliveries[0]).toMatchObject({ source: 'record', httpStatus: null })
    expect(await act('poll', { id })).toMatchObject({
      outcome: null,
      message: expect.stringContaining('was not asked') as string,
    })
  })

  test('says that the task still runs', async () => {
    const { act, id, details } = await polling({ code: 200, msg: 'success', data: { taskId: 'a', status: 'PENDING' } })
    expect(await act('poll', { id })).toEqual({
      id,
      outcome: null,
      message: 'The provider says that the task still runs.',
    })
    expect((await details(id)).record?.status).toBe('running')
  })

  test('says that the provider knows no such task', async () => {
    const { act, id } = await polling({ code: 200, msg: 'success', data: null })
    expect((await act('poll', { id })).message).toContain('knows no such task')
  })

  test('says why the provider did not answer, without the key', async () => {
    const { act, id, details } = await polling(json({ code: 401, msg: 'bad key a-key-of-the-tests' }, 401))
    const { message } = await act('poll', { id })
    expect(message).toMatch(/did not answer as it should: ./)
    expect(message).not.toContain('a-key-of-the-tests')
    const { record } = await details(id)
    expect(record).toMatchObject({ status: 'unanswered', message: expect.any(String) as string })
  })

  test('says that a listener failed', async () => {
    const { suno, act, id } = await polling(failedRecordOf('music', 'a', 500))
    suno.on('error', () => {
      throw new Error('no')
    })
    expect(await act('poll', { id })).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('was not handled. A listener failed') as string,
    })
  })

  test('does not wait for a provider that is slow', async () => {
    const { poller, act, id } = await polling()
    vi.spyOn(poller, 'check').mockReturnValue(new Promise(() => undefined))
    const real = globalThis.setTimeout
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((call: () => void, ms?: number) =>
      real(call, ms === 10_000 ? 20 : ms),
    )
    expect(await act('poll', { id })).toMatchObject({
      id,
      outcome: null,
      message: expect.stringContaining('Still at work') as string,
    })
  })

  test('that fails altogether is answered and logged, and what it says stays in the log', async () => {
    const { poller, post, id } = await polling()
    vi.spyOn(poller, 'check').mockRejectedValue(new Error('stopped by a-key-of-the-tests'))
    const answer = await post('poll', { id })
    expect(errorOf(answer)).toMatchObject({ status: 500, code: 'INTERNAL' })
    expect(answer.text).not.toContain('a-key-of-the-tests')
  })

  test('of a task that is too old shows that it is not asked any more; one that was only asked for has a row', async () => {
    const { suno } = await started()
    const listeners = new Map<string, (event: never) => void>()
    const poller = {
      check: () => Promise.reject(new Error('not here')),
      on: (name: string, call: (event: never) => void) => void listeners.set(name, call),
    }
    const page = inspector(suno, { poller: poller as never })
    const { origin } = await listen((request, response) => page.node(request, response))
    const check = { kind: 'wav', taskId: 'old', record: null, durationMs: 1, status: 'running', outcome: null }
    listeners.get('checked')?.(check as never)
    const { rows, detailsOf } = pageAt(`${origin}/x/`)
    expect(await rows()).toMatchObject([
      { taskId: 'old', kind: 'wav', state: 'running', outcome: null, httpStatus: null, deliveryCount: 0, type: null },
    ])
    listeners.get('overdue')?.({ check } as never)
    expect((await detailsOf('old')).record).toMatchObject({ status: 'overdue' })
  })

  test('is refused without a poller, for a row that has gone, and for one that names no task', async () => {
    const { suno, act, post, id, rows } = await polling()
    expect(errorOf(await (await started()).post('poll', { id: '1' }))).toMatchObject({ status: 409, code: 'NO_POLLER' })
    expect(errorOf(await post('poll', { id: 'gone' }))).toMatchObject({ status: 404, code: 'TASK_GONE' })
    expect(errorOf(await post('poll', { id: 7 }))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' })
    await suno.handle({ source: 'record', body: { odd: true } })
    const [unnamed] = (await rows()).filter(({ taskId }) => taskId === null)
    expect(errorOf(await post('poll', { id: unnamed?.id }))).toMatchObject({ status: 409, code: 'TASK_UNKNOWN' })
    await suno.handle({ source: 'record', body: { code: 200, msg: 'ok', data: { task_id: 'kindless', odd: 1 } } })
    const [kindless] = (await rows()).filter(({ taskId }) => taskId === 'kindless')
    expect(errorOf(await post('poll', { id: kindless?.id }))).toMatchObject({ status: 409, code: 'TASK_UNKNOWN' })
    expect(await act('trigger', { type: 'wav:complete' })).toMatchObject({ outcome: 'handled' })
    expect(id).not.toBe('')
  })
})
