import Router from '@koa/router'
import express5 from 'express'
import express4 from 'express4'
import Koa from 'koa'
import mount from 'koa-mount'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { expressMiddleware } from '../../adapters/express.js'
import { koaMiddleware } from '../../adapters/koa.js'
import { requestListener } from '../../adapters/node.js'
import type { Kind, SunoCallbacks } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { post, send } from './client.js'
import { listen, type Host } from './host.js'
import { SECRET, signedPath, subject } from './subject.js'

/** A way to mount the receiver in an app that answers everything else itself: `host GET /music`. */
interface Mounting {
  readonly title: string
  readonly start: (suno: SunoCallbacks) => Promise<Host>
  /** The paths where a POST is a callback, with the kind that they name. */
  readonly ours: Readonly<Record<string, Kind | null>>
  /** What stays the host's. */
  readonly hosts: readonly `${string} /${string}`[]
  /** A POST that seems to have meant us, and is warned about once. */
  readonly missed?: string
}

const UNDER_SUNO = { '/suno': null, '/suno/': null, '/suno/music': 'music', '/suno/phrase/': 'phrase' } as const

const inExpress = [
  { name: 'Express 5', express: express5, optional: '/suno{/:kind}' },
  { name: 'Express 4', express: express4, optional: '/suno/:kind?' },
].flatMap(({ name, express, optional }): readonly Mounting[] => {
  const hostOf = (app: express5.Express) =>
    listen(
      app.use((request, response) => {
        response.send(`host ${request.method} ${request.originalUrl}`)
      }),
    )
  const mountings: readonly Mounting[] = [
    {
      title: "app.use('/suno', …)",
      start: (suno) => hostOf(express().use('/suno', expressMiddleware(suno))),
      ours: UNDER_SUNO,
      hosts: [
        'GET /',
        'GET /music',
        'POST /',
        'POST /music',
        'GET /suno/nope',
        'POST /sunoo',
        'POST /suno/music/extra',
      ],
      missed: '/suno/nope',
    },
    {
      title: 'app.use(…) without a prefix',
      start: (suno) => hostOf(express().use(expressMiddleware(suno))),
      ours: UNDER_SUNO,
      hosts: ['GET /', 'GET /music', 'HEAD /video', 'POST /', 'POST /music', 'DELETE /lyrics', 'POST /suno-callback'],
      missed: '/suno/nope',
    },
    {
      title: 'app.use(…) with a path',
      start: (suno) => hostOf(express().use(expressMiddleware(suno, { path: '/hooks/suno' }))),
      ours: { '/hooks/suno': null, '/hooks/suno/video/': 'video' },
      hosts: ['GET /', 'POST /suno', 'POST /suno/music', 'POST /hooks', 'POST /hooks/music'],
    },
    {
      title: 'app.use with a prefix, and a path below it',
      start: (suno) => hostOf(express().use('/v1', expressMiddleware(suno, { path: '/suno' }))),
      ours: { '/v1/suno': null, '/v1/suno/voice': 'voice' },
      hosts: ['GET /v1', 'GET /v1/music', 'POST /v1/music', 'POST /suno/music'],
    },
    {
      title: 'app.use with a prefix that ends in the path',
      start: (suno) => hostOf(express().use('/hooks/suno', expressMiddleware(suno, { path: '/suno/' }))),
      ours: { '/hooks/suno': null, '/hooks/suno/voice': 'voice' },
      hosts: ['POST /hooks', 'POST /suno/music'],
      missed: '/hooks/suno/nope',
    },
    {
      title: 'nested routers',
      start: (suno) => {
        const inner = express.Router().use('/suno', expressMiddleware(suno))
        return hostOf(express().use('/api', express.Router().use('/v1', inner)))
      },
      ours: { '/api/v1/suno': null, '/api/v1/suno/lyrics': 'lyrics' },
      hosts: ['GET /api/v1', 'GET /api/v1/music', 'POST /api/v1/music', 'POST /suno/music'],
      missed: '/api/v1/suno/nope',
    },
    {
      title: 'an app within an app',
      start: (suno) => hostOf(express().use('/suno', express().use(expressMiddleware(suno)))),
      ours: UNDER_SUNO,
      hosts: ['GET /', 'GET /music', 'POST /music'],
    },
    {
      title: 'app.post of any address, the kind pinned',
      start: (suno) => hostOf(express().post('/suno-callback', expressMiddleware(suno, { kind: 'music' }))),
      ours: { '/suno-callback': 'music', '/suno-callback?a=1': 'music' },
      hosts: ['GET /suno-callback', 'POST /suno-callback/music', 'POST /suno', 'POST /suno/music'],
    },
    {
      title: "app.post of any address with the kind 'any'",
      start: (suno) => hostOf(express().post('/hooks/video', expressMiddleware(suno, { kind: 'any' }))),
      ours: { '/hooks/video': null },
      hosts: ['GET /hooks/video', 'POST /hooks/music'],
    },
    {
      title: `the route ${optional}`,
      start: (suno) => hostOf(express().post(optional, expressMiddleware(suno))),
      ours: UNDER_SUNO,
      hosts: ['GET /', 'GET /suno', 'GET /suno/music', 'POST /music', 'POST /suno/music/extra'],
      missed: '/suno/nope',
    },
    {
      title: 'a route with a parameter under any name of the path',
      start: (suno) =>
        hostOf(express().use('/api', express.Router().post('/hooks/:kind/done', expressMiddleware(suno)))),
      ours: { '/api/hooks/video/done': 'video' },
      hosts: ['POST /api/hooks/video', 'GET /api/hooks/video/done'],
      missed: '/api/hooks/nope/done',
    },
    {
      title: 'several patterns in one route',
      start: (suno) => hostOf(express().post(['/suno', '/suno/:kind'], expressMiddleware(suno))),
      ours: UNDER_SUNO,
      hosts: ['GET /suno', 'POST /music'],
      missed: '/suno/nope',
    },
    {
      title: 'a route whose address names no kind, which is warned about',
      start: (suno) => hostOf(express().post('/suno-callback', expressMiddleware(suno))),
      ours: {},
      hosts: ['GET /suno-callback'],
      missed: '/suno-callback',
    },
    {
      title: 'in front of a global prefix, as NestJS has it',
      start: (suno) => {
        const api = express
          .Router()
          .get('/music', (_request, response) => void response.send('host GET /api/music'))
          .post('/music', express.json(), (_request, response) => void response.send('host POST /api/music'))
        return hostOf(express().use('/suno', expressMiddleware(suno)).use('/api', api))
      },
      ours: UNDER_SUNO,
      hosts: ['GET /api/music', 'POST /api/music', 'POST /api/suno/music'],
    },
  ]
  return mountings.map((mounting) => ({ ...mounting, title: `${name}: ${mounting.title}` }))
})

/** Wildcards with a name are new in Express 5; NestJS 11 has them in `forRoutes`, which mounts with `use`. */
const withWildcards = (() => {
  const hostOf = (app: express5.Express) =>
    listen(app.use((request, response) => void response.send(`host ${request.method} ${request.originalUrl}`)))
  const mountings: readonly Mounting[] = [
    {
      title: 'the route /suno/*kind',
      start: (suno) => hostOf(express5().post('/suno/*kind', expressMiddleware(suno))),
      ours: { '/suno/music': 'music', '/suno/phrase/': 'phrase' },
      hosts: ['GET /suno/music', 'POST /suno', 'POST /suno/music/extra'],
      missed: '/suno/nope',
    },
    {
      title: 'the route /suno{/*kind}',
      start: (suno) => hostOf(express5().post('/suno{/*kind}', expressMiddleware(suno))),
      ours: UNDER_SUNO,
      hosts: ['GET /suno/music', 'POST /suno/music/extra'],
      missed: '/suno/nope',
    },
    {
      title: "app.use('/suno/*kind', …), as NestJS has it for forRoutes",
      start: (suno) => hostOf(express5().use('/suno/*kind', expressMiddleware(suno))),
      ours: { '/suno/music': 'music', '/suno/phrase/': 'phrase' },
      hosts: ['POST /suno', 'GET /suno/nope', 'POST /suno/music/extra'],
      missed: '/suno/nope',
    },
    {
      title: "app.use('/suno{/*kind}', …)",
      start: (suno) => hostOf(express5().use('/suno{/*kind}', expressMiddleware(suno))),
      ours: UNDER_SUNO,
      hosts: ['GET /suno/nope', 'POST /suno/music/extra'],
      missed: '/suno/nope',
    },
  ]
  return mountings.map((mounting) => ({ ...mounting, title: `Express 5: ${mounting.title}` }))
})()

const inKoa = (() => {
  const hostOf = (prepare: (app: Koa) => unknown) => {
    const app = new Koa()
    prepare(app)
    app.use((context) => {
      context.body = `host ${context.method} ${context.url}`
    })
    return listen(app.callback())
  }
  const mountings: readonly Mounting[] = [
    {
      title: 'app.use(…) without a prefix',
      start: (suno) => hostOf((app) => app.use(koaMiddleware(suno))),
      ours: UNDER_SUNO,
      hosts: ['GET /', 'GET /music', 'HEAD /video', 'POST /', 'POST /music', 'POST /suno/nope', 'GET /suno/nope'],
      missed: '/suno/nope',
    },
    {
      title: 'app.use(…) with a path',
      start: (suno) => hostOf((app) => app.use(koaMiddleware(suno, { path: '/hooks/suno' }))),
      ours: { '/hooks/suno': null, '/hooks/suno/video/': 'video' },
      hosts: ['GET /', 'POST /suno', 'POST /suno/music', 'POST /hooks/music'],
    },
    {
      title: 'koa-mount',
      start: (suno) => hostOf((app) => app.use(mount('/suno', koaMiddleware(suno)))),
      ours: UNDER_SUNO,
      hosts: ['GET /', 'GET /music', 'POST /music', 'GET /suno/nope', 'POST /suno/music/extra', 'POST /sunoo'],
      missed: '/suno/nope',
    },
    {
      title: 'koa-mount with a trailing slash',
      start: (suno) => hostOf((app) => app.use(mount('/suno/', koaMiddleware(suno)))),
      ours: { '/suno/': null, '/suno/music': 'music', '/suno/video/': 'video' },
      hosts: ['POST /suno', 'POST /music'],
    },
    {
      title: 'koa-mount within koa-mount',
      start: (suno) => {
        const inner = new Koa()
        inner.use(mount('/suno', koaMiddleware(suno)))
        return hostOf((app) => app.use(mount('/api', inner)))
      },
      ours: { '/api/suno': null, '/api/suno/lyrics/': 'lyrics' },
      hosts: ['GET /api', 'GET /api/music', 'POST /api/music', 'POST /suno/music'],
      missed: '/api/suno/nope',
    },
    {
      title: 'an app mounted by koa-mount, with a path',
      start: (suno) => {
        const inner = new Koa()
        inner.use(koaMiddleware(suno, { path: '/suno' }))
        return hostOf((app) => app.use(mount('/api', inner)))
      },
      ours: { '/api/suno': null, '/api/suno/lyrics/': 'lyrics' },
      hosts: ['GET /api', 'GET /api/music', 'POST /api/music', 'POST /suno/music'],
    },
    {
      title: 'behind a koa-mount that passed the request on',
      start: (suno) => {
        const passing = mount('/suno', (_context, next) => next())
        return hostOf((app) => app.use(passing).use(koaMiddleware(suno)))
      },
      ours: UNDER_SUNO,
      hosts: ['GET /', 'GET /music', 'POST /music', 'POST /'],
    },
    {
      title: '@koa/router with the parameter :kind',
      start: (suno) => hostOf((app) => app.use(new Router().post('/suno{/:kind}', koaMiddleware(suno)).routes())),
      ours: UNDER_SUNO,
      hosts: ['GET /', 'GET /suno', 'GET /suno/music', 'POST /music', 'POST /suno/music/extra'],
      missed: '/suno/nope',
    },
    {
      title: '@koa/router with the wildcard *kind',
      start: (suno) => hostOf((app) => app.use(new Router().post('/suno/*kind', koaMiddleware(suno)).routes())),
      ours: { '/suno/music': 'music' },
      hosts: ['GET /suno/music', 'POST /suno', 'POST /suno/music/extra'],
      missed: '/suno/nope',
    },
    {
      title: '@koa/router with a prefix',
      start: (suno) => {
        const router = new Router({ prefix: '/api' }).post('/suno{/:kind}', koaMiddleware(suno))
        return hostOf((app) => app.use(router.routes()))
      },
      ours: { '/api/suno': null, '/api/suno/voice': 'voice' },
      hosts: ['GET /api/suno', 'POST /suno/music'],
      missed: '/api/suno/nope',
    },
    {
      title: '@koa/router within @koa/router',
      start: (suno) => {
        const inner = new Router().post('/suno{/:kind}', koaMiddleware(suno))
        return hostOf((app) => app.use(new Router().use('/api', inner.routes()).routes()))
      },
      ours: { '/api/suno': null, '/api/suno/voice': 'voice' },
      hosts: ['GET /api/suno', 'POST /suno/music'],
      missed: '/api/suno/nope',
    },
    {
      title: '@koa/router with the kind pinned',
      start: (suno) =>
        hostOf((app) => app.use(new Router().post('/suno-callback', koaMiddleware(suno, { kind: 'music' })).routes())),
      ours: { '/suno-callback': 'music', '/suno-callback?a=1': 'music' },
      hosts: ['GET /suno-callback', 'POST /suno/music'],
    },
    {
      title: "@koa/router with the kind 'any'",
      start: (suno) =>
        hostOf((app) => app.use(new Router().post('/hooks/video', koaMiddleware(suno, { kind: 'any' })).routes())),
      ours: { '/hooks/video': null },
      hosts: ['GET /hooks/video', 'POST /hooks/music'],
    },
    {
      title: '@koa/router with a route whose address names no kind, which is warned about',
      start: (suno) => hostOf((app) => app.use(new Router().post('/suno-callback', koaMiddleware(suno)).routes())),
      ours: {},
      hosts: ['GET /suno-callback'],
      missed: '/suno-callback',
    },
  ]
  return mountings.map((mounting) => ({ ...mounting, title: `Koa: ${mounting.title}` }))
})()

const inNode: readonly Mounting[] = [
  {
    title: 'node:http in front of an Express app',
    start: (suno) => {
      const app = express5()
        .post('/music', express5.json(), (request, response) => {
          const { greeting } = request.body as { greeting: string }
          response.send(`host POST /music${greeting === 'hello' ? '' : ', but without its body'}`)
        })
        .use((request, response) => {
          response.send(`host ${request.method} ${request.originalUrl}`)
        })
      return listen(requestListener(suno, { next: app }))
    },
    ours: UNDER_SUNO,
    hosts: ['GET /', 'GET /music', 'POST /music', 'GET /suno/nope', 'POST /suno/nope', 'OPTIONS /api'],
  },
  {
    title: 'node:http in front of a Koa app',
    start: (suno) => {
      const app = new Koa().use((context) => {
        context.body = `host ${context.method} ${context.url}`
      })
      return listen(requestListener(suno, { path: '/hooks', next: app.callback() }))
    },
    ours: { '/hooks': null, '/hooks/': null, '/hooks/music': 'music' },
    hosts: ['GET /', 'GET /music', 'POST /music', 'POST /suno/music'],
  },
  {
    title: 'node:http in front of a listener',
    start: (suno) =>
      listen(
        requestListener(suno, {
          next: (request, response) => response.end(`host ${String(request.method)} ${String(request.url)}`),
        }),
      ),
    ours: UNDER_SUNO,
    hosts: ['GET /', 'POST /music', 'POST //suno/music'],
  },
]

const body = () => sample('music:complete')

const mountings = [...inExpress, ...withWildcards, ...inKoa, ...inNode]

describe.each(mountings)('$title', ({ start, ours, hosts }) => {
  test.each(Object.entries(ours))('POST %s is ours, of kind %s', async (path, kind) => {
    const { suno, outcomes, log } = subject()
    const host = await start(suno)
    // The shape of a failed task fits several kinds: its kind is what the path says.
    const failed = sample('error', { kind: 'music' })
    expect(await post(host, path, failed)).toMatchObject({ status: 200, body: '{"status":"received"}' })
    expect(outcomes).toMatchObject([{ status: 'handled', type: 'error', kind }])
    expect(warnings(log)).toEqual([])
  })

  test.each(hosts)("%s stays the host's", async (line) => {
    const { suno, outcomes } = subject()
    const host = await start(suno)
    const [method = '', path = ''] = line.split(' ')
    const isBare = method === 'GET' || method === 'HEAD'
    const reply = isBare
      ? await send(host, path, { method })
      : await send(host, path, {
          method,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ greeting: 'hello' }),
        })
    expect(reply).toMatchObject({ status: 200, body: method === 'HEAD' ? '' : `host ${line}` })
    expect(outcomes).toEqual([])
  })

  test('a signed URL is ours wherever the adapter stands, and has its kind from the signature', async () => {
    const { suno, outcomes, events } = subject({ secret: SECRET })
    const host = await start(suno)
    for (const path of Object.keys(ours)) {
      const kind = ours[path] ?? 'music'
      const taskId = `task-of-${path}`
      const reply = await post(host, signedPath(suno, kind, path), sample('error', { kind: 'music', taskId }))
      expect(reply.status).toBe(200)
      expect(outcomes.at(-1)).toMatchObject({ status: 'handled', kind, taskId })
      expect(events.at(-1)?.metadata).toEqual({ orderId: '42' })
    }
  })

  test('without a signature, what is ours is answered 401', async () => {
    const { suno, events } = subject({ secret: SECRET })
    const host = await start(suno)
    for (const path of Object.keys(ours)) {
      expect(await post(host, path, body())).toMatchObject({ status: 401, body: '{"status":"unauthorized"}' })
    }
    expect(events).toEqual([])
  })
})

test.each(mountings.flatMap(({ missed, ...mounting }) => (missed === undefined ? [] : [{ missed, ...mounting }])))(
  '$title: POST $missed, which seems to have meant us, is passed on, and told once',
  async ({ start, missed }) => {
    const { suno, outcomes, log } = subject()
    const host = await start(suno)
    for (let times = 1; times <= 3; times++) {
      expect(await post(host, missed, body())).toMatchObject({ status: 200, body: `host POST ${missed}` })
    }
    expect(outcomes).toEqual([])
    expect(warnings(log)).toEqual([expect.stringMatching(/path: "\/hooks\/suno".*kind: "music".*The kinds are: /)])
    expect(warnings(log)[0]).toContain(`A POST to "${missed}" reached the adapter`)
  },
)

describe.each([
  {
    title: 'Express 5',
    start: (suno: SunoCallbacks) => listen(express5().use(expressMiddleware(suno))),
  },
  {
    title: 'Express 4',
    start: (suno: SunoCallbacks) => listen(express4().use(expressMiddleware(suno))),
  },
  {
    title: 'Express 5, a route of any name',
    start: (suno: SunoCallbacks) => listen(express5().post('/some/where{/:id}', expressMiddleware(suno))),
  },
  {
    title: 'Koa',
    start: (suno: SunoCallbacks) => listen(new Koa().use(koaMiddleware(suno)).callback()),
  },
  {
    title: '@koa/router, a route of any name',
    start: (suno: SunoCallbacks) =>
      listen(new Koa().use(new Router().post('/some/where{/:id}', koaMiddleware(suno)).routes()).callback()),
  },
  { title: 'node:http', start: (suno: SunoCallbacks) => listen(requestListener(suno)) },
])('$title: on any path', ({ start }) => {
  test.each(['/some/where', '/some/where/', '/some/where/else'])('%s with our signature is ours', async (path) => {
    const { suno, events } = subject({ secret: SECRET })
    const host = await start(suno)
    expect((await post(host, signedPath(suno, 'video', path), sample('video:complete'))).status).toBe(200)
    expect(events).toMatchObject([{ type: 'video:complete', metadata: { orderId: '42' } }])
  })

  test('a signature that is not ours is refused, and nothing of it is passed on', async () => {
    const { suno, events } = subject({ secret: SECRET })
    const host = await start(suno)
    const reply = await post(host, '/some/where?suno_signature=v1.e30.AAAA', sample('video:complete'))
    expect(reply).toMatchObject({ status: 401, body: '{"status":"unauthorized"}' })
    expect(events).toEqual([])
  })
})

describe('what is nobody’s', () => {
  test('node:http alone answers 404, and tells of the first POST', async () => {
    const { suno, outcomes, log } = subject()
    const host = await listen(requestListener(suno))
    expect(await send(host, '/', { method: 'GET' })).toMatchObject({ status: 404, body: '{"status":"not-found"}' })
    expect(warnings(log)).toEqual([])
    for (const path of ['/suno/nope', '/', '/music', '//suno/music', '*', 'http://localhost/music']) {
      expect(await post(host, path, body())).toMatchObject({ status: 404, body: '{"status":"not-found"}' })
    }
    expect(outcomes).toEqual([])
    expect(warnings(log)).toHaveLength(1)
  })

  test.each<readonly [string, (suno: SunoCallbacks) => Promise<Host>, RegExp, RegExp]>([
    [
      'Express',
      (suno) => listen(express5().use(expressMiddleware(suno))),
      /: mount it with use\("\/suno", …\), tell it .* give the route a parameter "\/suno\{\/:kind\}", or pin/,
      /koa/i,
    ],
    [
      'Koa',
      (suno) => listen(new Koa().use(koaMiddleware(suno)).callback()),
      /: tell it .* mount it with koa-mount, give the route of @koa\/router a parameter "\/suno\{\/:kind\}", or pin/,
      /use\(/,
    ],
    ['node:http', (suno) => listen(requestListener(suno)), /: tell it the prefix of .*, or pin/, /use\(|:kind|koa/i],
  ])('the warning has the ways of %s alone', async (_name, start, ways, others) => {
    const { suno, log } = subject()
    await post(await start(suno), '/suno/nope', body())
    const [warning = ''] = warnings(log)
    expect(warning).toMatch(ways)
    expect(warning).not.toMatch(others)
  })

  test('the warning names the path that came, short, in one line and without its query', async () => {
    const { suno, log } = subject()
    const listener = requestListener(suno)
    const host = await listen((request: IncomingMessage, response: ServerResponse) => {
      request.url = `/hooks/\r\n\u001b[2J\u202e${'x'.repeat(1000)}?suno_signature_of=another`
      listener(request, response)
    })
    expect((await post(host, '/hooks', body())).status).toBe(404)
    const [warning = ''] = warnings(log)
    expect(warning).toMatch(/^A POST to "\/hooks\/[!-~]+x{50,128}…" reached the adapter, .*path: "\/hooks\/suno"/)
    expect(warning).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]|another/u)
  })

  test('use of @koa/router runs nothing where no route matches', async () => {
    const { suno, outcomes } = subject()
    const host = await listen(new Koa().use(new Router().use(koaMiddleware(suno)).routes()).callback())
    expect((await post(host, '/suno/music', body())).status).toBe(404)
    expect(outcomes).toEqual([])
  })
})

test('expressMiddleware works in a bare chain of handlers, which strips nothing', async () => {
  const { suno, outcomes } = subject()
  const middleware = expressMiddleware(suno)
  const host = await listen((request: IncomingMessage, response: ServerResponse) => {
    middleware(request, response, () => response.end('host'))
  })
  expect(await post(host, '/music', body())).toMatchObject({ status: 200, body: 'host' })
  expect((await post(host, '/suno/music', body())).status).toBe(200)
  expect(outcomes).toMatchObject([{ status: 'handled', kind: 'music' }])
})

function warnings(log: readonly { readonly level: string; readonly message: string }[]): readonly string[] {
  return log.filter(({ level }) => level === 'warn').map(({ message }) => message)
}
