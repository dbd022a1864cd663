import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { SunoCallbacks, type SunoCallbacksOptions } from '../../src/index.js'
import { inspector } from '../../src/inspector/index.js'
import type { TaskRow } from '../../src/inspector/wire.js'
import { VERSION } from '../../src/inspector/version.js'
import { sample, sampleEvent } from '../../src/testing/index.js'
import { readFileSync } from 'node:fs'
import { listen } from '../adapters/host.js'
import { silent, startPage } from './apps.js'
import { eventually } from './client.js'

const SECRET = 'a secret of the tests'

/** A callback as an adapter hands it over, signed by the instance. */
function deliver(suno: SunoCallbacks, kind: 'music' | 'video' | 'wav', body: object, metadata = {}) {
  const { search } = new URL(suno.callbackUrl(kind, { url: 'https://app.example.com/suno', metadata }))
  return suno.receive({ body, query: search, kind })
}

async function signed(given: SunoCallbacksOptions = {}, options = {}) {
  const started = await startPage(options, { verify: undefined, secret: SECRET, ...given })
  started.suno.on('*', () => undefined)
  return started
}

describe('a row', () => {
  test('follows its task from stage to stage', async () => {
    const { suno, rows } = await signed()
    const before = Date.now()
    for (const type of ['music:text', 'music:first', 'music:complete', 'music:complete'] as const) {
      await deliver(suno, 'music', sample(type, { taskId: 'task-1' }), { orderId: '42' })
    }
    const [row, ...others] = await rows()
    expect(others).toEqual([])
    expect(row).toMatchObject({
      taskId: 'task-1',
      kind: 'music',
      title: 'Harbour Lantern',
      state: 'complete',
      deliveryCount: 4,
      outcome: 'duplicate',
      httpStatus: 200,
      type: 'music:complete',
      stages: ['text', 'first', 'complete'].map((stage) => ({ stage, source: 'callback' })),
    })
    expect(row?.coverUrl).toMatch(/^https:/)
    expect(row?.expiresAt).toBe(sampleEvent('music:complete').expiresAt.getTime())
    expect(row?.firstAt).toBeGreaterThanOrEqual(before)
    expect(row?.lastAt).toBeGreaterThanOrEqual(row?.firstAt ?? Infinity)
    for (const word of ['task-1', 'harbour lantern', '42', 'music:complete']) expect(row?.search).toContain(word)
  })

  test('says what state its task is in', async () => {
    const { suno, rows } = await signed()
    const stateOf = async (taskId: string) => (await rows()).find((row) => row.taskId === taskId)?.state
    await deliver(suno, 'music', sample('music:text', { taskId: 'a' }))
    expect(await stateOf('a')).toBe('running')
    await deliver(suno, 'music', sample('error', { taskId: 'a' }))
    expect(await stateOf('a')).toBe('error')
    await deliver(suno, 'music', sample('music:complete', { taskId: 'a' }))
    expect(await stateOf('a')).toBe('complete')
    await suno.handle({ kind: 'voice', body: sample('voice:ready', { taskId: 'b' }), source: 'record' })
    expect(await stateOf('b')).toBe('complete')
    await deliver(suno, 'wav', sample('unknown', { taskId: 'c' }))
    expect(await stateOf('c')).toBe('unknown')
  })

  test('has what a search looks for, of every kind, and no more than 2,000 characters', async () => {
    const { suno, rows } = await signed()
    const long = 'Long '.repeat(2_000)
    await suno.handle({
      source: 'record',
      body: sample('lyrics:complete', { taskId: 'l', overrides: { lyrics: [{ title: 'Night', text: long }] } }),
    })
    await suno.handle({
      source: 'record',
      body: sample('phrase:ready', { taskId: 'p', overrides: { phrase: 'Say THIS' } }),
    })
    await suno.handle({
      source: 'record',
      body: sample('voice:ready', { taskId: 'v', overrides: { voiceId: 'Voice-7' } }),
    })
    await suno.handle({ source: 'record', body: sample('recovery:complete', { taskId: 'r' }), kind: 'recovery' })
    await suno.handle({ source: 'record', body: sample('cover:complete', { taskId: 'c' }), kind: 'cover' })
    const of = async (taskId: string) => (await rows()).find((row) => row.taskId === taskId) as TaskRow
    expect(await of('l')).toMatchObject({ title: 'Night' })
    expect((await of('l')).search).toMatch(/^l lyrics:complete lyrics night .*long long/)
    expect((await of('l')).search).toHaveLength(2_000)
    expect((await of('p')).search).toContain('say this')
    expect((await of('v')).search).toContain('voice-7')
    expect((await of('r')).title).not.toBeNull()
    expect((await of('c')).coverUrl).toMatch(/^https:/)
  })

  test('keeps what an earlier stage said where a later one says less', async () => {
    const { suno, rows } = await signed()
    await deliver(suno, 'music', sample('music:first', { taskId: 'a' }))
    await deliver(suno, 'music', { code: 500, msg: 'no', data: { callbackType: 'error', task_id: 'a', data: null } })
    expect(await rows()).toMatchObject([
      { title: 'Harbour Lantern', coverUrl: expect.stringMatching(/^https:/) as string, state: 'error' },
    ])
    expect((await rows())[0]?.search).toContain('harbour lantern')
  })

  test('is made by each delivery that is turned away and names no task', async () => {
    const { suno, rows } = await signed()
    await suno.receive({ body: sample('music:complete', { taskId: 'x' }), kind: 'music' })
    // When they came is known to the ms.
    await pause(5)
    await suno.receive({ body: 'no JSON', query: new URL(suno.callbackUrl('wav', { url: 'https://a.test/' })).search })
    expect(await rows()).toMatchObject([
      {
        taskId: null,
        kind: 'wav',
        state: 'rejected',
        outcome: 'rejected',
        httpStatus: 400,
        stages: [],
        type: null,
        title: null,
      },
      { taskId: null, kind: null, state: 'rejected', outcome: 'rejected', httpStatus: 401 },
    ])
  })

  test('of a task that another check turned away is of its task', async () => {
    const { suno, rows } = await startPage({}, { verify: () => false })
    suno.on('*', () => undefined)
    await suno.receive({ kind: 'music', body: sample('music:complete', { taskId: 'a' }) })
    expect(await rows()).toMatchObject([{ taskId: 'a', state: 'rejected', httpStatus: 401 }])
  })

  test('has no id that no provider has made', async () => {
    const { suno, rows } = await signed()
    await suno.handle({ source: 'record', kind: 'music', body: sample('music:complete', { taskId: 'x'.repeat(501) }) })
    expect(await rows()).toMatchObject([{ taskId: null, kind: 'music', state: 'complete' }])
  })
})

describe('the bounds', () => {
  test('of number: the task that has not changed for longest goes first', async () => {
    const { suno, rows, list, follow } = await signed({}, { maxTasks: 3 })
    const add = (taskId: string) =>
      suno.handle({ source: 'record', kind: 'music', body: sample('music:first', { taskId }) })
    for (const taskId of ['a', 'b', 'c']) await add(taskId)
    const [, , oldest] = await rows()
    const follower = await follow()
    await suno.handle({ source: 'record', kind: 'music', body: sample('music:complete', { taskId: 'a' }) })
    await add('d')
    expect((await rows()).map(({ taskId }) => taskId).sort()).toEqual(['a', 'c', 'd'])
    expect((await list()).about.maxTasks).toBe(3)
    expect(oldest?.taskId).toBe('a')
    await eventually(() => expect(follower.messages.find(({ event }) => event === 'gone')?.data).toHaveLength(1))
  })

  test('of bytes: bodies of a megabyte do not add up', async () => {
    const { suno, rows, detailsOf } = await signed({}, { maxBytes: 4_000_000 })
    for (let index = 0; index < 20; index++) {
      const body = { ...sample('music:complete', { taskId: `task-${String(index)}` }), filler: 'x'.repeat(200_000) }
      await suno.handle({ source: 'record', kind: 'music', body })
    }
    const kept = await rows()
    expect(kept.length).toBeGreaterThan(1)
    expect(kept.length).toBeLessThan(8)
    expect(kept[0]?.taskId).toBe('task-19')
    expect((await detailsOf('task-19')).deliveries[0]?.canReplay).toBe(true)
  })

  test('of one body: what is larger than a quarter of all is shown without it', async () => {
    const { suno, detailsOf } = await signed({}, { maxBytes: 400_000 })
    const body = { ...sample('music:complete', { taskId: 'large' }), filler: Array.from({ length: 9_000 }, () => ({})) }
    await suno.handle({ source: 'record', kind: 'music', body })
    expect(await detailsOf('large')).toMatchObject({
      row: { title: 'Harbour Lantern', state: 'complete' },
      media: null,
      deliveries: [
        { outcome: 'handled', type: 'music:complete', body: null, event: null, copies: null, canReplay: false },
      ],
    })
  })

  test('of one task: repeats of it push out their own bodies, and the oldest of more than 50', async () => {
    const { suno, detailsOf } = await signed({}, { maxBytes: 400_000 })
    const body = { ...sample('music:complete', { taskId: 'one' }), filler: 'x'.repeat(15_000) }
    for (let index = 0; index < 60; index++) await suno.handle({ source: 'record', kind: 'music', body })
    const { row, deliveries } = await detailsOf('one')
    expect(row.deliveryCount).toBe(60)
    expect(deliveries).toHaveLength(50)
    expect(deliveries[0]?.canReplay).toBe(true)
    expect(deliveries.at(-1)?.canReplay).toBe(false)
  })

  test('a task without any body left stays, however small the bound', async () => {
    const { suno, rows } = await signed({}, { maxBytes: 65_536 })
    const fail = () => Promise.reject(new Error('x'.repeat(8_000)))
    for (let index = 0; index < 50; index++) suno.on('wav:complete', fail)
    await suno.handle({ source: 'record', kind: 'wav', body: sample('wav:complete', { taskId: 'a' }) })
    expect(await rows()).toMatchObject([{ taskId: 'a', outcome: 'failed' }])
  })

  test('strangers cannot push out tasks: of what is turned away, a fifth of the rows are kept', async () => {
    const { suno, rows } = await signed({}, { maxTasks: 10 })
    await deliver(suno, 'music', sample('music:complete', { taskId: 'real' }))
    for (let index = 0; index < 50; index++) await suno.receive({ body: {}, kind: 'music' })
    const kept = await rows()
    expect(kept.filter(({ state }) => state === 'rejected')).toHaveLength(2)
    expect(kept.map(({ taskId }) => taskId)).toContain('real')
  })
})

describe('recording', () => {
  test('tells of 1,000 deliveries in a second in a few messages, each row in its last state', async () => {
    const { suno, follow } = await signed()
    const follower = await follow()
    const before = performance.now()
    for (let index = 0; index < 1_000; index++) {
      await deliver(suno, 'music', sample('music:complete', { taskId: `task-${String(index % 400)}` }))
      if (index % 100 === 99) await pause(20)
    }
    await eventually(() => {
      const rows = [...follower.rows().values()]
      expect(rows).toHaveLength(400)
      expect(rows.reduce((sum, { deliveryCount }) => sum + deliveryCount, 0)).toBe(1_000)
    })
    const seconds = (performance.now() - before) / 1_000
    expect(follower.messages.length).toBeLessThanOrEqual(10 * seconds + 2)
  })

  /** What is only there once the listeners have run, so that nobody but the inspector looks into it. */
  function addTrap(suno: SunoCallbacks, get: () => unknown) {
    suno.on('*', ({ raw }) => void Object.defineProperty(raw, 'trap', { enumerable: true, get }))
  }

  test('waits for no delivery, and no delivery for it', async () => {
    const suno = new SunoCallbacks(silent)
    inspector(suno)
    let wasRead = false
    addTrap(suno, () => (wasRead = true))
    await suno.handle({ source: 'record', kind: 'music', body: sample('music:complete') })
    expect(wasRead).toBe(false)
    await eventually(() => expect(wasRead).toBe(true))
  })

  test('that fails is logged, and changes no answer', async () => {
    const warn = vi.fn()
    const { suno, rows } = await startPage({}, { logger: { warn, error: () => undefined } })
    addTrap(suno, () => {
      throw new Error('a trap')
    })
    const outcome = await suno.handle({ source: 'record', kind: 'music', body: sample('music:complete') })
    expect(outcome.status).toBe('handled')
    expect(await rows()).toEqual([])
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('deliveries are not affected'), expect.anything())
  })

  test('of what comes faster than it can be recorded is left out beyond 10,000, and goes on after', async () => {
    const { suno, rows } = await startPage({ maxTasks: 10_000 })
    suno.on('*', () => undefined)
    const received = Array.from({ length: 10_500 }, () => suno.receive({ body: 'x', kind: 'music' }))
    await Promise.all(received)
    await eventually(async () => expect((await rows()).length).toBe(2_000))
    await suno.receive({ body: sample('wav:complete', { taskId: 'after' }), kind: 'wav' })
    expect((await rows())[0]).toMatchObject({ taskId: 'after' })
  })

  test('of many tasks is spread over time', async () => {
    const { suno, rows } = await startPage({ maxTasks: 10_000 })
    suno.on('*', () => undefined)
    const filler = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${String(index)}`, index]))
    const bodies = Array.from({ length: 300 }, (_, index) => ({
      ...sample('wav:complete', { taskId: String(index) }),
      filler,
    }))
    let turns = 0
    const count = setInterval(() => turns++, 0)
    await Promise.all(bodies.map((body) => suno.handle({ source: 'record', kind: 'wav', body })))
    await pause(200)
    clearInterval(count)
    expect((await rows()).length).toBe(300)
    expect(turns).toBeGreaterThan(2)
  })
})

describe('what the page is told of the app', () => {
  test('names what would go wrong in production', async () => {
    const codes = async (given: SunoCallbacksOptions) => {
      const { list } = await startPage({}, given)
      return (await list()).about.warnings.map(({ code }) => code)
    }
    const store = { claim: () => ({ status: 'claimed' }) as const, complete: () => true, release: () => true }
    expect(await codes({})).toEqual(['MEMORY_STORE', 'NO_SECRET', 'BASE_URL_MISSING'])
    expect(await codes({ baseUrl: 'http://localhost:3000/suno' })).toEqual([
      'MEMORY_STORE',
      'NO_SECRET',
      'BASE_URL_HTTP',
    ])
    const safe = { verify: undefined, secret: SECRET, baseUrl: 'https://app.example.com/suno', store }
    expect(await codes(safe)).toEqual([])
  })

  test('passes on what is wrong with its callback URLs otherwise', async () => {
    const error = vi.fn()
    const suno = new SunoCallbacks({ ...silent, logger: { error, warn: () => undefined } })
    vi.spyOn(suno, 'callbackUrl').mockImplementation(() => {
      throw new Error('it is broken')
    })
    const page = inspector(suno)
    const { origin } = await listen((request, response) => page.node(request, response))
    const answer = await fetch(`${origin}/tasks`)
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({ error: { code: 'INTERNAL' } })
    expect(error).toHaveBeenCalledOnce()
  })

  test('has the version of the package', async () => {
    const { list } = await startPage()
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string }
    expect((await list()).about.version).toBe(version)
    expect(VERSION).toBe(version)
  })
})
