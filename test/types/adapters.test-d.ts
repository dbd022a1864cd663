import Router from '@koa/router'
import express, { type Express, type RequestHandler } from 'express'
import fastify5 from 'fastify'
import fastify4 from 'fastify4'
import { Hono } from 'hono'
import Koa from 'koa'
import mount from 'koa-mount'
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { expectTypeOf, test } from 'vitest'
import { expressMiddleware, type ExpressMiddleware } from '../../adapters/express.js'
import { sunoFastify } from '../../adapters/fastify.js'
import { fetchHandler, type FetchHandler } from '../../adapters/fetch.js'
import { koaMiddleware, type KoaMiddleware } from '../../adapters/koa.js'
import type { MountOptions } from '../../adapters/shared/mount.js'
import { requestListener } from '../../adapters/node.js'
import { SunoCallbacks, type Kind } from '../../src/index.js'

const suno = new SunoCallbacks({ verify: false })

test('expressMiddleware is a request handler of Express', () => {
  expectTypeOf(expressMiddleware(suno)).toExtend<RequestHandler>()
  const handler: RequestHandler = expressMiddleware(suno, { kind: 'music' })
  const app: Express = express()
  app.use(expressMiddleware(suno))
  app.use('/suno', expressMiddleware(suno))
  app.post('/suno{/:kind}', expressMiddleware(suno), handler)
  app.all(['/suno', '/suno/:kind'], expressMiddleware(suno))
  express
    .Router()
    .use('/suno', expressMiddleware(suno))
    .post('/video', expressMiddleware(suno, { kind: 'video' }))
  app.route('/suno').post(expressMiddleware(suno, { kind: 'any' }))
})

test('koaMiddleware is middleware of Koa, koa-mount and @koa/router', () => {
  const middleware: Koa.Middleware = koaMiddleware(suno)
  const app = new Koa()
  app.use(koaMiddleware(suno, { path: '/suno' }))
  app.use(mount('/suno', koaMiddleware(suno)))
  const router = new Router()
  router.post('/suno{/:kind}', koaMiddleware(suno))
  router.all('/suno', koaMiddleware(suno, { kind: 'any' }))
  app.use(router.routes()).use(middleware)
})

test('koaMiddleware fits an app and a router with a state and a context of their own', () => {
  interface State {
    user: string
  }
  interface Context {
    database: { query(): Promise<unknown> }
  }
  new Koa<State, Context>().use(koaMiddleware(suno))
  new Router<State, Context>().post('/suno', koaMiddleware(suno, { kind: 'music' }))
})

test('requestListener is a request listener of node:http and node:https', () => {
  expectTypeOf(requestListener(suno)).toExtend<RequestListener>()
  http.createServer(requestListener(suno))
  http.createServer({ keepAlive: true }, requestListener(suno, { path: '/suno' }))
  https.createServer({}, requestListener(suno))
  http2.createServer(requestListener(suno))
  http2.createSecureServer({}, requestListener(suno))
  http.createServer().on('request', requestListener(suno))
  const listener: RequestListener = requestListener(suno, { kind: 'music' })
  expectTypeOf(listener).toBeFunction()
})

test('requestListener stands in front of an Express app, a Koa app, and a listener of node:http', () => {
  http.createServer(requestListener(suno, { next: express() }))
  http.createServer(requestListener(suno, { next: new Koa().callback() }))
  https.createServer({}, requestListener(suno, { path: '/suno', next: express() }))
  https.createServer({}, requestListener(suno, { next: new Koa().callback() }))

  const own = (request: IncomingMessage, response: ServerResponse) => {
    response.end(request.url)
  }
  http.createServer(requestListener(suno, { next: own }))
  http.createServer(
    requestListener(suno, {
      next: (request: IncomingMessage, response: ServerResponse) => response.end(request.url),
    }),
  )

  const inFront: RequestListener = requestListener(suno, { next: express() })
  expectTypeOf(inFront).toBeFunction()
})

test('fetchHandler takes the requests of servers and frameworks, and answers their responses', () => {
  const handler = fetchHandler(suno)
  expectTypeOf(handler).toExtend<(request: Request) => Promise<Response>>()
  // Next.js, Bun, Deno and Workers give it more than the request.
  expectTypeOf(handler).toExtend<
    (request: Request, context: { params: Promise<{ kind?: string[] }> }) => Promise<Response>
  >()
  expectTypeOf(handler).toExtend<(request: Request, environment: object, context: object) => Promise<Response>>()
  const app = new Hono()
  app.all('/suno/*', (context) => handler(context.req.raw))
  fetchHandler(suno, { next: app.fetch })
  fetchHandler(suno, { next: () => new Response() })
  fetchHandler(suno, { next: (request: Request) => fetch(request) })
  // @ts-expect-error Hono's context is not the request
  app.all('/suno/*', handler)
  // @ts-expect-error next answers a response
  fetchHandler(suno, { next: () => 'no' })
})

test('sunoFastify is a plugin of Fastify 5 and 4, whose options are checked', () => {
  fastify5().register(sunoFastify, { suno, prefix: '/suno' })
  fastify4().register(sunoFastify, { suno, prefix: '/suno', kind: 'music' })
  fastify5({ logger: true }).register(sunoFastify, { suno, path: '/suno', logLevel: 'warn' })
  // @ts-expect-error the receiver is an option that must be there
  fastify5().register(sunoFastify, { prefix: '/suno' })
  // @ts-expect-error there is no such kind
  fastify5().register(sunoFastify, { suno, kind: 'musik' })
})

test('a kind is one of ours or "any", and an option is one that there is', () => {
  expectTypeOf<MountOptions['kind']>().toEqualTypeOf<Kind | 'any' | undefined>()
  expressMiddleware(suno, { kind: undefined, path: undefined })
  // @ts-expect-error there is no such kind
  expressMiddleware(suno, { kind: 'musik' })
  // @ts-expect-error there is no such kind
  koaMiddleware(suno, { kind: 'musik' })
  // @ts-expect-error there is no such kind
  requestListener(suno, { kind: 'musik' })
  // @ts-expect-error the nine music operations are all "music"
  expressMiddleware(suno, { kind: 'music-extend' })
  // @ts-expect-error there is no such option
  koaMiddleware(suno, { prefix: '/suno' })
  // @ts-expect-error a path is text
  requestListener(suno, { path: /suno/ })
  // @ts-expect-error only requestListener passes on by an option
  expressMiddleware(suno, { next: express() })
  // @ts-expect-error the receiver comes first
  expressMiddleware({ kind: 'music' })
})

test('what the middlewares are is named without a framework', () => {
  expectTypeOf(expressMiddleware).returns.toEqualTypeOf<ExpressMiddleware>()
  expectTypeOf(fetchHandler).returns.toEqualTypeOf<FetchHandler>()
  expectTypeOf(koaMiddleware).returns.toEqualTypeOf<KoaMiddleware>()
  expectTypeOf<KoaMiddleware>().returns.toEqualTypeOf<Promise<void>>()
})
