import { describe, expect, test } from 'vitest'
import connectLike from 'express'
import Koa from 'koa'
import { createServer } from 'node:http'
import { SunoCallbacks } from '../../src/index.js'
import { inspector } from '../../src/inspector/index.js'
import { sample } from '../../src/testing/index.js'
import { host, listen } from '../adapters/host.js'
import { frameworks, MOUNT, silent } from './apps.js'
import { ask, errorOf, eventually, follow, pageAt, post } from './client.js'

describe.each(frameworks)('$name', ({ name, start }) => {
  async function started() {
    const suno = new SunoCallbacks(silent)
    suno.on('*', () => undefined)
    const app = await start(inspector(suno))
    return { suno, app, ...pageAt(`${app.origin}${MOUNT}/`) }
  }

  test('serves the document, closed to frames and to scripts of others', async () => {
    const { url } = await started()
    const { status, headers, text } = await ask(url)
    expect({ status, text }).toMatchObject({ status: 200, text: expect.stringContaining('<html') as string })
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-own': 'yes',
    })
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe-inline')
    const head = await ask(url, { method: 'HEAD' })
    expect({ status: head.status, text: head.text, length: head.headers['content-length'] }).toEqual({
      status: 200,
      text: '',
      length: headers['content-length'],
    })
  })

  test('answers its address without the slash by a relative one, which a proxy that strips a prefix leaves right', async () => {
    if (name === 'Hono') return // whose pattern does not match it
    const { app } = await started()
    const { status, headers } = await ask(`${app.origin}${MOUNT}?x=1`)
    expect({ status, location: headers.location }).toEqual({ status: 308, location: `.${MOUNT}/` })
    const behindProxy = new URL(String(headers.location), `https://app.example.com/tools${MOUNT}`)
    expect(behindProxy.pathname).toBe(`/tools${MOUNT}/`)
  })

  test('lists tasks, and shows each', async () => {
    const { suno, rows, details } = await started()
    await suno.handle({ kind: 'music', body: sample('music:complete', { taskId: 'task-1' }), source: 'record' })
    const [row] = await rows()
    expect(row).toMatchObject({ taskId: 'task-1', kind: 'music', state: 'complete', title: 'Harbour Lantern' })
    expect(await details(row?.id ?? '')).toMatchObject({ row, deliveries: [{ outcome: 'handled', source: 'record' }] })
  })

  test('streams what comes, with the headers of the app', async () => {
    const { suno, follow } = await started()
    const follower = await follow()
    expect(follower).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        'x-own': 'yes',
      },
    })
    await suno.handle({ kind: 'wav', body: sample('wav:complete', { taskId: 'task-2' }), source: 'record' })
    await eventually(() => expect([...follower.rows().values()]).toMatchObject([{ taskId: 'task-2' }]))
  })

  test('takes an action, whatever has read its body', async () => {
    const { act, rows, post } = await started()
    expect(await act('trigger', { type: 'lyrics:complete', taskId: 'mine' })).toMatchObject({ outcome: 'handled' })
    expect(await rows()).toMatchObject([{ taskId: 'mine', kind: 'lyrics' }])
    // The app's own parser says so, where there is one.
    expect((await post('trigger', '{ no JSON')).status).toBe(400)
  })

  test('refuses an action of another site', async () => {
    const { url } = await started()
    const headers = { origin: 'https://evil.example.com' }
    expect(errorOf(await post(`${url}trigger`, { type: 'wav:complete' }, headers))).toMatchObject({
      status: 403,
      code: 'FORBIDDEN_ORIGIN',
    })
  })

  test('answers 405 to other methods, with those that there are', async () => {
    const { url } = await started()
    const { status, headers } = await ask(`${url}trigger`)
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'POST' })
    for (const [path, allow] of [
      ['', 'GET, HEAD'],
      ['tasks', 'GET, HEAD'],
      ['tasks/1', 'GET, HEAD'],
      ['events', 'GET'],
    ] as const) {
      const refused = await post(`${url}${path}`, {})
      expect({ path, status: refused.status, allow: refused.headers.allow }).toEqual({ path, status: 405, allow })
    }
  })

  test('lets the server close once the instance is closed', async () => {
    const { suno, app, follow, url } = await started()
    const follower = await follow()
    await suno.close()
    await follower.ended
    expect(follower.raw()).toContain('retry: 2000')
    expect(errorOf(await ask(`${url}events`))).toMatchObject({ status: 503, code: 'CLOSING' })
    await app.closeGently()
  })

  test('forgets a page that has gone', async () => {
    const { suno, app, follow } = await started()
    const follower = await follow()
    follower.close()
    await app.clientGone()
    await suno.handle({ kind: 'wav', body: sample('wav:complete'), source: 'record' })
    expect((await follow('0.0')).status).toBe(200)
  })
})

describe('below a mount that is known', () => {
  test.each(frameworks.filter(({ name }) => /^(Express \d|koa-mount|Fastify \d)$/.test(name)))(
    '$name answers 404 to what there is not',
    async ({ start }) => {
      const app = await start(inspector(new SunoCallbacks(silent)))
      for (const path of ['/x', '/tasks/1/2', '/x/tasks', '/tasks/gone']) {
        expect((await ask(`${app.origin}${MOUNT}${path}`)).status).toBe(404)
      }
    },
  )
})

describe('without a mount', () => {
  test('in Express it leaves all else to the app', async () => {
    const app = connectLike().use(inspector(new SunoCallbacks(silent)).express)
    app.get('/own', (_request, response) => void response.send('own'))
    const { origin } = await listen(app)
    expect((await ask(`${origin}/own`)).text).toBe('own')
    expect((await ask(`${origin}/tasks`)).status).toBe(200)
    expect((await ask(`${origin}/`)).text).toContain('<html')
  })

  test('in Koa too', async () => {
    const app = new Koa().use(inspector(new SunoCallbacks(silent)).koa).use((context) => {
      context.body = 'own'
    })
    const { origin } = await listen(app.callback())
    expect((await ask(`${origin}/own`)).text).toBe('own')
    expect((await ask(`${origin}/tasks`)).status).toBe(200)
  })

  test('in node:http the end of the path decides, and all else is the address of the document', async () => {
    const page = inspector(new SunoCallbacks(silent))
    const { origin } = await listen((request, response) => page.node(request, response))
    expect((await ask(`${origin}/a/b/tasks`)).status).toBe(200)
    expect((await ask(`${origin}/a/b`)).headers.location).toBe('./b/')
    expect((await ask(`${origin}/a/b/`)).text).toContain('<html')
    expect((await post(`${origin}/a/b`, {})).status).toBe(405)
  })

  test('a middleware that strips a mount, like that of Connect, is understood', async () => {
    const page = inspector(new SunoCallbacks(silent))
    const app = connectLike().use('/deep', (request, response) => page.node(request, response))
    const { origin } = await listen(app)
    expect((await ask(`${origin}/deep`)).headers.location).toBe('./deep/')
    expect((await ask(`${origin}/deep/x`)).status).toBe(404)
    expect((await ask(`${origin}/deep/tasks`)).status).toBe(200)
  })

  test('an address that is written out in the request is understood', async () => {
    const page = inspector(new SunoCallbacks(silent))
    const server = createServer((request, response) => {
      request.url = `http://localhost${String(request.url)}`
      page.node(request, response)
    })
    const { origin } = await host(server, 'http')
    expect((await ask(`${origin}/tasks`)).status).toBe(200)
  })
})

test('an answer that a timeout of the app has given stays as it is', async () => {
  const suno = new SunoCallbacks(silent)
  const page = inspector(suno)
  const { origin } = await listen((request, response) => {
    response.writeHead(504).write('too')
    page.node(request, response)
    setTimeout(() => response.end(' late'), 50)
  })
  expect(await ask(`${origin}/tasks`)).toMatchObject({ status: 504, text: 'too late' })
  expect(await ask(`${origin}/events`)).toMatchObject({ status: 504, text: 'too late' })
})

test('Fastify keeps the body parsers of the app', async () => {
  for (const { start } of frameworks.filter(({ name }) => name.startsWith('Fastify'))) {
    const { origin } = await start(inspector(new SunoCallbacks(silent)))
    expect(JSON.parse((await post(`${origin}/own`, { a: 1 })).text)).toEqual({ own: { a: 1 } })
  }
})

describe('a web-standard request', () => {
  const page = inspector(new SunoCallbacks(silent))
  const request = () => new Request('http://localhost:3000/x/tasks')

  test.each([
    ['Bun', { requestIP: () => ({ address: '::ffff:127.0.0.1' }) }],
    ['Deno', { remoteAddr: { hostname: '127.0.0.1' } }],
    ['Hono on Node.js', { incoming: { socket: { remoteAddress: '::1' } } }],
    ['anything else', { remoteAddress: '127.0.0.1' }],
  ])('is let in where %s tells that it is of this machine', async (_, context) => {
    const own = new Request(request(), { headers: { host: 'localhost:3000' } })
    expect((await page.fetch(own, context)).status).toBe(200)
  })

  test.each([[undefined], [null], ['127.0.0.1'], [{}], [{ requestIP: () => null }], [{ remoteAddress: 7 }]])(
    'is refused where %j tells nothing',
    async (context) => {
      const answer = await page.fetch(request(), context)
      expect(errorOf({ status: answer.status, headers: {}, text: await answer.text() })).toMatchObject({
        status: 403,
        code: 'FORBIDDEN_PEER',
        message: expect.stringContaining('does not tell') as string,
      })
    },
  )

  test('takes no body that is too large', async () => {
    const answer = await page.fetch(
      new Request('http://localhost:3000/x/replay', {
        method: 'POST',
        headers: { host: 'localhost:3000', origin: 'http://localhost:3000', 'x-suno-inspector': '1' },
        body: JSON.stringify({ deliveryId: 'x'.repeat(70_000) }),
      }),
      { remoteAddress: '127.0.0.1' },
    )
    expect(answer.status).toBe(400)
  })

  test('answers HEAD without a body', async () => {
    const answer = await page.fetch(
      new Request('http://localhost:3000/x/', { method: 'HEAD', headers: { host: 'localhost' } }),
      {
        remoteAddress: '127.0.0.1',
      },
    )
    expect({ status: answer.status, text: await answer.text() }).toEqual({ status: 200, text: '' })
  })
})

test('a stream that nobody asked for since a sequence begins with a reset', async () => {
  const page = inspector(new SunoCallbacks(silent))
  const { origin } = await listen((request, response) => page.node(request, response))
  const follower = await follow(`${origin}/events`)
  await eventually(() => expect(follower.messages).toMatchObject([{ event: 'reset', data: {} }]))
})
