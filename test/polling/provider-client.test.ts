import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { KINDS } from '../../src/events/kinds/index.js'
import { SUBMIT_ENDPOINTS } from '../../src/polling/endpoints.js'
import {
  providerClient,
  ProviderError,
  type ProviderClient,
  type ProviderClientOptions,
  type ProviderName,
  type SubmitPath,
} from '../../src/polling/index.js'
import { table, words } from '../readme/pages.js'
import { apiServer, json, text, type Answer, type ApiServer } from './api-server.js'
import { RUBBISH } from './rubbish.js'

const KEY = 'key-0123456789abcdef'

function clientOf(api: ApiServer, options: Partial<ProviderClientOptions> = {}): ProviderClient {
  return providerClient({ provider: 'sunoapi', apiKey: KEY, baseUrl: api.url, ...options })
}

/** What a call rejects with. */
async function failure(call: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ProviderError)
  return error as ProviderError
}

const record = { code: 200, msg: 'success', data: { taskId: 'task-1', status: 'PENDING' } }

describe('record', () => {
  test('asks the endpoint of the kind, with the key', async () => {
    const api = await apiServer()
    api.respond(({ query }) => ({ code: 200, data: { taskId: query.get('taskId') ?? query.get('task_id') } }))
    const client = clientOf(api)
    for (const kind of KINDS) await client.record(kind, 'a b&c')
    expect(api.asked.map(({ method, path, query }) => `${method} ${path} ${String(query)}`)).toEqual([
      'GET /api/v1/generate/record-info taskId=a+b%26c',
      'GET /api/v1/lyrics/record-info taskId=a+b%26c',
      'GET /api/v1/mp4/record-info taskId=a+b%26c',
      'GET /api/v1/voice/record-info taskId=a+b%26c',
      'GET /api/v1/voice/validate-info taskId=a+b%26c',
      'GET /api/v1/wav/record-info taskId=a+b%26c',
      'GET /api/v1/vocal-removal/record-info taskId=a+b%26c',
      'GET /api/v1/midi/record-info taskId=a+b%26c',
      'GET /api/v1/suno/cover/record-info taskId=a+b%26c',
      'GET /api/v1/suno/recovery/record-info task_id=a+b%26c',
    ])
    expect(new Set(api.asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${KEY}`]))
  })

  test('answers what was found, as it came', async () => {
    const client = clientOf(await apiServer(record))
    expect(await client.record('music', 'task-1')).toEqual({ state: 'found', body: record })
    const numeric = clientOf(await apiServer({ code: '200', data: { taskId: 17 } }))
    expect(await numeric.record('music', '17')).toMatchObject({ state: 'found' })
    // Seen without a code.
    const bare = { data: { taskId: 'x', status: 'CALLBACK_EXCEPTION' } }
    expect(await clientOf(await apiServer(bare)).record('music', 'x')).toEqual({ state: 'found', body: bare })
  })

  test.each([
    { code: 200, msg: 'success', data: null },
    { code: 404, msg: 'no such task', data: null },
    { code: 422, msg: 'recordInfo is null' },
  ])('answers that there is none: %j', async (body) => {
    expect(await clientOf(await apiServer(body)).record('music', 'task-1')).toEqual({ state: 'missing' })
  })

  test('takes the codes of a recovery for what they are: news of the task', async () => {
    const found = async (body: object) => clientOf(await apiServer(body)).record('recovery', 'task-1')
    for (const body of [
      { code: 201, msg: 'running', data: null },
      { code: 500, msg: 'none recovered', task_id: 'task-1', data: [] },
    ]) {
      expect(await found(body)).toEqual({ state: 'found', body })
    }
    expect((await failure(found({ code: 500, msg: 'server error', data: null }))).code).toBe('UNAVAILABLE')
  })
})

describe('submit', () => {
  test('knows the kind and the field for the URL of every endpoint in the table', async () => {
    const rows = table('endpoints').map(([endpoint, kind, field]) => {
      const [path = ''] = words(endpoint)
      const [urlField = '', urlFieldOfKie = urlField] = words(field)
      return { path: path.replace('POST ', '') as SubmitPath, kind: words(kind)[0], urlField, urlFieldOfKie }
    })
    expect(rows.map(({ path }) => path).sort()).toEqual(Object.keys(SUBMIT_ENDPOINTS).sort())
    const api = await apiServer({ code: 200, msg: 'success', data: { taskId: 'task-1' } })
    for (const { path, kind, urlField, urlFieldOfKie } of rows) {
      for (const provider of ['sunoapi', 'apibox', 'kie'] as const) {
        const task = await clientOf(api, { provider }).submit(path, { prompt: 'p' }, { callBackUrl: 'https://me/suno' })
        expect(task).toEqual({ kind, taskId: 'task-1' })
        const field = provider === 'kie' ? urlFieldOfKie : urlField
        expect(api.asked.at(-1)).toMatchObject({
          method: 'POST',
          path,
          body: { prompt: 'p', [field]: 'https://me/suno' },
        })
      }
    }
    expect(api.asked.at(-1)?.headers['content-type']).toBe('application/json')
  })

  test('leaves the parameters as they are without a URL, and finds the id of a recovery', async () => {
    const api = await apiServer({ code: 200, data: { task_id: 'task-9' } })
    const task = await clientOf(api).submit('/api/v1/suno/recovery', { sunoTaskId: 'a', callBackUrl: 'https://me' })
    expect(task).toEqual({ kind: 'recovery', taskId: 'task-9' })
    expect(api.asked[0]?.body).toEqual({ sunoTaskId: 'a', callBackUrl: 'https://me' })
  })

  test('never sends twice what may have been accepted', async () => {
    const answers: readonly Answer[] = [
      (response) => response.destroy(),
      json({ code: 500, msg: 'server error' }),
      text('', 502),
      json({ code: 200, data: {} }),
      json({ code: 200, taskId: 'a', data: { taskId: 'b' } }),
    ]
    const codes: string[] = []
    for (const answer of answers) {
      const api = await apiServer(answer)
      codes.push((await failure(clientOf(api).submit('/api/v1/lyrics', {}))).code)
      expect(api.asked).toHaveLength(1)
    }
    expect(codes).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE', 'UNREADABLE', 'UNREADABLE'])
  })

  test('tells the task that is there already', async () => {
    const api = await apiServer({ code: 409, msg: 'WAV exists', data: { taskId: 'earlier' } })
    const error = await failure(clientOf(api).submit('/api/v1/wav/generate', {}))
    expect(error).toMatchObject({ code: 'REFUSED', providerCode: 409, taskId: 'earlier' })
  })

  test('refuses what is no endpoint and no parameters, without a request', async () => {
    const api = await apiServer(record)
    const client = clientOf(api)
    await expect(client.submit('/api/v1/generate/extent' as never, {})).rejects.toMatchObject({
      code: 'ENDPOINT_UNKNOWN',
      message: expect.stringContaining('Did you mean "/api/v1/generate/extend"?') as string,
    })
    await expect(client.submit('constructor' as never, {})).rejects.toMatchObject({ code: 'ENDPOINT_UNKNOWN' })
    for (const params of [undefined, null, [], 'prompt']) {
      await expect(client.submit('/api/v1/lyrics', params as never)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    }
    await expect(client.submit('/api/v1/lyrics', {}, { callbackUrl: 'x' } as never)).rejects.toMatchObject({
      code: 'OPTION_UNKNOWN',
    })
    await expect(client.submit('/api/v1/lyrics', {}, { callBackUrl: 1 as never })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    })
    await expect(client.record('musik' as never, 'a')).rejects.toMatchObject({ code: 'KIND_UNKNOWN' })
    await expect(client.record('music', ' ')).rejects.toMatchObject({ code: 'TASK_INVALID' })
    await expect(client.record('music', 'a', { signal: 1 as never })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
    expect(api.asked).toEqual([])
  })
})

describe('an error says what is to be done', () => {
  test.each<[string, Answer, ProviderName, string]>([
    ['code 401', { code: 401, msg: 'no access' }, 'sunoapi', 'UNAUTHORIZED'],
    ['HTTP 401', text('', 401), 'sunoapi', 'UNAUTHORIZED'],
    ['code 402', { code: 402 }, 'kie', 'NO_CREDITS'],
    ['code 429 at sunoapi', { code: 429 }, 'sunoapi', 'NO_CREDITS'],
    ['code 429 at api.box', json({ code: 429 }, 429), 'apibox', 'NO_CREDITS'],
    ['code 429 at kie.ai', { code: 429 }, 'kie', 'RATE_LIMITED'],
    ['HTTP 429 of what stands in front', text('slow down', 429), 'sunoapi', 'RATE_LIMITED'],
    ['code 430', { code: 430 }, 'sunoapi', 'RATE_LIMITED'],
    ['code 405 at sunoapi', { code: 405 }, 'sunoapi', 'RATE_LIMITED'],
    ['code 405 at kie.ai', { code: 405 }, 'kie', 'REFUSED'],
    ['code 433', { code: 433 }, 'kie', 'NO_CREDITS'],
    ['code 455', { code: 455 }, 'kie', 'MAINTENANCE'],
    ['code 413', { code: 413 }, 'sunoapi', 'REFUSED'],
    ['code 501', { code: 501 }, 'kie', 'REFUSED'],
    ['code 505', { code: 505 }, 'kie', 'REFUSED'],
    ['code 599', { code: 599 }, 'kie', 'UNAVAILABLE'],
    ['HTTP 408', text('', 408), 'kie', 'UNAVAILABLE'],
    ['HTTP 404', text('', 404), 'kie', 'REFUSED'],
    ['HTTP 503 around a success', json(record, 503), 'kie', 'UNAVAILABLE'],
  ])('%s', async (_, answer, provider, code) => {
    const client = clientOf(await apiServer(answer), { provider })
    expect((await failure(client.record('music', 'task-1'))).code).toBe(code)
    expect((await failure(client.submit('/api/v1/lyrics', {}))).code).toBe(code)
  })

  test('and when, in seconds or as a date', async () => {
    const waits: (number | null)[] = []
    for (const header of ['7', 'Wed, 21 Oct 2015 07:28:00 GMT', 'soon', new Date(Date.now() + 60_000).toUTCString()]) {
      const api = await apiServer(json({ code: 430, msg: 'slow down' }, 200, { 'retry-after': header }))
      waits.push((await failure(clientOf(api).record('music', 'task-1'))).retryAfterMs)
    }
    expect(waits.slice(0, 3)).toEqual([7000, 0, null])
    expect(waits[3]).toBeGreaterThan(50_000)
  })

  test('in the words of the provider, on one line and without the key', async () => {
    const msg = `the key ${KEY}\nis not known ${'x'.repeat(1000)}`
    const error = await failure(clientOf(await apiServer({ code: 401, msg })).record('music', 'task-1'))
    expect(error.message).toMatch(/^The provider answered code 401: the key …\\u\{a\}is not known x+…$/)
    expect(error.message.length).toBeLessThan(300)
    expect(error).toMatchObject({ httpStatus: 200, providerCode: 401, retryAfterMs: null, taskId: null })
  })
})

describe('rubbish is no news of a task', () => {
  test.each(Object.entries(RUBBISH))('%s', async (_, answer) => {
    const elsewhere = await apiServer(record)
    const api = await apiServer(answer)
    api.respond(({ path }) => (path === '/elsewhere' ? text('', 302, { location: `${elsewhere.url}/api` }) : answer))
    const client = clientOf(api, { timeoutMs: 2000 })
    const found = await client.record('music', 'task-1').catch((error: unknown) => error)
    if (found instanceof ProviderError) {
      expect(['UNREADABLE', 'UNAVAILABLE', 'REFUSED', 'MAINTENANCE']).toContain(found.code)
      expect(inspect(found, { depth: Infinity })).not.toContain(KEY)
    } else {
      expect(['found', 'missing']).toContain((found as { state: string }).state)
    }
    expect(api.asked).toHaveLength(1)
    expect(elsewhere.asked).toEqual([])
  })
})

describe('the key', () => {
  test('is sent to no other host, not by a redirect either', async () => {
    const elsewhere = await apiServer(record)
    for (const status of [301, 302, 303, 307, 308]) {
      const api = await apiServer(text('', status, { location: `${elsewhere.url}/api/v1/generate/record-info` }))
      expect(await failure(clientOf(api).record('music', 'task-1'))).toMatchObject({
        code: 'UNREADABLE',
        message: expect.stringContaining('redirect') as string,
      })
    }
    expect(elsewhere.asked).toEqual([])
  })

  test('is not told by what a client or an error shows', async () => {
    const fetch = () => Promise.reject(Object.assign(new TypeError(`Bearer ${KEY} is no header`), { code: 'e' }))
    const client = providerClient({ provider: 'sunoapi', apiKey: KEY, fetch })
    const error = await failure(client.record('music', 'task-1'))
    expect(`${inspect(client, { depth: 9, showHidden: true })}${inspect(error, { depth: 9 })}`).not.toContain(KEY)
    expect(error.message).toBe('The provider could not be reached.')
  })

  test('is taken from the environment, with the address', async () => {
    const api = await apiServer(record)
    vi.stubEnv('SUNO_API_KEY', ` ${KEY}\n`)
    vi.stubEnv('SUNO_API_BASE_URL', `${api.url}/proxy/`)
    expect(await providerClient({ provider: 'kie' }).record('music', 'task-1')).toMatchObject({ state: 'found' })
    expect(api.asked[0]).toMatchObject({ path: '/proxy/api/v1/generate/record-info' })
    expect(api.asked[0]?.headers.authorization).toBe(`Bearer ${KEY}`)
  })

  test.each([[''], [undefined], [' '], ['two words'], ['line\nbreak'], ['ключ']])(
    'is refused at once: %j',
    (apiKey) => {
      vi.stubEnv('SUNO_API_KEY', '')
      const call = () => providerClient({ provider: 'kie', apiKey })
      expect(call).toThrow(expect.objectContaining({ name: 'ConfigurationError', code: 'API_KEY_INVALID' }) as Error)
      if ((apiKey ?? '').trim() !== '') expect(call).not.toThrow(apiKey ?? '')
    },
  )
})

describe('the client', () => {
  test('goes to the provider by default, over https', async () => {
    const fetch = vi.fn(() => Promise.resolve(Response.json(record)))
    for (const provider of ['sunoapi', 'apibox', 'kie'] as const) {
      await providerClient({ provider, apiKey: KEY, fetch }).record('music', 'task-1')
    }
    expect(fetch.mock.calls.map(([url]: unknown[]) => new URL(String(url)).origin)).toEqual([
      'https://api.sunoapi.org',
      'https://api.api.box',
      'https://api.kie.ai',
    ])
  })

  test.each([
    ['http://api.example.com', 'BASE_URL_INSECURE', 'the API key would travel in the clear'],
    ['api.example.com', 'BASE_URL_INVALID', 'https://api.sunoapi.org'],
    [7 as never, 'BASE_URL_INVALID', 'absolute'],
  ])('refuses the address %s', (baseUrl, code, message) => {
    expect(() => providerClient({ provider: 'kie', apiKey: KEY, baseUrl })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
    )
  })

  test('refuses a provider that it does not know, and options that are none', () => {
    const refused = (options: object, code: string) =>
      expect(() => providerClient({ provider: 'kie', apiKey: KEY, ...options })).toThrow(
        expect.objectContaining({ code }) as Error,
      )
    refused({ provider: 'suno' }, 'PROVIDER_INVALID')
    refused({ timeoutMs: 0 }, 'OPTION_OUT_OF_RANGE')
    refused({ fetch: {} }, 'OPTION_INVALID')
    refused({ apiKey: 5 }, 'API_KEY_INVALID')
    refused({ apikey: KEY }, 'OPTION_UNKNOWN')
  })

  test('waits no longer than timeoutMs, for the head and for the body', async () => {
    for (const answer of [() => undefined, hangsInBody]) {
      const client = clientOf(await apiServer(answer), { timeoutMs: 100 })
      expect(await failure(client.record('music', 'task-1'))).toMatchObject({
        code: 'UNAVAILABLE',
        message: 'The provider did not answer within 100 ms.',
      })
    }
    const fetch = () => new Promise<Response>(() => undefined)
    const deaf = providerClient({ provider: 'kie', apiKey: KEY, fetch, timeoutMs: 100 })
    expect((await failure(deaf.record('music', 'task-1'))).code).toBe('UNAVAILABLE')
  })

  test('names the code of a network that fails, however deep it stands', async () => {
    const none = providerClient({ provider: 'kie', apiKey: KEY, baseUrl: await closedAddress() })
    expect((await failure(none.record('music', 'task-1'))).message).toBe(
      'The provider could not be reached (ECONNREFUSED).',
    )
    const circle: { cause?: unknown } = {}
    circle.cause = circle
    for (const reason of [circle, null]) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      const fetch = () => Promise.reject(reason)
      const odd = providerClient({ provider: 'kie', apiKey: KEY, fetch })
      expect((await failure(odd.record('music', 'task-1'))).message).toBe('The provider could not be reached.')
    }
  })

  test('takes a fetch that has followed a redirect for one that was redirected', async () => {
    const redirected = Object.defineProperty(Response.json(record), 'redirected', { value: true })
    for (const response of [redirected, Response.error()]) {
      const client = providerClient({ provider: 'kie', apiKey: KEY, fetch: () => Promise.resolve(response) })
      expect((await failure(client.record('music', 'task-1'))).code).toBe('UNREADABLE')
    }
  })

  test('ends with the signal, with its reason', async () => {
    const api = await apiServer(() => undefined)
    const controller = new AbortController()
    const reason = new Error('no longer wanted')
    const asking = clientOf(api).record('music', 'task-1', { signal: controller.signal })
    await vi.waitFor(() => expect(api.asked).toHaveLength(1))
    controller.abort(reason)
    await expect(asking).rejects.toBe(reason)
    await expect(clientOf(api).record('music', 'task-1', { signal: controller.signal })).rejects.toBe(reason)
    expect(api.asked).toHaveLength(1)
  })
})

/** Where a server was, and is no more. */
async function closedAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${String(port)}`
}

const hangsInBody: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{"code":200,')
}
