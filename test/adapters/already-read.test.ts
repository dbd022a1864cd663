import { gzipSync } from 'node:zlib'
import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { SunoCallbacksOptions } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { toSigningKeys, signCallback } from '../../src/verify/callback-url.js'
import { faultyStore } from '../support/store.js'
import { adapters } from './adapters.js'
import { connect, head, keepAlive, post, send, type Sent } from './client.js'
import { SECRET, signedPath, subject } from './subject.js'

const JSON_TYPE = { 'content-type': 'application/json' }
const text = (body: unknown) => ({ headers: JSON_TYPE, body: JSON.stringify(body) })

/** What a request is refused with, and why. */
interface Refusal {
  readonly title: string
  readonly sent: Sent
  readonly path?: string
  readonly status: number
  readonly word: string
}

const MALFORMED = { status: 400, word: 'malformed' }
const NOT_JSON = { status: 415, word: 'not-json' }

const REFUSALS: readonly Refusal[] = [
  ...['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => ({
    title: `the method ${method}`,
    sent: { method },
    status: 405,
    word: 'wrong-method',
  })),
  { title: 'PUT with a body', sent: { ...text({}), method: 'PUT' }, status: 405, word: 'wrong-method' },

  { title: 'text/plain', sent: { headers: { 'content-type': 'text/plain' }, body: '{}' }, ...NOT_JSON },
  { title: 'no content type', sent: { body: '{}' }, ...NOT_JSON },
  {
    title: 'a form',
    sent: { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1' },
    ...NOT_JSON,
  },
  {
    title: 'a type that only begins like JSON',
    sent: { headers: { 'content-type': 'application/jsonp' }, body: '{}' },
    ...NOT_JSON,
  },
  ...['gzip', 'br', 'deflate', 'identity, gzip'].map((encoding) => ({
    title: `an undecoded body of ${encoding}`,
    sent: {
      headers: { ...JSON_TYPE, 'content-encoding': encoding },
      body: gzipSync(JSON.stringify(sample('music:complete'))),
    },
    ...NOT_JSON,
  })),

  { title: 'an empty body', sent: { headers: JSON_TYPE, body: '' }, ...MALFORMED },
  { title: 'no body at all', sent: { headers: { ...JSON_TYPE, 'content-length': '0' } }, ...MALFORMED },
  { title: 'what is no JSON', sent: { headers: JSON_TYPE, body: 'task_id=1' }, ...MALFORMED },
  {
    title: 'JSON that breaks off',
    sent: { headers: JSON_TYPE, body: '{"code":200,"data":{"task_id":"x"' },
    ...MALFORMED,
  },
  { title: 'JSON with more behind it', sent: { headers: JSON_TYPE, body: '{"task_id":"x"}{}' }, ...MALFORMED },
  {
    title: 'broken UTF-8',
    sent: { headers: JSON_TYPE, body: Buffer.from('{"task_id":"\xff\xfe"}', 'latin1') },
    ...MALFORMED,
  },
  {
    title: 'a nesting without end',
    sent: { headers: JSON_TYPE, body: '['.repeat(1000) + ']'.repeat(1000) },
    ...MALFORMED,
  },
  { title: 'two task ids', sent: text({ code: 200, task_id: 'one', data: { task_id: 'two' } }), ...MALFORMED },
  {
    title: 'a body above maxBodyBytes',
    sent: text({ ...sample('music:complete'), padding: 'x'.repeat(5000) }),
    status: 413,
    word: 'too-large',
  },
  {
    title: 'no task id, where nobody listens for what is unknown',
    sent: text({ code: 200, msg: 'success', data: { hologram_url: 'https://example.com/h' } }),
    status: 422,
    word: 'unrecognised',
  },
]

/** Listens for `music:complete` alone, with a store that writes down what it is asked. */
function untouchable(options: SunoCallbacksOptions = { verify: false }) {
  const store = faultyStore()
  const calls = () => store.calls.map(({ step }) => step)
  return { ...subject({ maxBodyBytes: 4096, store, ...options }, 'music:complete'), calls }
}

describe.each(adapters)('$name', ({ start }) => {
  test.each(REFUSALS)('$title is answered $status, and the connection serves the next callback', async (refusal) => {
    const { suno, events, calls } = untouchable()
    const host = await start(suno)
    const agent = keepAlive()
    const reply = await send(host, refusal.path ?? '/suno/music', { ...refusal.sent, agent })
    expect(reply).toMatchObject({ status: refusal.status, body: JSON.stringify({ status: refusal.word }) })
    expect(reply.headers['content-type']).toMatch(/^application\/json\b/)
    expect(reply.headers.allow).toBe(refusal.status === 405 ? 'POST' : undefined)
    expect(calls()).toEqual([])
    expect(events).toEqual([])

    expect((await post(host, '/suno/music', sample('music:complete'), agent)).status).toBe(200)
    expect(calls()).toEqual(['claim', 'complete'])
  })

  test('HEAD is answered 405 without a body', async () => {
    const { suno } = subject()
    const host = await start(suno)
    const reply = await send(host, '/suno/music', { method: 'HEAD' })
    expect(reply).toMatchObject({ status: 405, body: '', headers: { allow: 'POST' } })
  })

  test('application/json is accepted in any case and with parameters, as is a byte order mark', async () => {
    const { suno, events } = subject()
    const host = await start(suno)
    for (const type of ['APPLICATION/JSON', 'application/json; charset=utf-8', 'application/json;charset=UTF-8;a=b']) {
      const reply = await send(host, '/suno/music', {
        headers: { 'content-type': type, 'content-encoding': 'Identity' },
        body: `\ufeff${JSON.stringify(sample('music:complete'))}`,
      })
      expect(reply.status).toBe(200)
    }
    expect(events).toHaveLength(3)
  })

  test('a body without a task id is an event where somebody listens for unknown', async () => {
    const { suno } = untouchable()
    const seen: unknown[] = []
    suno.on('unknown', (event) => seen.push(event.taskId))
    const host = await start(suno)
    expect((await post(host, '/suno/music', { code: 200, data: { thing: 1 } })).status).toBe(200)
    expect(seen).toEqual([null])
  })

  describe('a signature', () => {
    const expired = signCallback({ kind: 'music', expiry: 1_700_000_000, metadata: {} }, toSigningKeys([SECRET]))
    const foreign = signCallback({ kind: 'music', expiry: 0, metadata: {} }, toSigningKeys(['another secret']))
    const genuine = signCallback({ kind: 'music', expiry: 0, metadata: {} }, toSigningKeys([SECRET]))
    const video = signCallback({ kind: 'video', expiry: 0, metadata: {} }, toSigningKeys([SECRET]))

    test.each([
      { title: 'that is missing', query: '' },
      { title: 'that is empty', query: '?suno_signature=' },
      { title: 'of another secret', query: `?suno_signature=${foreign}` },
      { title: 'that was changed', query: `?suno_signature=${genuine.slice(0, -2)}AA` },
      { title: 'that has expired', query: `?suno_signature=${expired}` },
      { title: 'for another kind than the path', query: `?suno_signature=${video}` },
      { title: 'that is there twice', query: `?suno_signature=${genuine}&suno_signature=${genuine}` },
      { title: 'under another name', query: `?signature=${genuine}` },
    ])('$title is answered 401 before anything of the body is there', async ({ query }) => {
      const { suno, events, outcomes, calls } = untouchable({ secret: SECRET })
      const host = await start(suno)
      const wire = await connect(host)
      // The body is announced and not sent: whoever waited for it would not answer.
      await wire.write(head(`/suno/music${query}`, { 'content-length': '2000' }))
      const reply = await wire.reply()
      expect(reply).toMatchObject({ status: 401, body: '{"status":"unauthorized"}' })
      expect(outcomes).toMatchObject([{ status: 'rejected', reason: 'unauthorized', taskId: null }])
      expect(calls()).toEqual([])
      expect(events).toEqual([])

      // The connection is either closed or in order: the announced body, then another request.
      if (reply.headers.connection === 'close') return wire.closed
      await wire.write(`${'x'.repeat(2000)}${head(`/suno/music?suno_signature=${genuine}`, { 'content-length': '0' })}`)
      expect((await wire.reply()).status).toBe(400)
    })

    test('that is wrong is refused without listeners, while closing, and for any body alike', async () => {
      const { suno } = untouchable({ secret: SECRET })
      const host = await start(suno)
      await suno.close({ graceMs: 0 })
      const replies = await Promise.all([
        post(host, '/suno/music', {}),
        send(host, '/suno', { headers: { 'content-type': 'text/plain' }, body: 'x' }),
        post(host, `/suno/music?suno_signature=${expired}`, sample('music:complete')),
      ])
      for (const reply of replies) expect(reply).toMatchObject({ status: 401, body: '{"status":"unauthorized"}' })
    })

    test('that is right is accepted with other parameters around it', async () => {
      const { suno, events } = subject({ secret: SECRET })
      const host = await start(suno)
      const path = signedPath(suno, 'music', '/suno/music?a=1')
      expect((await post(host, `${path}&b=2`, sample('music:complete'))).status).toBe(200)
      expect(events).toMatchObject([{ metadata: { orderId: '42' } }])
    })
  })

  describe('a body that something else has read', () => {
    const gone = (request: IncomingMessage) =>
      new Promise((resolve) => {
        request.on('end', resolve)
        request.resume()
      })

    test('and left nowhere is answered 500 at once, and the log says how to mend it', async () => {
      const { suno, log, calls } = untouchable()
      const host = await start(suno, gone)
      const agent = keepAlive()
      const reply = await post(host, '/suno/music', sample('music:complete'), agent)
      expect(reply).toMatchObject({ status: 500, body: '{"status":"failed"}' })
      expect(log).toMatchObject([
        {
          level: 'error',
          message: expect.stringMatching(/Mount suno-callbacks before it.*req\.body.*req\.rawBody/s) as string,
          fields: { code: 'BODY_CONSUMED' },
        },
      ])
      expect(calls()).toEqual([])
      expect((await post(host, '/suno/music', sample('music:complete'), agent)).status).toBe(500)
    })

    test('and for which a parser left a mere {} is answered 500 all the same', async () => {
      const { suno, outcomes } = subject()
      const host = await start(suno, (request) => {
        // Where Express and node:http have their bodies; Koa has its own place, and nothing there.
        Object.assign(request, { body: {} })
        return gone(request)
      })
      expect((await post(host, '/suno/music', sample('music:complete'))).status).toBe(500)
      expect(outcomes).toMatchObject([{ status: 'failed', error: { code: 'BODY_CONSUMED' } }])
    })

    test('in part is answered 500 all the same', async () => {
      const { suno, outcomes } = subject()
      const first = (request: IncomingMessage) =>
        new Promise<void>((resolve) => {
          request.once('data', () => {
            request.pause()
            resolve()
          })
        })
      const host = await start(suno, first)
      expect((await post(host, '/suno/music', sample('music:complete'))).status).toBe(500)
      expect(outcomes).toMatchObject([{ status: 'failed', error: { code: 'BODY_CONSUMED' } }])
    })

    test('although there was none is an empty body', async () => {
      const { suno, outcomes } = subject()
      const host = await start(suno, gone)
      const reply = await send(host, '/suno/music', { headers: { ...JSON_TYPE, 'content-length': '0' } })
      expect(reply).toMatchObject({ status: 400, body: '{"status":"malformed"}' })
      expect(outcomes).toMatchObject([{ status: 'rejected', error: { code: 'NOT_JSON' } }])
    })

    test('alongside us is read by us as well', async () => {
      const { suno, events } = subject()
      const overheard: Buffer[] = []
      const host = await start(suno, (request) => {
        request.on('data', (chunk: Buffer) => overheard.push(chunk))
        return undefined
      })
      const body = sample('music:complete')
      expect((await post(host, '/suno/music', body)).status).toBe(200)
      expect(events).toMatchObject([{ raw: body }])
      expect(JSON.parse(Buffer.concat(overheard).toString())).toEqual(body)
    })

    test('as text, by an encoding set on the stream, is read by us as well', async () => {
      const { suno, events } = subject()
      const host = await start(suno, (request) => {
        request.setEncoding('utf8')
        return undefined
      })
      const wire = await connect(host)
      const body = Buffer.from(JSON.stringify(sample('music:complete', { taskId: 'Ünïcödé🎵' })))
      const middle = body.indexOf(0xf0) + 2
      await wire.write(head('/suno/music', { 'content-length': String(body.length) }))
      // A character in two pieces, in two packets
      await wire.write(body.subarray(0, middle))
      await new Promise((resolve) => setTimeout(resolve, 20))
      await wire.write(body.subarray(middle))
      expect((await wire.reply()).status).toBe(200)
      expect(events).toMatchObject([{ taskId: 'Ünïcödé🎵' }])
    })
  })
})
