import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { requestListener } from '../../../adapters/node.js'
import { KINDS } from '../../../src/events/kinds/index.js'
import { SunoCallbacks, type Kind, type SunoEvent } from '../../../src/index.js'
import { PROVIDER_NAMES } from '../../../src/polling/endpoints.js'
import {
  simulatedProvider,
  type ListeningProvider,
  type ListenOptions,
  type SimulatedProviderOptions,
} from '../../../src/testing/index.js'
import { receiver } from '../../support/receiver.js'

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** The table of src/verify/README.md: path, kind, and the fields for the address. */
const ENDPOINTS = readFileSync(new URL('../../../src/verify/README.md', import.meta.url), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, path, kind, field] = /^\| `POST (\S+)` +\| `(\w+)` +\| `(\w+)`/.exec(line) ?? []
    return path === undefined ? [] : [{ path, kind: kind as Kind, field: String(field) }]
  })

const RECORDS: Readonly<Record<Kind, string>> = {
  music: '/api/v1/generate/record-info?taskId=',
  lyrics: '/api/v1/lyrics/record-info?taskId=',
  video: '/api/v1/mp4/record-info?taskId=',
  voice: '/api/v1/voice/record-info?taskId=',
  phrase: '/api/v1/voice/validate-info?taskId=',
  wav: '/api/v1/wav/record-info?taskId=',
  stems: '/api/v1/vocal-removal/record-info?taskId=',
  midi: '/api/v1/midi/record-info?taskId=',
  cover: '/api/v1/suno/cover/record-info?taskId=',
  recovery: '/api/v1/suno/recovery/record-info?task_id=',
}

const JOBS: Readonly<Record<Kind, string>> = {
  music: 'generate',
  lyrics: 'generate-lyrics',
  video: 'create-music-video',
  voice: 'create-voice',
  phrase: 'validation-phrase',
  wav: 'convert-to-wav-format',
  stems: 'separate-vocals',
  midi: 'generate-midi-from-audio',
  cover: 'cover-generate',
  recovery: 'suno-recovery-audio',
}

describe('a submit', () => {
  test('is taken at every endpoint of the table, and calls back with the events of its kind', async () => {
    expect(ENDPOINTS).toHaveLength(19)
    const app = await startApp()
    const provider = await start({}, { apiKey: 'k' })
    const taskIds = []
    for (const { path, kind, field } of ENDPOINTS) {
      const answer = await post(provider, path, { [field]: app.urlOf(kind) }, 'k')
      expect(answer).toMatchObject({ status: 200, body: { code: 200, data: {} } })
      taskIds.push(idOf(answer.body))
    }
    await until(() => provider.tasks.every(isDone))
    expect(new Set(taskIds).size).toBe(19)
    expect(app.lastOf(taskIds)).toEqual(
      ENDPOINTS.map(({ kind }) => `${kind}:${kind === 'voice' || kind === 'phrase' ? 'ready' : 'complete'}`),
    )
    expect(provider.tasks.map(({ callbacks }) => callbacks.every(({ state }) => state === 'delivered'))).not.toContain(
      false,
    )
  })

  test.each([
    ['sunoapi', '/api/v1/suno/recovery', 'callBackUrl'],
    ['kie', '/api/v1/suno/recovery', 'call_back_url'],
  ] as const)('of %s to %s may call its address %s, and answers a task_id', async (name, path, field) => {
    const provider = await start({ providers: [name] })
    const { body } = await post(provider, path, { [field]: 'http://127.0.0.1:9/' })
    expect(body).toMatchObject({ data: { task_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string } })
  })

  test('needs the key where there is one: else 401 in the body of a 200', async () => {
    const provider = await start({}, { apiKey: 'right' })
    for (const key of [undefined, 'wrong']) {
      const answer = await post(provider, '/api/v1/lyrics', { callBackUrl: 'http://127.0.0.1:9/' }, key)
      expect(answer).toMatchObject({ status: 200, body: { code: 401, data: null } })
    }
    expect((await get(provider, `${RECORDS.music}x`)).body).toMatchObject({ code: 401 })
    expect(provider.tasks).toEqual([])
  })

  test.each([
    ['/api/v1/lyrics', {}, 'callBackUrl'],
    ['/api/v1/lyrics', { callBackUrl: 'localhost:3000' }, 'callBackUrl'],
    ['/api/v1/lyrics', { callBackUrl: 'http://[' }, 'callBackUrl'],
    ['/api/v1/lyrics', 'no JSON', 'JSON'],
    ['/api/v1/voice/regenerate', { callBackUrl: 'http://127.0.0.1:9/' }, 'calBackUrl'],
    [
      '/api/v1/jobs/createTask',
      { model: 'ai-music-api/boost-music-style', callBackUrl: 'http://127.0.0.1:9/' },
      'model',
    ],
    ['/api/v1/jobs/createTask', { callBackUrl: 'http://127.0.0.1:9/' }, 'model'],
  ])('to %s that is wrong is refused with 422 in the body of a 200: %j', async (path, body, word) => {
    const provider = await start({ providers: ['kie'] })
    const answer = await post(provider, path, body)
    expect(answer).toMatchObject({
      status: 200,
      body: { code: 422, msg: expect.stringContaining(word) as string, data: null },
    })
  })

  test('that is too large is cut off, and what is no endpoint is 404', async () => {
    const provider = await start()
    await expect(post(provider, '/api/v1/lyrics', 'x'.repeat(3_000_000))).rejects.toThrow('fetch failed')
    for (const path of ['/api/v1/jobs/createTask', '/api/v1/nothing', '/']) {
      expect((await post(provider, path, {})).status).toBe(404)
      expect((await get(provider, path)).status).toBe(404)
    }
    expect((await get(provider, '/api/v1/jobs/recordInfo?taskId=x')).status).toBe(404)
  })

  test.each([
    ['sunoapi', 200, 430, 429],
    ['kie', 429, 429, 402],
  ] as const)(
    'of %s is refused on demand in its own way: too many, no credits',
    async (name, status, code, credits) => {
      const submit = { callBackUrl: 'http://127.0.0.1:9/' }
      const limited = await start({ providers: [name] }, { rateLimited: 1 })
      expect(await post(limited, '/api/v1/lyrics', submit)).toMatchObject({ status, body: { code } })
      const poor = await start({ providers: [name] }, { withoutCredits: 1 })
      expect(await post(poor, '/api/v1/lyrics', submit)).toMatchObject({ status: 200, body: { code: credits } })
    },
  )

  test('gives the song its title, style and prompt', async () => {
    const app = await startApp()
    const provider = await start({ providers: ['kie'] })
    const song = { title: 'Mine', style: 'calm', prompt: 'a harbour' }
    await post(provider, '/api/v1/generate', { ...song, callBackUrl: app.urlOf('music') })
    await until(() => provider.tasks.every(isDone))
    const input = { title: 'Other', tags: 'loud', prompt: 'a storm' }
    await post(provider, '/api/v1/jobs/createTask', {
      model: 'ai-music-api/generate',
      input,
      callBackUrl: app.urlOf('music'),
    })
    await until(() => provider.tasks.every(isDone))
    expect(app.events.filter(({ type }) => type === 'music:complete')).toMatchObject([
      { tracks: [{ title: 'Mine', tags: ['calm'], prompt: 'a harbour' }, { title: 'Mine' }] },
      { tracks: [{ title: 'Other', tags: ['loud'], prompt: 'a storm' }, { title: 'Other' }] },
    ])
  })
})

describe('a record', () => {
  const cases = PROVIDER_NAMES.flatMap((provider) =>
    KINDS.flatMap((kind) => [0, 1].map((failing) => ({ provider, kind, failing }))),
  )

  test.each(cases)(
    'of $kind by $provider is read as the event of its callback; failing: $failing',
    async ({ provider: name, kind, failing }) => {
      const app = await startApp()
      const provider = await start({ providers: [name], failing })
      const { path, field } = endpointOf(kind)
      const taskId = idOf((await post(provider, path, { [field]: app.urlOf(kind) })).body)
      await until(() => provider.tasks.every(isDone))
      await compare(app.lastEvent(), (await get(provider, RECORDS[kind] + taskId)).body, kind)
    },
  )

  test.each(KINDS.flatMap((kind) => [0, 1].map((failing) => ({ kind, failing }))))(
    'of a job of $kind is read as the event of its callback; failing: $failing',
    async ({ kind, failing }) => {
      const app = await startApp()
      const provider = await start({ providers: ['kie'], failing })
      const submit = { model: `ai-music-api/${JOBS[kind]}`, callBackUrl: app.urlOf(kind), input: {} }
      const taskId = idOf((await post(provider, '/api/v1/jobs/createTask', submit)).body)
      const path = `/api/v1/jobs/recordInfo?taskId=${taskId}`
      await until(() => provider.tasks.every(isDone))
      await compare(app.lastEvent(), (await get(provider, path)).body, kind)
      expect((await get(provider, RECORDS[kind] + taskId)).body).toMatchObject({ data: null })
    },
  )

  test.each(PROVIDER_NAMES.flatMap((name) => KINDS.map((kind) => [kind, name] as const)))(
    'of %s by %s tells no event while the task runs',
    async (kind, name) => {
      const provider = await start({ providers: [name], speed: 1 })
      const { path, field } = endpointOf(kind)
      const taskId = idOf((await post(provider, path, { [field]: 'http://127.0.0.1:9/' })).body)
      const events = await eventsOf((await get(provider, RECORDS[kind] + taskId)).body, kind)
      expect(events.filter(({ type }) => type !== 'unknown')).toEqual([])
      expect(provider.tasks).toMatchObject([{ taskId, kind, stage: null, completedAt: null, callbacks: [] }])
    },
  )

  test('of a job says that it is generating while it runs', async () => {
    const provider = await start({ providers: ['kie'], speed: 1 })
    const submit = { model: 'ai-music-api/generate', callBackUrl: 'http://127.0.0.1:9/', input: { title: 'Mine' } }
    const taskId = idOf((await post(provider, '/api/v1/jobs/createTask', submit)).body)
    const { body } = await get(provider, `/api/v1/jobs/recordInfo?taskId=${taskId}`)
    const running = { state: 'generating', resultJson: '', param: JSON.stringify(submit), completeTime: null }
    expect(body).toMatchObject({ code: 200, data: { taskId, model: submit.model, ...running } })
  })

  test('goes through the stages of a song', async () => {
    const provider = await start({ speed: 1 }, { stageGapMs: 120 })
    const taskId = idOf((await post(provider, '/api/v1/generate', { callBackUrl: await urlOf(200) })).body)
    const words: string[] = []
    await until(async () => {
      const { data } = (await get(provider, RECORDS.music + taskId)).body as { data: { status: string } }
      if (words.at(-1) !== data.status) words.push(data.status)
      return data.status === 'SUCCESS'
    })
    expect(words).toEqual(['PENDING', 'TEXT_SUCCESS', 'FIRST_SUCCESS', 'SUCCESS'])
  })

  test('says CALLBACK_EXCEPTION when the provider gave up on a callback, and has the result all the same', async () => {
    const provider = await start()
    const callBackUrl = await urlOf(503)
    const taskId = idOf((await post(provider, '/api/v1/generate', { callBackUrl })).body)
    const wavId = idOf((await post(provider, '/api/v1/wav/generate', { callBackUrl })).body)
    await until(() => provider.tasks.every((task) => isDone(task) && task.isUndelivered))
    const record = (await get(provider, RECORDS.music + taskId)).body
    expect(record).toMatchObject({ data: { status: 'CALLBACK_EXCEPTION' } })
    expect((await get(provider, RECORDS.wav + wavId)).body).toMatchObject({
      data: { successFlag: 'CALLBACK_EXCEPTION' },
    })
    expect(await eventsOf(record, 'music')).toMatchObject([{ type: 'music:complete' }])
    expect(
      provider.tasks[0]?.callbacks.map(({ state, attempts }) => [state, ...attempts.map(({ status }) => status)]),
    ).toEqual(Array.from({ length: 3 }, () => ['abandoned', 503, 503, 503, 503]))
  })

  test('is nothing for a task that there is not, and for one of another kind', async () => {
    const provider = await start({ providers: ['kie'] })
    const taskId = idOf((await post(provider, '/api/v1/lyrics', { callBackUrl: 'http://127.0.0.1:9/' })).body)
    for (const path of [
      RECORDS.lyrics,
      `${RECORDS.lyrics}x`,
      RECORDS.music + taskId,
      `/api/v1/jobs/recordInfo?taskId=${taskId}`,
    ]) {
      expect(await get(provider, path)).toMatchObject({ status: 200, body: { code: 200, data: null } })
    }
    expect((await get(provider, '/api/v1/lyrics/record-info')).body).toMatchObject({ data: null })
  })

  test('answers on demand 429, 500, a page of HTML, nothing, or with a connection that is cut', async () => {
    const path = `${RECORDS.music}x`
    const faulty = (recordFaults: ListenOptions['recordFaults']) => start({ providers: ['kie'] }, { recordFaults })
    expect(await get(await faulty({ rateLimited: 1 }), path)).toMatchObject({ status: 429, body: { code: 429 } })
    expect(await get(await faulty({ rateLimited: 0, serverError: 1 }), path)).toMatchObject({ status: 500 })
    const page = await fetch((await faulty({ html: 1 })).url + path)
    expect([page.status, page.headers.get('content-type'), await page.text()]).toEqual([
      200,
      'text/html; charset=utf-8',
      expect.stringContaining('<html>'.slice(1, 3)),
    ])
    const hanging = await faulty({ hang: 1 })
    await expect(fetch(hanging.url + path, { signal: AbortSignal.timeout(100) })).rejects.toThrow('timeout')
    await expect(fetch((await faulty({ cut: 1 })).url + path)).rejects.toThrow('fetch failed')
  })
})

describe('callbacks', () => {
  test('are never sent in the given share, and the record has their event', async () => {
    const app = await startApp()
    const provider = await start({ seed: 3, skipStages: 1 }, { silent: 0.5 })
    for (let count = 0; count < 20; count++)
      await post(provider, '/api/v1/lyrics', { callBackUrl: app.urlOf('lyrics') })
    await until(() => provider.tasks.every(isDone))
    const silent = provider.tasks.filter(({ callbacks }) => callbacks[0]?.state === 'silent')
    expect(silent.length).toBeGreaterThan(3)
    expect(app.events).toHaveLength(20 - silent.length)
    const [{ taskId } = { taskId: '' }] = silent
    const record = (await get(provider, RECORDS.lyrics + taskId)).body
    expect(await eventsOf(record, 'lyrics')).toMatchObject([{ type: 'lyrics:complete', taskId }])
    expect(record).toMatchObject({ data: { status: 'SUCCESS' } })
  })

  test('are not sent to names that are reserved, as who has no address submits them, and fail', async () => {
    const provider = await start()
    for (const host of ['example.com', 'www.example.org', 'example', 'app.invalid']) {
      await post(provider, '/api/v1/lyrics', { callBackUrl: `https://${host}/no-callback` })
    }
    await until(() => provider.tasks.every(({ isUndelivered }) => isUndelivered))
    const attempts = provider.tasks.flatMap(({ callbacks }) => callbacks.flatMap((callback) => callback.attempts))
    expect(attempts).toHaveLength(4 * 4)
    expect(attempts.every(({ code, latencyMs }) => code === 'ENOTFOUND' && latencyMs === 0)).toBe(true)
  })

  test('come again after a failure, with headers of the caller, until they are answered 200', async () => {
    const statuses = [500, 404, 200]
    const seen: unknown[] = []
    const origin = await serve((request, response) => {
      seen.push(request.headers['x-kind'])
      response.writeHead(statuses.shift() ?? 500).end()
    })
    const provider = await start({ headers: ({ kind }) => ({ 'x-kind': kind }) })
    await post(provider, '/api/v1/mp4/generate', { callBackUrl: origin })
    await until(() => provider.tasks.every(isDone))
    expect(seen).toEqual(['video', 'video', 'video'])
    expect(provider.tasks[0]?.isUndelivered).toBe(false)
  })

  test.each(['waiting for a stage', 'waiting for a retry', 'waiting for an answer'])(
    'end when the provider is closed while it is %s',
    async (state) => {
      const isRetrying = state === 'waiting for a retry'
      const origin = await serve((_, response) => (isRetrying ? response.writeHead(500).end() : undefined))
      const options = { speed: 1, retryGapsMs: isRetrying ? [60_000] : [] }
      const provider = await start(options, { stageGapMs: state === 'waiting for a stage' ? 60_000 : 0 })
      await post(provider, '/api/v1/mp4/generate', { callBackUrl: origin })
      if (isRetrying) await until(() => provider.tasks[0]?.callbacks[0]?.attempts.length === 1)
      if (state === 'waiting for an answer') await until(() => provider.tasks[0]?.callbacks.length === 1)
      await sleep(20)
      await provider.close()
      await expect(fetch(provider.url)).rejects.toThrow('fetch failed')
      const [callback] = provider.tasks[0]?.callbacks ?? []
      expect(callback?.state).toBe(state === 'waiting for a stage' ? undefined : 'stopped')
      expect(provider.tasks[0]?.isUndelivered).toBe(false)
    },
  )
})

describe('files', () => {
  test.each([
    ['a.mp3', 'audio/mpeg', /^\xff[\xe0-\xff]/],
    ['stream-without-ending', 'audio/mpeg', /^\xff[\xe0-\xff]/],
    ['a.unknown', 'audio/mpeg', /^\xff[\xe0-\xff]/],
    ['a.m4a', 'audio/mp4', /^.{4}ftypM4A/s],
    ['a.mp4', 'video/mp4', /^.{4}ftypisom/s],
    ['a.wav', 'audio/wav', /^RIFF.{4}WAVEfmt /s],
    ['a.jpeg', 'image/jpeg', /^\xff\xd8\xff/],
    ['a.png', 'image/png', /^\x89PNG/],
  ])('of %s are small and real: %s', async (path, contentType, magic) => {
    const { url } = await start()
    const response = await fetch(`${url}/files/${path}`)
    const bytes = Buffer.from(await response.arrayBuffer())
    expect([response.status, response.headers.get('content-type')]).toEqual([200, contentType])
    expect(bytes.toString('latin1')).toMatch(magic)
    expect(bytes.length).toBeLessThan(20_000)
  })

  test('are behind every link that a callback has', async () => {
    const app = await startApp()
    const provider = await start()
    for (const { path, kind, field } of ENDPOINTS) await post(provider, path, { [field]: app.urlOf(kind) })
    await until(() => provider.tasks.every(isDone))
    const links = JSON.stringify(provider.tasks.map(({ body }) => body)).match(/https?:[^"]+/g) ?? []
    expect(links.length).toBeGreaterThan(100)
    expect(links.filter((link) => !link.startsWith(`${provider.url}/files/`))).toEqual([])
    expect((await fetch(String(links[0]))).status).toBe(200)
  })
})

test('listens at the port and host that it is told', async () => {
  const first = await start({}, { host: '::1' })
  expect(first.url).toMatch(/^http:\/\/\[::1\]:\d+$/)
  const port = Number(new URL(first.url).port)
  await expect(simulatedProvider({}).listen(port, { host: '::1' })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test.each([
  ['OPTION_OUT_OF_RANGE', 65_536, {}],
  ['OPTION_OUT_OF_RANGE', '4000', {}],
  ['OPTION_UNKNOWN', 0, { slient: 1 }],
  ['OPTION_OUT_OF_RANGE', 0, { silent: 20 }],
  ['OPTION_OUT_OF_RANGE', 0, { stageGapMs: -1 }],
  ['OPTION_INVALID', 0, { apiKey: '' }],
  ['OPTION_INVALID', 0, { host: 1 }],
  ['OPTION_INVALID', 0, { recordFaults: 1 }],
  ['OPTION_UNKNOWN', 0, { recordFaults: { hangs: 1 } }],
])('what cannot be listened with is refused with %s: %j %j', async (code, port, options) => {
  await expect(simulatedProvider({}).listen(port as number, options as ListenOptions)).rejects.toMatchObject({ code })
})

/** A provider whose time passes fast. */
async function start(
  options: SimulatedProviderOptions = {},
  listening: ListenOptions = {},
): Promise<ListeningProvider> {
  const provider = await simulatedProvider({ speed: 100_000, ...options }).listen(0, listening)
  cleanups.push(() => provider.close())
  return provider
}

/** An app that receives with signed URLs, and keeps its events. */
async function startApp() {
  const suno = new SunoCallbacks({ secret: 'a secret of the tests', logger: false, staleStages: 'deliver' })
  const events: SunoEvent[] = []
  suno.on('*', (event) => events.push(event))
  const origin = await serve(requestListener(suno))
  return {
    events,
    // Stages that come within a moment may arrive in any order.
    lastEvent: () => events.find(({ type }) => /complete|ready|error/.test(type)),
    urlOf: (kind: Kind) => suno.callbackUrl(kind, { url: `${origin}/suno/${kind}` }),
    lastOf: (taskIds: readonly string[]) =>
      taskIds.map((taskId) => {
        const types = events.filter((event) => event.taskId === taskId).map(({ type }) => type)
        return types.find((type) => /complete|ready/.test(type))
      }),
  }
}

async function serve(handler: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<string> {
  const server = createServer((request, response) => void handler(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

function urlOf(status: number): Promise<string> {
  return serve((_, response) => response.writeHead(status).end())
}

interface Answered {
  readonly status: number
  readonly body: unknown
}

async function post({ url }: ListeningProvider, path: string, body: unknown, key?: string): Promise<Answered> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

async function get({ url }: ListeningProvider, path: string): Promise<Answered> {
  const response = await fetch(url + path)
  return { status: response.status, body: await response.json() }
}

function idOf(body: unknown): string {
  const { taskId, task_id } = (body as { data: { taskId?: string; task_id?: string } }).data
  return String(taskId ?? task_id)
}

function endpointOf(kind: Kind) {
  return ENDPOINTS.find((endpoint) => endpoint.kind === kind) ?? { path: '', field: '' }
}

function isDone({ completedAt, callbacks }: ListeningProvider['tasks'][number]): boolean {
  return completedAt !== null && callbacks.every(({ state }) => state !== 'sending')
}

async function eventsOf(body: unknown, kind: Kind): Promise<SunoEvent[]> {
  const suno = receiver()
  const events: SunoEvent[] = []
  suno.on('*', (event) => events.push(event))
  await suno.handle({ body: body as object, kind, source: 'record' })
  return events
}

/** The same event, but for how it came and what the provider says of it in words. */
async function compare(ofCallback: SunoEvent | undefined, record: unknown, kind: Kind): Promise<void> {
  const [ofRecord, ...others] = await eventsOf(record, kind)
  expect(others).toEqual([])
  expect(essence(ofRecord)).toEqual(essence(ofCallback))
}

function essence(event: SunoEvent | undefined): object {
  const others = ['source', 'receivedAt', 'raw', 'message', 'code', 'errorCode', 'expiresAt']
  return Object.fromEntries(Object.entries({ ...event }).filter(([name]) => !others.includes(name)))
}

/** Waits in real time. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(2)
}
