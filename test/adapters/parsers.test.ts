import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import bodyParserOfExpress from 'body-parser'
import express5 from 'express'
import express4 from 'express4'
import Koa from 'koa'
import { koaBody } from 'koa-body'
import koaBodyParser from 'koa-bodyparser'
import mount from 'koa-mount'
import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { expressMiddleware } from '../../adapters/express.js'
import { koaMiddleware } from '../../adapters/koa.js'
import { requestListener } from '../../adapters/node.js'
import type { SunoCallbacks, VerificationRequest } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { post, send } from './client.js'
import { listen, type Host } from './host.js'
import { subject } from './subject.js'

/** An app with a body parser, either before or after the receiver, and a route of its own that answers the body it got. */
interface Setting {
  readonly title: string
  readonly start: (suno: SunoCallbacks) => Promise<Host>
  /** What the route of the app gets of `{"greeting":"hello"}`. */
  readonly echo: unknown
  /** Whether a verifier can see the bytes. */
  readonly hasBytes: boolean
}

const GREETING = { greeting: 'hello' }

const keepBytes = (request: IncomingMessage, _response: unknown, bytes: Buffer) => {
  Object.assign(request, { rawBody: bytes })
}

/** Answers the body that the app's own route got. */
function echoing(app: express5.Express): express5.Express {
  return app.use((request, response) => {
    const body: unknown = request.body
    response.json({ got: Buffer.isBuffer(body) ? body.toString() : (body ?? null) })
  })
}

function use(app: express5.Express, handlers: readonly express5.RequestHandler[]): express5.Express {
  for (const handler of handlers) app.use(handler)
  return app
}

const inExpress = [
  { name: 'Express 5', express: express5 },
  { name: 'Express 4', express: express4 },
].flatMap(({ name, express }) => {
  const text = JSON.stringify(GREETING)
  const parsers = [
    { title: 'no parser', parser: [], echo: null, isBlind: false },
    { title: 'express.json()', parser: [express.json()], echo: GREETING, isBlind: true },
    {
      title: 'express.json({ verify })',
      parser: [express.json({ verify: keepBytes })],
      echo: GREETING,
      isBlind: false,
    },
    { title: 'express.raw()', parser: [express.raw({ type: '*/*' })], echo: text, isBlind: false },
    { title: 'express.text()', parser: [express.text({ type: '*/*' })], echo: text, isBlind: true },
    // It reads no JSON; in Express 4 it leaves {} beside the unread stream.
    {
      title: 'express.urlencoded()',
      parser: [express.urlencoded({ extended: true })],
      echo: name === 'Express 4' ? {} : null,
      isBlind: false,
    },
    { title: 'body-parser', parser: [bodyParserOfExpress.json()], echo: GREETING, isBlind: true },
    {
      title: 'all of them at once',
      parser: [
        express.json(),
        express.urlencoded({ extended: true }),
        express.raw({ type: '*/*' }),
        express.text({ type: '*/*' }),
      ],
      echo: GREETING,
      isBlind: true,
    },
  ]
  return parsers.flatMap(({ title, parser, echo, isBlind }): readonly Setting[] => {
    return [
      {
        title: `${name}: ${title} before`,
        start: (suno) => listen(echoing(use(express(), parser).use('/suno', expressMiddleware(suno)))),
        echo,
        hasBytes: !isBlind,
      },
      {
        title: `${name}: ${title} after`,
        start: (suno) => listen(echoing(use(express().use(expressMiddleware(suno)), parser))),
        echo,
        hasBytes: true,
      },
      {
        title: `${name}: ${title} in the route`,
        start: (suno) =>
          listen(echoing(use(express().post('/suno/music', ...parser, expressMiddleware(suno)), parser))),
        echo,
        hasBytes: !isBlind,
      },
      {
        title: `requestListener in front of ${name} with ${title}`,
        start: (suno) => {
          const app = echoing(use(express(), parser))
          return listen(requestListener(suno, { next: app }))
        },
        echo,
        hasBytes: true,
      },
    ]
  })
})

const inKoa = [
  { title: 'no parser', parser: [], echo: null, hasBytes: true },
  { title: 'koa-bodyparser', parser: [() => koaBodyParser()], echo: GREETING, hasBytes: false },
  { title: '@koa/bodyparser', parser: [() => bodyParser()], echo: GREETING, hasBytes: false },
  { title: 'koa-body', parser: [() => koaBody()], echo: GREETING, hasBytes: false },
].flatMap(({ title, parser, echo, hasBytes }): readonly Setting[] => {
  const start = (...steps: readonly ((app: Koa) => unknown)[]) => {
    const app = new Koa()
    for (const step of steps) step(app)
    app.use((context) => {
      context.body = { got: context.request.body ?? null }
    })
    return listen(app.callback())
  }
  const parse = (app: Koa) => {
    for (const one of parser) app.use(one())
  }
  return [
    {
      title: `Koa: ${title} before`,
      start: (suno) => start(parse, (app) => app.use(koaMiddleware(suno))),
      echo,
      hasBytes,
    },
    {
      title: `Koa: ${title} after`,
      start: (suno) => start((app) => app.use(koaMiddleware(suno)), parse),
      echo,
      hasBytes: true,
    },
    {
      title: `koa-mount: ${title} before`,
      start: (suno) => start(parse, (app) => app.use(mount('/suno', koaMiddleware(suno)))),
      echo,
      hasBytes,
    },
    {
      title: `koa-mount: ${title} after`,
      start: (suno) => start((app) => app.use(mount('/suno', koaMiddleware(suno))), parse),
      echo,
      hasBytes: true,
    },
    {
      title: `@koa/router: ${title} before`,
      start: (suno) => start(parse, (app) => app.use(new Router().post('/suno{/:kind}', koaMiddleware(suno)).routes())),
      echo,
      hasBytes,
    },
    {
      title: `@koa/router: ${title} after`,
      start: (suno) => start((app) => app.use(new Router().post('/suno{/:kind}', koaMiddleware(suno)).routes()), parse),
      echo,
      hasBytes: true,
    },
  ]
})

describe.each([...inExpress, ...inKoa])('$title', ({ start, echo, hasBytes }) => {
  test('a callback becomes one event, and the app keeps its own bodies', async () => {
    const { suno, events } = subject()
    const host = await start(suno)
    const body = sample('music:complete', { taskId: 'Zeit für Ünïcödé 🎵' })
    expect(await post(host, '/suno/music', body)).toMatchObject({ status: 200, body: '{"status":"received"}' })
    expect(events).toMatchObject([{ type: 'music:complete', taskId: 'Zeit für Ünïcödé 🎵', raw: body }])

    const own = await post(host, '/own', GREETING)
    expect(own.status).toBe(200)
    expect(JSON.parse(own.body)).toEqual({ got: echo })
  })

  test('a verifier sees the bytes that came, or null where a parser has not kept them', async () => {
    const seen: (VerificationRequest & { text: string | undefined })[] = []
    const { suno } = subject({
      verify: (request) => {
        seen.push({ ...request, text: request.rawBody === null ? undefined : Buffer.from(request.rawBody).toString() })
        return true
      },
    })
    const host = await start(suno)
    const text = `  ${JSON.stringify(sample('music:complete', { taskId: 'one' }), null, 3)}\n`
    const reply = await send(host, '/suno/music', { headers: { 'content-type': 'application/json' }, body: text })
    expect(reply.status).toBe(200)
    expect(seen).toMatchObject([{ kind: 'music', taskId: 'one', text: hasBytes ? text : undefined }])
  })
})

describe('what a parser makes of other JSON', () => {
  test.each(['42', 'true', 'null', '"text"', '[]', '[{"task_id":"one"}]'])(
    'a body of %s is an unknown event, parsed by the app or not',
    async (text) => {
      // Parsed to a string, it could not be told from text that nobody has parsed.
      const parser = text === '"text"' ? [] : [express5.json({ strict: false })]
      for (const before of [[], parser]) {
        const { suno, events } = subject()
        const host = await listen(use(express5(), before).use(expressMiddleware(suno)))
        const reply = await send(host, '/suno', { headers: { 'content-type': 'application/json' }, body: text })
        expect(reply.status).toBe(200)
        expect(events).toMatchObject([{ type: 'unknown', raw: JSON.parse(text) as unknown }])
      }
    },
  )

  test('a string that a hook keeps as rawBody is read as the body', async () => {
    const { suno, events } = subject()
    const keepText = (request: IncomingMessage, _response: unknown, bytes: Buffer) => {
      Object.assign(request, { rawBody: bytes.toString() })
    }
    const host = await listen(
      express5()
        .use(express5.json({ verify: keepText }))
        .use('/suno', expressMiddleware(suno)),
    )
    expect((await post(host, '/suno/music', sample('music:complete'))).status).toBe(200)
    expect(events).toMatchObject([{ type: 'music:complete' }])
  })
})
