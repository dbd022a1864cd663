import Koa from 'koa'
import http2, { type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Stream } from 'node:http2'
import { describe, expect, onTestFinished, test } from 'vitest'
import { koaMiddleware } from '../../adapters/koa.js'
import { requestListener } from '../../adapters/node.js'
import type { SunoCallbacks } from '../../src/index.js'
import { host } from './host.js'
import { SECRET, subject } from './subject.js'

const CALLBACK = '{"code":200,"data":{"callbackType":"text","task_id":"one","data":[]}}'
const LIMITED = { verify: false, maxBodyBytes: 1024 } as const

/** Express knows no HTTP/2. */
const listeners: Readonly<
  Record<string, (suno: SunoCallbacks) => (request: Http2ServerRequest, response: Http2ServerResponse) => unknown>
> = {
  'node:http2': (suno) => requestListener(suno),
  'Koa over node:http2': (suno) => new Koa().use(koaMiddleware(suno)).callback(),
}

describe.each(Object.entries(listeners))('%s', (_name, listener) => {
  async function open(suno: SunoCallbacks) {
    const listen = listener(suno)
    const server = http2.createServer((request, response) => void listen(request, response))
    const { origin } = await host(server, 'http')
    const openSession = () => {
      const session = http2.connect(origin)
      onTestFinished(() => session.destroy())
      return session
    }
    /** The server's end of the next stream. */
    const nextStream = () => new Promise<ServerHttp2Stream>((resolve) => server.once('stream', resolve))
    return { session: openSession(), openSession, nextStream }
  }

  test('a callback is received', async () => {
    const { suno, events } = subject()
    const { session } = await open(suno)
    expect(await answerTo(post(session).end(CALLBACK))).toEqual({ status: 200, body: '{"status":"received"}' })
    expect(events).toMatchObject([{ type: 'music:text' }])
  })

  test('a wrong method is refused', async () => {
    const { session } = await open(subject().suno)
    const put = session.request({ ':method': 'PUT', ':path': '/suno/music' }).end()
    expect(await answerTo(put)).toEqual({ status: 405, body: '{"status":"wrong-method"}' })
  })

  test('GET is answered with the page, and HEAD without a body', async () => {
    const { session } = await open(subject().suno)
    const get = session.request({ ':method': 'GET', ':path': '/suno/music' })
    expect(await answerTo(get)).toEqual({ status: 200, body: expect.stringMatching(/^suno-callbacks: /) as string })
    const headOnly = session.request({ ':method': 'HEAD', ':path': '/suno/music' })
    expect(await answerTo(headOnly)).toEqual({ status: 200, body: '' })
  })

  test('a body that is too large is refused, and the next stream of the connection is served', async () => {
    const { suno, events } = subject(LIMITED)
    const { session } = await open(suno)
    expect((await answerTo(post(session).end('x'.repeat(100_000)))).status).toBe(413)
    expect((await answerTo(post(session).end(CALLBACK))).status).toBe(200)
    expect(events).toHaveLength(1)
  })

  // The stream stayed open, and what came was read, for as long as the sender went on.
  test('a body without end is refused, and its stream closed', async () => {
    const { session, nextStream } = await open(subject(LIMITED).suno)
    const stream = nextStream()
    const request = post(session)
    const timer = setInterval(() => request.writable && request.write('x'.repeat(1024)), 5)
    onTestFinished(() => clearInterval(timer))
    const closed = new Promise((resolve) => void stream.then((one) => one.on('close', resolve)))
    expect((await answerTo(request)).status).toBe(413)
    await closed
    expect((await stream).rstCode).toBe(http2.constants.NGHTTP2_NO_ERROR)
  })

  test('an unsigned URL is refused before its body is there, and its stream closed', async () => {
    const { session, nextStream } = await open(subject({ secret: SECRET }).suno)
    const stream = nextStream()
    const request = post(session, { 'content-length': '1000' })
    request.write('x')
    const closed = new Promise((resolve) => void stream.then((one) => one.on('close', resolve)))
    expect((await answerTo(request)).status).toBe(401)
    await closed
  })

  test('a client that is gone in the middle of a body leaves nothing behind', async () => {
    const { suno, events, nextOutcome } = subject()
    const { session, openSession, nextStream } = await open(suno)
    const outcome = nextOutcome()
    const stream = nextStream()
    post(session).write(CALLBACK.slice(0, 10))
    await stream
    session.destroy()
    expect(await outcome).toMatchObject({ status: 'rejected', error: { code: 'BODY_ABORTED' } })
    expect(events).toEqual([])
    expect((await answerTo(post(openSession()).end(CALLBACK))).status).toBe(200)
  })
})

function post(session: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders = {}): http2.ClientHttp2Stream {
  return session.request({ ':method': 'POST', ':path': '/suno/music', 'content-type': 'application/json', ...headers })
}

function answerTo(stream: http2.ClientHttp2Stream): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    let status: number | undefined
    let body = ''
    stream.on('response', (headers) => (status = headers[':status']))
    stream.on('data', (data: Buffer) => (body += data.toString()))
    stream.on('end', () => resolve({ status, body }))
    stream.on('error', reject)
  })
}
