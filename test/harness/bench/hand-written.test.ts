import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import Database from 'libsql'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { isPostgresMissing, startPostgres, type PostgresServer } from '../../support/postgres-server.js'
import { redisBinary, startRedis, type RedisServer } from '../../support/redis-server.js'
import { callbackBody } from './callback.js'
import { expressReceiver } from './hand-written/express.js'
import { fastifyReceiver } from './hand-written/fastify.js'
import { honoReceiver } from './hand-written/hono.js'
import { rememberInStore } from './hand-written/in-store.js'
import { koaReceiver } from './hand-written/koa.js'
import { rememberInMemory } from './hand-written/memory.js'
import { readMusicEvent, type MusicEvent } from './hand-written/music-event.js'
import { nodeReceiver } from './hand-written/node-http.js'
import { signedNodeReceiver } from './hand-written/node-http-signed.js'
import { octokitReceiver } from './hand-written/octokit.js'
import { postgresClaims } from './hand-written/postgres.js'
import type { HandleEvent, Listener } from './hand-written/receiver.js'
import { redisClaims } from './hand-written/redis.js'
import { readSignedUrl, signQuery } from './hand-written/signed-url.js'
import { sqliteClaims } from './hand-written/sqlite.js'
import { inFastify } from './in-fastify.js'
import { connectPostgres } from './open-store.js'

const SECRET = 'a secret of the test, 0123456789'
const HOUR = Math.floor(Date.now() / 1000) + 3600
const ends: (() => unknown)[] = []
const seen: MusicEvent[] = []
let listener: Listener

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue(undefined)
  seen.length = 0
  listener = (event) => Promise.resolve(seen.push(event))
})

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** What calls the listener of the test that runs. */
const current: Listener = (event) => listener(event)

/** How many ms a receiver has where the deadline is what is tried. */
const SOON = 50

const RECEIVERS: Readonly<Record<string, (handle: HandleEvent, deadlineMs?: number) => Promise<RequestListener>>> = {
  'node:http': (handle, deadlineMs) => Promise.resolve(nodeReceiver(handle, deadlineMs)),
  Express: (handle, deadlineMs) => Promise.resolve(expressReceiver(handle, deadlineMs) as RequestListener),
  Koa: (handle, deadlineMs) => Promise.resolve(koaReceiver(handle, deadlineMs)),
  Fastify: (handle, deadlineMs) => inFastify((serverFactory) => fastifyReceiver(handle, deadlineMs, serverFactory)),
  async Hono(handle, deadlineMs) {
    const { getRequestListener } = await import('@hono/node-server')
    const listener = getRequestListener(honoReceiver(handle, deadlineMs).fetch)
    return (request, response) => void listener(request, response)
  },
}

describe.each(Object.keys(RECEIVERS))('by hand on %s', (name) => {
  const open = async (deadlineMs?: number) => {
    const make = RECEIVERS[name]
    if (make === undefined) throw new Error('There is no such receiver.')
    return serve(await make(rememberInMemory(current), deadlineMs))
  }

  test('a fresh event reaches the listener, and a repeat does not', async () => {
    const url = await open()
    expect(await post(url, callbackBody('task-1'))).toBe(200)
    expect(await post(url, callbackBody('task-1'))).toBe(200)
    expect(await post(url, callbackBody('task-2'))).toBe(200)
    expect(seen.map(({ key }) => key)).toEqual(['music:complete:task-1', 'music:complete:task-2'])
    expect(seen[0]?.tracks[0]).toMatchObject({ audioUrl: 'https://example.cn/****.mp3', duration: 198.44 })
  })

  test('a body that is too large, no JSON, or no callback is refused', async () => {
    const url = await open()
    expect(await post(url, callbackBody('task-1', 1024 * 1024 + 5000))).toBe(413)
    expect(await post(url, '{"code":200')).toBe(400)
    expect(await post(url, '{"code":200,"data":{"task_id":"task-1"}}')).toBe(422)
    expect(seen).toEqual([])
  })

  test('a listener that fails is answered 500, and the retry runs it again', async () => {
    const url = await open()
    listener = () => Promise.reject(new Error('no'))
    expect(await post(url, callbackBody('task-1'))).toBe(500)
    listener = (event) => Promise.resolve(seen.push(event))
    expect(await post(url, callbackBody('task-1'))).toBe(200)
    expect(seen).toHaveLength(1)
  })

  test('past the deadline the answer is 503, and the retry finds the event under way, then done', async () => {
    const url = await open(SOON)
    let finish = () => undefined as unknown
    listener = (event) => new Promise((resolve) => (finish = () => resolve(seen.push(event))))
    expect(await post(url, callbackBody('task-1'))).toBe(503)
    expect(await post(url, callbackBody('task-1'))).toBe(409)
    finish()
    await vi.waitFor(async () => expect(await post(url, callbackBody('task-1'))).toBe(200))
    expect(seen).toHaveLength(1)
  })
})

describe('by hand on node:http, signed', () => {
  test('a genuine URL gives the event its order, and a forged, changed or expired one is 401', async () => {
    const url = await serve(signedNodeReceiver(rememberInMemory(current), SECRET))
    const query = signQuery({ orderId: 'a b', expires: HOUR }, SECRET)
    expect(await post(url + query, callbackBody('task-1'))).toBe(200)
    expect(await post(url + query, callbackBody('task-1'))).toBe(200)
    expect(seen.map(({ orderId }) => orderId)).toEqual(['a b'])
    const forged = [
      '',
      signQuery({ orderId: 'a b', expires: HOUR }, 'another'),
      query.replace('order=a', 'order=c'),
      query.slice(0, -4),
      signQuery({ orderId: 'a b', expires: 1 }, SECRET),
    ]
    for (const other of forged) expect(await post(url + other, callbackBody('task-2'))).toBe(401)
    expect(await post(url + query, callbackBody('task-3', 1024 * 1024 + 5000))).toBe(413)
    expect(seen).toHaveLength(1)
    expect(readSignedUrl(`/suno/music${query}`, SECRET)).toBe('a b')
  })

  test('another path is 404, another method 405', async () => {
    const url = await serve(signedNodeReceiver(rememberInMemory(current), SECRET))
    const query = signQuery({ orderId: '1', expires: HOUR }, SECRET)
    expect(await post(url.replace('music', 'other') + query, '{}')).toBe(404)
    expect((await fetch(url + query)).status).toBe(405)
  })
})

test('by hand on node:http, a body that does not end is 408', async () => {
  const url = new URL(await serve(nodeReceiver(rememberInMemory(current), SOON)))
  const sent = request(url, { method: 'POST', headers: { 'content-length': '1000' } })
  sent.on('error', () => undefined)
  sent.write('{')
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(408)
  sent.destroy()
})

describe('@octokit/webhooks with a Map', () => {
  const deliver = (url: string, id: string, body: string, secret = SECRET) => {
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    return post(url, body, {
      'x-github-event': 'push',
      'x-github-delivery': id,
      'x-hub-signature-256': `sha256=${signature}`,
    })
  }

  test('a fresh delivery reaches the listener, a repeat does not, and a forged one is refused', async () => {
    const url = (await serve(octokitReceiver(current, SECRET))).replace('/music', '')
    expect(await deliver(url, '1', callbackBody('task-1'))).toBe(200)
    expect(await deliver(url, '1', callbackBody('task-1'))).toBe(200)
    expect(await deliver(url, '2', callbackBody('task-2'), 'another')).toBe(400)
    expect(await deliver(url, '3', '{"code":200}')).toBe(500)
    listener = () => Promise.reject(new Error('no'))
    expect(await deliver(url, '4', callbackBody('task-4'))).toBe(500)
    listener = (event) => Promise.resolve(seen.push(event))
    expect(await deliver(url, '4', callbackBody('task-4'))).toBe(200)
    expect(seen.map(({ taskId }) => taskId)).toEqual(['task-1', 'task-4'])
  })
})

describe('what is read by hand', () => {
  const body = (code: number, callbackType: string, data: unknown) => ({
    code,
    msg: '',
    data: { callbackType, task_id: 'task-1', data },
  })

  test('is an event of every documented stage', () => {
    const typeOf = (raw: unknown) => readMusicEvent(raw, null)?.type ?? null
    expect(typeOf(body(200, 'text', null))).toBe('music:text')
    expect(typeOf(body(200, 'first', [{ id: '1' }]))).toBe('music:first')
    expect(typeOf(body(200, 'complete', [{ audio_url: 'https://example.com/1.mp3' }]))).toBe('music:complete')
    expect(typeOf(body(501, 'complete', null))).toBe('music:error')
    expect(typeOf(body(200, 'error', null))).toBe('music:error')
  })

  test('is nothing where the shape is another', () => {
    for (const raw of [null, 1, [], {}, { code: 200, data: [] }, body(200, 'other', null), body(200, 'complete', [{}])])
      expect(readMusicEvent(raw, null)).toBeNull()
  })
})

describe('by hand with a database', () => {
  let redis: RedisServer | null = null
  let postgres: PostgresServer | null = null

  beforeAll(async () => {
    if (redisBinary() !== null) redis = await startRedis()
    if (!isPostgresMissing()) postgres = await startPostgres()
  }, 60_000)

  afterAll(async () => {
    await redis?.stop()
    await postgres?.stop()
  })

  const opened = {
    SQLite: () => {
      const database = new Database(':memory:')
      ends.push(() => database.close())
      return Promise.resolve(sqliteClaims(database))
    },
    Redis: async () => {
      if (redis === null) return null
      const client = createClient({ url: redis.url })
      await client.connect()
      ends.push(() => client.close())
      return redisClaims(client)
    },
    Postgres: async () => {
      if (postgres === null) return null
      const pool = await connectPostgres(postgres.url)
      ends.push(() => pool.end())
      return postgresClaims(pool, 'events')
    },
  }

  test.each(['SQLite', 'Redis', 'Postgres'] as const)('%s has each event handled once', async (name) => {
    const claims = await opened[name]()
    if (claims === null) return
    const url = await serve(nodeReceiver(rememberInStore(claims, current)))
    expect(await post(url, callbackBody('task-1'))).toBe(200)
    expect(await post(url, callbackBody('task-1'))).toBe(200)
    expect(seen).toHaveLength(1)

    listener = () => Promise.reject(new Error('no'))
    expect(await post(url, callbackBody('task-2'))).toBe(500)
    let finish = () => undefined as unknown
    const isRunning = new Promise<void>((running) => {
      listener = (event) =>
        new Promise((resolve) => {
          finish = () => resolve(seen.push(event))
          running()
        })
    })
    const first = post(url, callbackBody('task-2'))
    await isRunning
    expect(await post(url, callbackBody('task-2'))).toBe(409)
    finish()
    expect(await first).toBe(200)
    expect(await post(url, callbackBody('task-2'))).toBe(200)
    expect(seen).toHaveLength(2)
  })

  test('one that cannot be asked is answered 503', async () => {
    const database = new Database(':memory:')
    const claims = sqliteClaims(database)
    database.exec('DROP TABLE events')
    ends.push(() => database.close())
    expect(await post(await serve(nodeReceiver(rememberInStore(claims, current))), callbackBody('task-1'))).toBe(503)
  })
})

/** Answers the URL of its callbacks. */
async function serve(receiver: RequestListener): Promise<string> {
  const server = createServer(receiver).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/suno/music`
}

/** On a connection of its own: after a body that is too large, some close it. */
async function post(url: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  const sent = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
  })
  // What is refused may not be read to its end.
  sent.on('error', () => undefined)
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode ?? 0
}
