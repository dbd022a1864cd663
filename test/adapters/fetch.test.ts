import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import type { UnderlyingSource } from 'node:stream/web'
import { describe, expect, test, vi } from 'vitest'
import { fetchHandler } from '../../adapters/fetch.js'
import { webBodyOf } from '../../adapters/shared/web-body.js'
import { sample } from '../../src/testing/index.js'
import { keepingLogger } from '../support/receiver.js'
import { listen } from './host.js'
import { SECRET, signedPath, subject } from './subject.js'
import { webRows } from './web-rows.js'

const BODY = JSON.stringify(sample('music:complete'))

/** A callback as a server hands it over. */
function request(path: string, init: RequestInit & { duplex?: 'half' } = {}): Request {
  const headers = { 'content-type': 'application/json', ...(init.headers as Record<string, string> | undefined) }
  return new Request(`https://app.example.com${path}`, { method: 'POST', body: BODY, ...init, headers })
}

/** A body that comes piece by piece. */
function streamed(source: UnderlyingSource): Pick<RequestInit, 'body'> & { duplex: 'half' } {
  return { body: new ReadableStream(source), duplex: 'half' }
}

describe('a request of the matrix without a server', () => {
  test('is every one that needs no socket', () => {
    expect(webRows.length).toBeGreaterThan(40)
  })

  test.each(webRows.map((row) => [row.title, row.expected, row] as const))(
    '%s is answered %s',
    async (_title, expected, { options, listensFor, request }) => {
      const { suno } = subject(options, listensFor)
      const answer = await fetchHandler(suno)(request)
      expect(answer.status).toBe(expected)
      if (expected === 405) expect(answer.headers.get('allow')).toBe('POST, GET, HEAD')
    },
  )
})

describe('fetchHandler', () => {
  test.each(['/suno', '/suno/', '/suno/music', '/suno/music/?a=1'])('takes a callback for %s', async (path) => {
    const { suno, events } = subject()
    const answer = await fetchHandler(suno)(request(path))
    expect([answer.status, await answer.text()]).toEqual([200, '{"status":"received"}'])
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(events).toMatchObject([{ type: 'music:complete' }])
  })

  test('takes a signed callback, whatever its path, and gives the listener its metadata', async () => {
    const { suno, events } = subject({ secret: SECRET })
    const answer = await fetchHandler(suno)(request(signedPath(suno, 'music', '/api/hooks')))
    expect(answer.status).toBe(200)
    expect(events).toMatchObject([{ kind: 'music', metadata: { orderId: '42' } }])
  })

  test('is told by path where a framework strips the prefix, or where the callbacks have another', async () => {
    const { suno, events } = subject()
    expect((await fetchHandler(suno, { path: '/' })(request('/music'))).status).toBe(200)
    expect((await fetchHandler(suno, { path: '/api/suno' })(request('/api/suno/music'))).status).toBe(200)
    expect((await fetchHandler(suno, { kind: 'music' })(request('/anything'))).status).toBe(200)
    expect(events).toMatchObject([{ kind: 'music' }])
  })

  test('answers 404 to what is not ours', async () => {
    const { suno } = subject()
    expect((await fetchHandler(suno)(request('/other'))).status).toBe(404)
  })

  test('hands what is not ours to next, with all that it was given and the body unread', async () => {
    const { suno } = subject()
    const given: unknown[] = []
    const handler = fetchHandler(suno, {
      next: async (one: Request, ...context: unknown[]) => {
        given.push(await one.text(), ...context)
        return new Response('the app', { status: 201 })
      },
    })
    const answer = await handler(request('/other'), 'environment', 'context')
    expect([answer.status, await answer.text()]).toEqual([201, 'the app'])
    expect(given).toEqual([BODY, 'environment', 'context'])
  })

  test.each([
    ['new', () => undefined, 'node:http'],
    ['paused', (incoming: IncomingMessage) => void incoming.pause(), 'the web'],
    ['read', (incoming: IncomingMessage) => text(incoming), 'the web'],
  ])(
    'beside a request of node:http that is %s reads the body where nobody has begun to',
    async (_state, touch, read) => {
      const { suno, events } = subject()
      const handler = fetchHandler(suno)
      const { origin } = await listen(async (incoming, response) => {
        await touch(incoming)
        const web = request('/suno/music', { body: JSON.stringify(sample('music:first')) })
        const { status } = await handler(web, 'environment', null, { incoming })
        response.writeHead(status).end(web.bodyUsed ? 'the web' : 'node:http')
      })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(origin, { method: 'POST', headers, body: BODY })
      expect([answer.status, await answer.text()]).toEqual([200, read])
      expect(events).toMatchObject([{ type: read === 'the web' ? 'music:first' : 'music:complete' }])
    },
  )

  test('answers 500 to a receiver that rejects, with a line in the log', async () => {
    const logger = keepingLogger()
    const error = new Error('on purpose')
    const handler = fetchHandler({ receive: () => Promise.reject(error), logger })
    expect((await handler(request('/suno'))).status).toBe(500)
    expect(logger.lines).toMatchObject([{ level: 'warn', fields: { error } }])
  })

  test.each([null, { next: 'app' }, { next: {} }, { nxt: () => new Response() }, { path: 'suno' }])(
    'refuses the options %j at mount',
    (options) => {
      const { suno } = subject()
      expect(() => fetchHandler(suno, options as never)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^OPTION_/) as string }),
      )
    },
  )

  test.each([undefined, {}, { req: { raw: request('/suno') } }, { request: request('/suno'), params: {} }])(
    'says what it takes when a framework gives it something else than a request (%#)',
    async (given) => {
      const { suno } = subject()
      await expect(fetchHandler(suno)(given as never)).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringContaining('(c) => handler(c.req.raw)') as string,
      })
    },
  )
})

describe('a body that fetchHandler reads', () => {
  test('is put together from its chunks', async () => {
    const { suno, events } = subject()
    const pieces = BODY.match(/.{1,7}/gsu) ?? []
    const body = streamed({
      pull(controller) {
        const piece = pieces.shift()
        if (piece === undefined) controller.close()
        else controller.enqueue(new TextEncoder().encode(piece))
      },
    })
    expect((await fetchHandler(suno)(request('/suno', body))).status).toBe(200)
    expect(events).toMatchObject([{ raw: JSON.parse(BODY) as object }])
  })

  test('that is none at all is malformed', async () => {
    const { suno, outcomes } = subject()
    expect((await fetchHandler(suno)(request('/suno', { body: null }))).status).toBe(400)
    expect(outcomes).toMatchObject([{ error: { code: 'NOT_JSON' } }])
  })

  test('is not touched where the signature is wrong', async () => {
    const { suno } = subject({ secret: SECRET })
    const one = request('/suno/music')
    expect((await fetchHandler(suno)(one)).status).toBe(401)
    expect(one.bodyUsed).toBe(false)
  })

  test.each([
    ['read by a parser', (one: Request) => one.json()],
    ['being read by something else', (one: Request) => Promise.resolve(one.body?.getReader())],
  ])('but that is %s is answered 500 at once, and the log says how to mend it', async (_title, use) => {
    const { suno, log } = subject()
    const one = request('/suno')
    await use(one)
    expect((await fetchHandler(suno)(one)).status).toBe(500)
    expect(log).toMatchObject([{ level: 'error', fields: { code: 'BODY_CONSUMED' } }])
  })

  test('is refused by its announced length before a byte of it is read', async () => {
    const { suno } = subject({ verify: false, maxBodyBytes: 1024 })
    const one = request('/suno', { headers: { 'content-length': '2000' } })
    expect((await fetchHandler(suno)(one)).status).toBe(413)
    expect(one.bodyUsed).toBe(false)
  })

  test('without end is let go of soon after the answer 413, having been read no further', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { suno } = subject({ verify: false, maxBodyBytes: 1024 })
    let chunks = 0
    const cancel = vi.fn()
    const body = streamed({ pull: (controller) => controller.enqueue(new Uint8Array(++chunks && 512)), cancel })
    expect((await fetchHandler(suno)(request('/suno', body))).status).toBe(413)
    expect(chunks).toBeLessThan(6)
    expect(cancel).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1000)
    expect(cancel).toHaveBeenCalledOnce()
    vi.useRealTimers()
  })

  test('that does not come in time is answered 408 and let go of, also by a stream that cannot be', async () => {
    const { suno } = subject({ verify: false, bodyTimeoutMs: 30 })
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const cancel = vi.fn(() => Promise.reject(new Error('it cannot be')))
    const body = streamed({ pull: () => new Promise(() => undefined), cancel })
    const answer = fetchHandler(suno)(request('/suno', body))
    await vi.advanceTimersByTimeAsync(30)
    expect((await answer).status).toBe(408)
    await vi.advanceTimersByTimeAsync(1000)
    expect(cancel).toHaveBeenCalledOnce()
    vi.useRealTimers()
  })

  test('whose sender goes away is aborted', async () => {
    const { suno, outcomes } = subject()
    const body = streamed({ pull: (controller) => controller.error(new Error('the sender is gone')) })
    expect((await fetchHandler(suno)(request('/suno', body))).status).toBe(400)
    expect(outcomes).toMatchObject([{ error: { code: 'BODY_ABORTED' } }])
  })

  test('that is no bytes is a fault of the app', async () => {
    const { suno, outcomes } = subject()
    const body = streamed({ start: (controller) => controller.enqueue({ code: 200 }) })
    expect((await fetchHandler(suno)(request('/suno', body))).status).toBe(500)
    expect(outcomes).toMatchObject([{ error: { code: 'BODY_FAILED', cause: { name: 'TypeError' } } }])
  })

  test('can be let go of where timers are mere numbers, as in browsers and workers', async () => {
    vi.stubGlobal('setTimeout', () => 1)
    const one = request('/suno', streamed({ pull: (controller) => controller.enqueue(new Uint8Array(2000)) }))
    const reading = webBodyOf(one)({ maxBytes: 1024, timeoutMs: 100 })
    await expect(reading).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' })
    vi.unstubAllGlobals()
  })
})
