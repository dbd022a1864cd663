import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createSocketServer, type AddressInfo, type Server as SocketServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { requestListener } from '../../adapters/node.js'
import { SunoCallbacks } from '../../src/index.js'
import { EVENT_TYPES, KINDS, kinds } from '../../src/events/kinds/index.js'
import {
  simulatedProvider,
  type CallbackReport,
  type SimulatedProviderOptions,
  type SimulationProgress,
  type SimulationReport,
} from '../../src/testing/index.js'
import { certificate, privateKey } from '../adapters/certificate.js'

const servers = new Set<{ close(): unknown }>()

afterEach(() => {
  for (const server of servers) server.close()
  servers.clear()
})

const EVERY_SHARE = { failing: 0.3, skipStages: 0.3, shuffle: 0.5, repeat: 0.3, parallel: 0.3, cutConnections: 0.2 }

describe('what it sends', () => {
  test('a receiver gets every callback of every kind and spelling as the event that the report says', async () => {
    const suno = new SunoCallbacks({ secret: 'a secret of the tests', logger: false })
    const events: string[] = []
    suno.on('*', (event) => events.push(`${event.type} ${String(event.kind)} ${String(event.taskId)}`))
    const origin = await serve(requestListener(suno))
    const { callbacks, totals } = await simulatedProvider({
      urls: (kind) => suno.callbackUrl(kind, { url: `${origin}/suno/${kind}` }),
      tasks: 200,
      failing: 0.2,
      seed: 1,
    }).run()

    expect(events.toSorted()).toEqual(callbacks.map(({ type, kind, taskId }) => `${type} ${kind} ${taskId}`).toSorted())
    expect(new Set(callbacks.map((callback) => callback.type))).toEqual(
      new Set(EVENT_TYPES.filter((type) => type !== 'unknown')),
    )
    expect(new Set(callbacks.map((callback) => callback.provider))).toEqual(new Set(['sunoapi', 'apibox', 'kie']))
    expect(totals).toMatchObject({ tasks: 200, delivered: callbacks.length, abandoned: 0, unfinished: 0 })
    expect(totals.results).toEqual({ 200: callbacks.length })
    expect(totals.latencyMs.median).toBeLessThanOrEqual(totals.latencyMs.p99 ?? 0)
  })

  test('a callback is a POST of JSON, the same body that the report shows, with headers of the caller', async () => {
    const requests: unknown[] = []
    const origin = await serve(async (request, response) => {
      const { method, url, headers } = request
      requests.push([method, url, headers['content-type'], headers['x-task'], JSON.parse(await textOf(request))])
      response.end()
    })
    const { callbacks } = await simulatedProvider({
      urls: `${origin}/hook?token=7`,
      tasks: [{ kind: 'video', taskId: 'task-1', provider: 'kie' }],
      headers: ({ kind, taskId, provider }) => ({ 'x-task': `${kind} ${taskId} ${provider}` }),
    }).run()
    expect(requests).toEqual([['POST', '/hook?token=7', 'application/json', 'video task-1 kie', callbacks[0]?.body]])
    expect(callbacks[0]).toMatchObject({ kind: 'video', taskId: 'task-1', provider: 'kie', type: 'video:complete' })
  })

  test('a task plan has the kind, the outcome and the callbacks that it names', () => {
    const { tasks } = simulatedProvider({
      urls: 'http://127.0.0.1/',
      failing: 1,
      shuffle: 1,
      tasks: [
        { kind: 'lyrics' },
        { kind: 'lyrics', failing: false },
        { kind: 'music', events: ['music:complete', 'music:text', 'unknown'] },
        { kind: 'lyrics', events: ['video:complete'] },
      ],
    })
    const types = tasks.map(({ callbacks }) => callbacks.map(({ type }) => type))
    expect(types).toEqual([
      ['error'],
      ['lyrics:complete'],
      ['music:complete', 'music:text', 'unknown'],
      ['video:complete'],
    ])
  })

  test('the stages of a task come one after another, in order', async () => {
    const { tasks } = simulatedProvider({ urls: 'http://127.0.0.1/', tasks: 100 })
    for (const { kind, callbacks } of tasks) expect(callbacks.map(({ type }) => type)).toEqual(kinds[kind].events)

    const origin = await serve((_, response) => response.end())
    const { callbacks } = await simulatedProvider({ urls: origin, tasks: [{ kind: 'music' }] }).run()
    const times = callbacks.flatMap(({ attempts }) => attempts.map(({ startedAtMs }) => startedAtMs))
    expect(times).toEqual(times.toSorted((one, other) => one - other))
    expect(times).toHaveLength(3)
  })

  test('stages are skipped and reordered in the given share of tasks, and never the last one skipped', () => {
    const options = { urls: 'http://127.0.0.1/', mix: { music: 1 }, tasks: 400, seed: 5 }
    const typesOf = (more: Partial<SimulatedProviderOptions>) =>
      simulatedProvider({ ...options, ...more }).tasks.map(({ callbacks }) => callbacks.map(({ type }) => type))
    expect(typesOf({ skipStages: 1 })).toEqual(Array.from({ length: 400 }, () => ['music:complete']))
    const some = typesOf({ skipStages: 0.5 })
    expect(some.every((types) => types.at(-1) === 'music:complete')).toBe(true)
    expect(some.filter((types) => types.length === 3).length).toBeGreaterThan(50)
    expect(some.filter((types) => types.length === 1).length).toBeGreaterThan(50)
    const orders = new Set(typesOf({ shuffle: 1 }).map((types) => types.join()))
    expect(orders.size).toBe(6)
  })

  test('kinds come in the proportion of the mix', () => {
    const { tasks } = simulatedProvider({
      urls: 'http://127.0.0.1/',
      tasks: 4000,
      seed: 3,
      mix: { music: 3, voice: 1, video: 0 },
    })
    const music = tasks.filter(({ kind }) => kind === 'music').length
    expect(music).toBeGreaterThan(2850)
    expect(music).toBeLessThan(3150)
    expect(tasks.every(({ kind }) => kind === 'music' || kind === 'voice')).toBe(true)
    const all = simulatedProvider({ urls: 'http://127.0.0.1/', tasks: 100, seed: 3 }).tasks
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(KINDS))
  })

  test('task ids are 32 hex characters, and no two are the same', () => {
    const { tasks } = simulatedProvider({ urls: 'http://127.0.0.1/', tasks: 10_000, seed: 0 })
    expect(new Set(tasks.map(({ taskId }) => taskId)).size).toBe(10_000)
    expect(tasks.every(({ taskId }) => /^[0-9a-f]{32}$/.test(taskId))).toBe(true)
  })
})

describe('the seed', () => {
  test('plays the same schedule again: tasks, order, repeats, copies, addresses and faults', async () => {
    const first = await serve((_, response) => response.end())
    const second = await serve((_, response) => response.writeHead(500).end())
    const options = { ...EVERY_SHARE, urls: [first, second], tasks: 60, retryGapsMs: [1, 1, 1], speed: 1000 }
    const play = async (more: Partial<SimulatedProviderOptions>) => {
      const { callbacks, seed } = await simulatedProvider({ ...options, ...more }).run()
      return { seed, schedule: callbacks.map(scheduleOf) }
    }
    const { seed, schedule } = await play({})
    expect(await play({ seed, concurrency: 3 })).toEqual({ seed, schedule })
    expect((await play({})).schedule).not.toEqual(schedule)
  })

  test('leaves what one share decides as it is when another changes', () => {
    const idsAnd = (more: Partial<SimulatedProviderOptions>) =>
      simulatedProvider({ urls: 'http://127.0.0.1/', seed: 9, ...more }).tasks.map(
        ({ taskId, kind, provider }) => `${taskId} ${kind} ${provider}`,
      )
    expect(idsAnd(EVERY_SHARE)).toEqual(idsAnd({}))
  })

  test('is part of the report', async () => {
    const origin = await serve((_, response) => response.end())
    const provider = simulatedProvider({ urls: origin, tasks: 1, seed: 77 })
    expect(provider.seed).toBe(77)
    expect((await provider.run()).seed).toBe(77)
  })

  test('sends the same again when the provider runs again', async () => {
    const suno = new SunoCallbacks({ verify: false, logger: false })
    const outcomes: string[] = []
    suno.on('*', () => undefined).on('outcome', ({ status }) => outcomes.push(status))
    const provider = simulatedProvider({
      urls: `${await serve(requestListener(suno))}/suno`,
      tasks: [{ kind: 'video' }],
    })
    await provider.run()
    await provider.run()
    expect(outcomes).toEqual(['handled', 'duplicate'])
  })
})

describe('retries', () => {
  test('come after 1, 5 and 15 minutes, and then it gives up', async () => {
    const gaps = shortenTimers(60_000)
    const origin = await serve((_, response) => response.writeHead(503).end())
    const progress: SimulationProgress[] = []
    const { callbacks, totals } = await simulatedProvider({
      urls: origin,
      tasks: [{ kind: 'voice' }],
      onProgress: (one) => progress.push(one),
    }).run()
    expect(gaps).toEqual([60_000, 300_000, 900_000])
    expect(callbacks[0]?.state).toBe('abandoned')
    expect(callbacks[0]?.attempts.map(({ retry, status }) => [retry, status])).toEqual([
      [0, 503],
      [1, 503],
      [2, 503],
      [3, 503],
    ])
    expect(totals).toMatchObject({ delivered: 0, abandoned: 1, attempts: 4, results: { 503: 4 } })
    expect(progress.map(({ state, abandoned }) => [state, abandoned])).toEqual([
      ['unfinished', 0],
      ['unfinished', 0],
      ['unfinished', 0],
      ['abandoned', 1],
    ])
  })

  test('an answer that does not come within 15 s is a timeout', async () => {
    const limits = shortenTimers(10_000)
    const origin = await serve(() => undefined)
    const { callbacks } = await simulatedProvider({ urls: origin, tasks: [{ kind: 'voice' }], retryGapsMs: [] }).run()
    expect(limits).toEqual([15_000])
    expect(callbacks[0]?.attempts).toMatchObject([{ status: null, fault: 'timeout', code: null }])
    expect(callbacks[0]?.state).toBe('abandoned')
  })

  test('end with the first 200, and any other 2xx or a redirect is a failure', async () => {
    const statuses = [204, 302, 201, 200]
    const elsewhere = vi.fn((_: IncomingMessage, response: ServerResponse) => response.end())
    const location = await serve(elsewhere)
    const origin = await serve((_, response) => response.writeHead(statuses.shift() ?? 500, { location }).end())
    const report = await simulatedProvider({ ...FAST, urls: origin, tasks: [{ kind: 'lyrics' }] }).run()
    expect(resultsOf(report)).toEqual([204, 302, 201, 200])
    expect(report.totals).toMatchObject({ delivered: 1, abandoned: 0 })
    expect(elsewhere).not.toHaveBeenCalled()
  })

  test('go with the clock: their gaps are divided by the speed', async () => {
    const origin = await serve((_, response) => response.writeHead(500).end())
    const { callbacks } = await simulatedProvider({ urls: origin, tasks: [{ kind: 'video' }], speed: 6000 }).run()
    const [first, second, third, fourth] = callbacks[0]?.attempts.map(({ startedAtMs }) => startedAtMs) ?? []
    // A timer may be early by a millisecond or two.
    expect(Number(second) - Number(first)).toBeGreaterThan(5)
    expect(Number(third) - Number(second)).toBeGreaterThan(45)
    expect(Number(fourth) - Number(third)).toBeGreaterThan(145)
  })

  test('do not hurry the receiver: whatever the speed, an answer is waited for as long as at the provider', async () => {
    const origin = await serve(async (_, response) => {
      await sleep(40)
      response.writeHead(401).end()
    })
    const options = { urls: origin, tasks: [{ kind: 'video' }] as const, speed: 100_000 }
    const report = await simulatedProvider(options).run()
    expect(resultsOf(report)).toEqual([401, 401, 401, 401])
    const hasty = await simulatedProvider({ ...options, timeoutMs: 10 }).run()
    expect(resultsOf(hasty)).toEqual(['timeout', 'timeout', 'timeout', 'timeout'])
  })

  test('a later stage does not wait for the retry of an earlier one', async () => {
    const answers = [500, 200, 200]
    const origin = await serve((_, response) => response.writeHead(answers.shift() ?? 500).end())
    const stopping = new AbortController()
    const { callbacks } = await simulatedProvider({
      urls: origin,
      tasks: [{ kind: 'music' }],
      signal: stopping.signal,
      onProgress: ({ attempts }) => attempts === 3 && stopping.abort(),
    }).run()
    expect(callbacks.map(({ type, state }) => [type, state])).toEqual([
      ['music:text', 'unfinished'],
      ['music:first', 'delivered'],
      ['music:complete', 'delivered'],
    ])
  })
})

describe('repeats and copies', () => {
  test('a share of the callbacks is sent again after it was acknowledged, and retried like any other', async () => {
    const answers = [500, 200, 500, 200]
    const origin = await serve((_, response) => response.writeHead(answers.shift() ?? 500).end())
    const { callbacks, totals } = await simulatedProvider({
      ...FAST,
      urls: origin,
      tasks: [{ kind: 'video' }],
      repeat: 1,
    }).run()
    expect(callbacks[0]?.attempts.map(({ sending, retry, status }) => [sending, retry, status])).toEqual([
      ['original', 0, 500],
      ['original', 1, 200],
      ['repeat', 0, 500],
      ['repeat', 1, 200],
    ])
    expect(totals).toMatchObject({ callbacks: 1, delivered: 1, attempts: 4 })
  })

  test('a callback whose repeat fails for good is still delivered, and what was abandoned is not repeated', async () => {
    const answers = [200]
    const origin = await serve((_, response) => response.writeHead(answers.shift() ?? 500).end())
    const tasks = [{ kind: 'video' }, { kind: 'voice' }] as const
    const { callbacks } = await simulatedProvider({ ...FAST, urls: origin, tasks, repeat: 1, concurrency: 1 }).run()
    expect(callbacks.map(({ state, attempts }) => [state, attempts.length])).toEqual([
      ['delivered', 5],
      ['abandoned', 4],
    ])
  })

  test('a parallel callback is several requests at once, and is retried when none of them is answered 200', async () => {
    const waiting: ServerResponse[] = []
    let copies = Infinity
    let isDown = true
    const origin = await serve((_, response) => {
      if (!isDown) return response.end()
      // Nobody is answered before all are there: they are at once, or the test never ends.
      if (waiting.push(response) < copies) return undefined
      isDown = false
      return waiting.forEach((one) => one.writeHead(500).end())
    })
    const provider = simulatedProvider({ ...FAST, urls: origin, tasks: [{ kind: 'video' }], parallel: 1, seed: 2 })
    copies = provider.tasks[0]?.callbacks[0]?.copies ?? Infinity
    expect(copies).toBe(2)
    const { callbacks } = await provider.run()
    expect(callbacks[0]?.attempts.map(({ retry, status }) => [retry, status])).toEqual([
      [0, 500],
      [0, 500],
      [1, 200],
    ])
    expect(callbacks[0]?.attempts.map(({ copy }) => copy).toSorted()).toEqual([0, 0, 1])
    expect(callbacks[0]?.state).toBe('delivered')
  })

  test('copies are two or three, and not more than may be under way at a time', () => {
    const copies = (concurrency: number) => {
      const { tasks } = simulatedProvider({ urls: 'http://127.0.0.1/', parallel: 1, concurrency })
      return new Set(tasks.flatMap(({ callbacks }) => callbacks.map((callback) => callback.copies)))
    }
    expect(copies(50)).toEqual(new Set([2, 3]))
    expect(copies(1)).toEqual(new Set([1]))
  })

  test('an instance of the library runs its listeners once for each event under all of it', async () => {
    const suno = new SunoCallbacks({ verify: false, logger: false, staleStages: 'deliver' })
    const keys: string[] = []
    suno.on('*', async ({ key }) => {
      await sleep(1)
      keys.push(key)
    })
    const urls = `${await serve(requestListener(suno))}/suno`
    const { totals, callbacks } = await simulatedProvider({
      ...EVERY_SHARE,
      ...FAST,
      urls: (kind) => [`${urls}/${kind}`],
      tasks: 200,
    }).run()
    await suno.close()
    expect(totals.delivered + totals.abandoned).toBe(callbacks.length)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys.length).toBeGreaterThanOrEqual(totals.delivered)
  })
})

describe('faults', () => {
  test('connections are closed halfway through the request, after it, and before the answer is read', async () => {
    const seen: string[] = []
    const origin = await serve((request, response) => {
      textOf(request).then(
        (text) => {
          JSON.parse(text)
          seen.push('whole')
          response.end()
        },
        () => seen.push('half'),
      )
    })
    const { callbacks, totals } = await simulatedProvider({
      urls: origin,
      tasks: 60,
      mix: { video: 1 },
      cutConnections: 1,
      retryGapsMs: [],
      seed: 2,
    }).run()
    const faults = callbacks.flatMap(({ attempts }) => attempts.map(({ fault }) => fault))
    expect(new Set(faults)).toEqual(new Set(['closed halfway', 'closed early', 'closed unread']))
    expect(totals).toMatchObject({ delivered: 0, abandoned: 60, latencyMs: { median: null, p99: null } })
    const halfway = faults.filter((fault) => fault === 'closed halfway').length
    await until(() => seen.length === 60)
    expect(seen.filter((one) => one === 'half')).toHaveLength(halfway)
  })

  test('a cut is followed by a retry, so that everything is delivered in the end', async () => {
    const origin = await serve((_, response) => response.end())
    const { totals } = await simulatedProvider({ ...FAST, urls: origin, tasks: 50, cutConnections: 0.3, seed: 4 }).run()
    expect(totals.delivered + totals.abandoned).toBe(totals.callbacks)
    expect(totals.delivered).toBeGreaterThan(totals.callbacks * 0.9)
    expect(totals.attempts).toBeGreaterThan(totals.callbacks)
  })

  test('what the other side does has a name: refused, reset, failed', async () => {
    const closing = await listen(createSocketServer((socket) => socket.on('data', () => socket.resetAndDestroy())))
    const halfAnAnswer = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('half', () => response.destroy())
    })
    const noHttp = await listen(createSocketServer((socket) => socket.on('data', () => socket.end('hello\r\n\r\n'))))
    const expected = [
      [`http://127.0.0.1:${String(await freePort())}`, 'refused', 'ECONNREFUSED'],
      [`http://127.0.0.1:${String(closing)}`, 'reset', 'ECONNRESET'],
      [halfAnAnswer, 'reset', null],
      [`http://127.0.0.1:${String(noHttp)}`, 'failed', 'HPE_INVALID_CONSTANT'],
    ] as const
    for (const [urls, fault, code] of expected) {
      const { callbacks } = await simulatedProvider({ urls, tasks: [{ kind: 'video' }], retryGapsMs: [] }).run()
      expect(callbacks[0]?.attempts).toMatchObject([{ status: null, fault, code }])
    }
  })

  test('an https address whose certificate is not trusted is not sent to', async () => {
    let requests = 0
    const port = await listen(createSecureServer({ cert: certificate, key: privateKey }, () => requests++))
    const urls = `https://127.0.0.1:${String(port)}`
    const { callbacks } = await simulatedProvider({ urls, tasks: [{ kind: 'video' }], retryGapsMs: [] }).run()
    expect(callbacks[0]?.attempts).toMatchObject([
      { fault: 'failed', code: expect.stringMatching(/CERT|SIGNED/) as string },
    ])
    expect(requests).toBe(0)
  })
})

describe('addresses', () => {
  test('attempts are spread over several, and the report names them without their query', async () => {
    const hits = [0, 0, 0]
    const urls = await Promise.all(
      hits.map((_, index) =>
        serve((__, response) => {
          hits[index] = (hits[index] ?? 0) + 1
          response.end()
        }),
      ),
    )
    const { callbacks } = await simulatedProvider({
      urls: (kind) => urls.map((url) => `${url}/${kind}?suno_signature=secret`),
      tasks: 60,
    }).run()
    expect(Math.min(...hits)).toBeGreaterThan(10)
    expect(JSON.stringify(callbacks)).not.toContain('secret')
    const [callback] = callbacks
    const addresses = urls.map((url) => `${url}/${String(callback?.kind)}`)
    expect(addresses).toContain(callback?.attempts[0]?.address)
  })

  test('a function is asked once for each task, with its kind and id', async () => {
    const origin = await serve((_, response) => response.end())
    const urls = vi.fn(() => origin)
    const provider = simulatedProvider({ urls, tasks: 10 })
    await provider.run()
    expect(urls.mock.calls).toEqual(provider.tasks.map(({ kind, taskId }) => [kind, taskId]))
  })
})

describe('the course of a run', () => {
  test('never has more attempts under way than allowed', async () => {
    let underWay = 0
    let most = 0
    const origin = await serve(async (_, response) => {
      most = Math.max(most, ++underWay)
      await sleep(2)
      underWay--
      response.writeHead(Math.random() < 0.5 ? 500 : 200).end()
    })
    await simulatedProvider({ ...FAST, urls: origin, tasks: 60, concurrency: 7, parallel: 0.5, repeat: 0.5 }).run()
    expect(most).toBeLessThanOrEqual(7)
    expect(most).toBeGreaterThan(1)
  })

  test('tells its progress after every attempt', async () => {
    const origin = await serve((_, response) => response.end())
    const seen: SimulationProgress[] = []
    const { callbacks } = await simulatedProvider({ urls: origin, tasks: 5, onProgress: (one) => seen.push(one) }).run()
    expect(seen.map(({ attempts }) => attempts)).toEqual(callbacks.map((_, index) => index + 1))
    expect(seen.at(-1)).toMatchObject({
      callbacks: callbacks.length,
      delivered: callbacks.length,
      abandoned: 0,
      state: 'delivered',
      attempt: { status: 200 },
    })
  })

  test('spreads the beginnings of tasks over the given time', async () => {
    const origin = await serve((_, response) => response.end())
    const { callbacks } = await simulatedProvider({
      urls: origin,
      tasks: 4,
      mix: { video: 1 },
      speed: 10,
      spreadMs: 2_000,
    }).run()
    callbacks.forEach(({ attempts }, index) => {
      expect(attempts[0]?.startedAtMs).toBeGreaterThan(index * 50 - 5)
    })
  })

  test('ends when there is nothing to send', async () => {
    const urls = 'http://127.0.0.1/'
    for (const tasks of [0, [], [{ kind: 'music', events: [] }] as const]) {
      const { callbacks, totals } = await simulatedProvider({ urls, tasks }).run()
      expect(callbacks).toEqual([])
      expect(totals).toMatchObject({ callbacks: 0, attempts: 0, results: {} })
    }
  })

  test('is stopped by its signal: requests under way are closed and the report says what was left', async () => {
    const stopping = new AbortController()
    const unanswered: ServerResponse[] = []
    const origin = await serve((request, response) => {
      if (request.url === '/video') return response.end()
      if (request.url === '/voice') return response.writeHead(500).end()
      unanswered.push(response)
      return undefined
    })
    const running = simulatedProvider({
      urls: (kind) => `${origin}/${kind}`,
      tasks: [{ kind: 'video' }, { kind: 'voice' }, { kind: 'music' }, { kind: 'lyrics' }],
      concurrency: 3,
      repeat: 1,
      signal: stopping.signal,
      onProgress: ({ attempts }) => {
        if (attempts === 2) void until(() => unanswered.length === 2).then(() => stopping.abort())
      },
    }).run()
    const { callbacks, totals } = await running
    expect(
      callbacks.map(({ kind, state, attempts }) => [kind, state, attempts.map((one) => one.fault ?? one.status)]),
    ).toEqual([
      ['video', 'delivered', [200]],
      ['voice', 'unfinished', [500]],
      ['music', 'unfinished', ['stopped']],
      ['music', 'unfinished', []],
      ['music', 'unfinished', []],
      ['lyrics', 'unfinished', ['stopped']],
    ])
    expect(totals).toMatchObject({ delivered: 1, abandoned: 0, unfinished: 5, results: { stopped: 2 } })
  })

  test('sends nothing when its signal has been aborted before', async () => {
    const answer = vi.fn((_: IncomingMessage, response: ServerResponse) => response.end())
    const urls = await serve(answer)
    const options = { urls, tasks: 3, spreadMs: 60_000, signal: AbortSignal.abort() }
    const { totals } = await simulatedProvider(options).run()
    expect(totals).toMatchObject({ attempts: 0, unfinished: totals.callbacks })
    expect(answer).not.toHaveBeenCalled()
  })

  test('ends with what a function of the caller throws', async () => {
    const origin = await serve((_, response) => response.end())
    const fails = () => {
      throw new Error('a bug of the caller')
    }
    for (const options of [{ urls: fails }, { urls: origin, onProgress: fails }, { urls: origin, headers: fails }]) {
      await expect(simulatedProvider(options).run()).rejects.toThrow('a bug of the caller')
    }
    await expect(simulatedProvider({ urls: () => 'localhost:3000' }).run()).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    })
    await expect(simulatedProvider({}).run()).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    await expect(simulatedProvider({ urls: () => [] }).run()).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })

  test('leaves no connection behind', async () => {
    const server = createServer((_, response) => response.end())
    const port = await listen(server)
    await simulatedProvider({ urls: `http://127.0.0.1:${String(port)}`, tasks: 10 }).run()
    await until(() => connectionsOf(server).then((count) => count === 0))
  })
})

test.each([
  ['OPTION_INVALID', null],
  ['OPTION_INVALID', { urls: 'localhost:3000' }],
  ['OPTION_INVALID', { urls: 'ftp://localhost/' }],
  ['OPTION_INVALID', { urls: 'no address' }],
  ['OPTION_INVALID', { urls: [] }],
  ['OPTION_UNKNOWN', { url: 'http://localhost/' }],
  ['OPTION_OUT_OF_RANGE', { tasks: 1.5 }],
  ['OPTION_OUT_OF_RANGE', { tasks: -1 }],
  ['OPTION_INVALID', { tasks: ['music'] }],
  ['KIND_UNKNOWN', { tasks: [{ kind: 'wave' }] }],
  ['OPTION_INVALID', { tasks: [{ kind: 'music', provider: 'suno' }] }],
  ['OPTION_INVALID', { tasks: [{ kind: 'music', taskId: 7 }] }],
  ['OPTION_INVALID', { tasks: [{ kind: 'music', failing: 1 }] }],
  ['OPTION_INVALID', { tasks: [{ kind: 'music', events: 'music:text' }] }],
  ['EVENT_UNKNOWN', { tasks: [{ kind: 'music', events: ['music:done'] }] }],
  ['KIND_UNKNOWN', { mix: { wave: 1 } }],
  ['OPTION_OUT_OF_RANGE', { mix: { music: -1 } }],
  ['OPTION_INVALID', { mix: { music: 0, video: undefined } }],
  ['OPTION_INVALID', { mix: 'music' }],
  ['OPTION_INVALID', { providers: [] }],
  ['OPTION_INVALID', { providers: ['suno'] }],
  ['OPTION_OUT_OF_RANGE', { seed: -1 }],
  ['OPTION_OUT_OF_RANGE', { speed: 0 }],
  ['OPTION_OUT_OF_RANGE', { concurrency: 0 }],
  ['OPTION_OUT_OF_RANGE', { timeoutMs: 0 }],
  ['OPTION_OUT_OF_RANGE', { spreadMs: NaN }],
  ['OPTION_INVALID', { retryGapsMs: 60_000 }],
  ['OPTION_OUT_OF_RANGE', { retryGapsMs: [-1] }],
  ['OPTION_OUT_OF_RANGE', { repeat: 20 }],
  ['OPTION_INVALID', { onProgress: true }],
  ['OPTION_INVALID', { signal: 'stop' }],
  ['OPTION_INVALID', { headers: { 'x-task': '1' } }],
])('what cannot be is refused with %s: %j', (code, wrong) => {
  const options = wrong === null ? wrong : { urls: 'http://localhost/', ...wrong }
  expect(() => simulatedProvider(options as SimulatedProviderOptions)).toThrow(
    expect.objectContaining({ code }) as Error,
  )
})

/** Gaps of 60, 300 and 900 µs. */
const FAST = { speed: 1000, retryGapsMs: [60, 300, 900] }

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** The origin of a server that answers so. */
async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    request.on('error', () => undefined)
    handler(request, response)
  })
  servers.add({ close: () => server.closeAllConnections() })
  return `http://127.0.0.1:${String(await listen(server))}`
}

async function listen(server: SocketServer): Promise<number> {
  servers.add(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listen(server)
  await new Promise((resolve) => {
    server.close(resolve)
  })
  return port
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
}

/** From here to the end of the test, timers of at least `fromMs` ms fire after 50 ms. What they were set for is in the list that it returns. */
function shortenTimers(fromMs: number): number[] {
  const set: number[] = []
  const { setTimeout } = globalThis
  vi.spyOn(globalThis, 'setTimeout').mockImplementation((call, ms = 0) => {
    if (ms < fromMs) return setTimeout(call, ms)
    set.push(ms)
    return setTimeout(call, 50)
  })
  return set
}

/** Waits in real time, whatever the timers are. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(2)
}

function resultsOf({ callbacks }: SimulationReport): (number | string)[] {
  return callbacks.flatMap(({ attempts }) => attempts.map((one) => one.fault ?? one.status))
}

/** What of a callback a seed fixes. Copies end in any order. */
function scheduleOf({ taskId, kind, type, provider, body, state, attempts }: CallbackReport) {
  const sent = attempts
    .map(({ address, sending, retry, copy, status, fault }) => ({ address, sending, retry, copy, status, fault }))
    .toSorted((one, other) => one.copy - other.copy || one.retry - other.retry)
  return { taskId, kind, type, provider, body, state, sent }
}
