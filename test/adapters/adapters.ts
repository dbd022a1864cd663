import { getRequestListener } from '@hono/node-server'
import Router from '@koa/router'
import express5 from 'express'
import express4 from 'express4'
import fastify5 from 'fastify'
import fastify4 from 'fastify4'
import { Hono } from 'hono'
import Koa from 'koa'
import mount from 'koa-mount'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { expressMiddleware } from '../../adapters/express.js'
import { sunoFastify } from '../../adapters/fastify.js'
import { fetchHandler } from '../../adapters/fetch.js'
import { koaMiddleware } from '../../adapters/koa.js'
import { requestListener } from '../../adapters/node.js'
import type { SunoCallbacks } from '../../src/index.js'
import * as parsers from './body-parsers.js'
import { host, listen, listenSecurely, type Host } from './host.js'
import { NAMES, OWN, WEB, type AdapterName } from './names.js'

/** One column of the matrix: the receiver below /suno, in a real app that listens on a free port. */
export interface Adapter {
  readonly name: AdapterName
  /** Whether code of the app can see the request of node:http, so that `App` means something. */
  readonly hasNodeRequest: boolean
  readonly start: (suno: SunoCallbacks, app?: App) => Promise<Host>
}

/** What the app does to a request before the receiver sees it. */
export interface App {
  readonly parser?: parsers.Parser | undefined
  readonly before?: Before | undefined
}

export type Before = (request: IncomingMessage, response: ServerResponse) => Promise<unknown> | undefined

const starts: Readonly<Record<AdapterName, Adapter['start']>> = {
  'Express 5': (suno, app) => listen(inExpress(express5, app).use('/suno', expressMiddleware(suno)).use(own)),
  'Express 4': (suno, app) => listen(inExpress(express4, app).use('/suno', expressMiddleware(suno)).use(own)),
  Koa: (suno, app) => inKoa(app, (koa) => koa.use(koaMiddleware(suno))),
  'koa-mount': (suno, app) => inKoa(app, (koa) => koa.use(mount('/suno', koaMiddleware(suno)))),
  '@koa/router': (suno, app) =>
    inKoa(app, (koa) => koa.use(new Router().all('/suno{/:kind}', koaMiddleware(suno)).routes())),
  'node:http': (suno, app) => listen(inNode(app, requestListener(suno))),
  'node:https': (suno, app) => listenSecurely(inNode(app, requestListener(suno))),
  'before Express': (suno, app) => listen(inNode(app, requestListener(suno, { next: express5().use(own) }))),
  'Fastify 5': (suno, app) => inFastify(fastify5, suno, app),
  'Fastify 4': (suno, app) => inFastify(fastify4 as never, suno, app),
  fetch: (suno) => {
    const handler = fetchHandler(suno, { next: answerOwnRequest })
    // Without the request of node:http beside it: the body is a web-standard stream.
    return listen(getRequestListener((request) => handler(request)))
  },
  Hono: (suno) => {
    const handler = fetchHandler(suno)
    const app = new Hono().all('/suno/*', (context) => handler(context.req.raw, context.env))
    return listen(getRequestListener(app.post(OWN.path, (context) => answerOwnRequest(context.req.raw)).fetch))
  },
}

export const adapters: readonly Adapter[] = NAMES.map((name) => ({
  name,
  hasNodeRequest: !WEB.includes(name),
  start: starts[name],
}))

export const nodeAdapters = adapters.filter(({ hasNodeRequest }) => hasNodeRequest)

function inExpress(express: typeof express5, { parser, before }: App = {}): express5.Express {
  const app = express()
  if (before !== undefined) {
    app.use((request, response, next) => {
      const work = before(request, response)
      if (work === undefined) next()
      else work.then(() => next(), next)
    })
  }
  if (parser !== undefined) app.use(parsers.inExpress(parser, express))
  return app
}

function own(request: express5.Request, response: express5.Response, next: express5.NextFunction): void {
  if (request.path !== OWN.path) return next()
  answerOwn(request, response).catch(next)
}

function inKoa({ parser, before }: App = {}, mountIn: (app: Koa) => unknown): Promise<Host> {
  const app = new Koa()
  // Koa prints a line for every client that goes away.
  app.silent = true
  if (before !== undefined) {
    app.use(async (context, next) => {
      const work = before(context.req, context.res)
      if (work !== undefined) await work
      await next()
    })
  }
  if (parser !== undefined) app.use(parsers.inKoa(parser))
  mountIn(app)
  app.use(async (context) => {
    if (context.url !== OWN.path) return
    context.respond = false
    await answerOwn(context.req, context.res)
  })
  return listen(app.callback())
}

/** With the parsers of others as @fastify/middie and @fastify/express run them; its own come after, and only for its own routes. */
async function inFastify(fastify: typeof fastify5, suno: SunoCallbacks, { parser, before }: App = {}): Promise<Host> {
  const app = fastify({ forceCloseConnections: true })
  const parse = parser === undefined ? undefined : parsers.inNode(parser)
  app.addHook('onRequest', ({ raw }, reply, done) => {
    const work = before?.(raw, reply.raw) ?? parse?.(raw, reply.raw)
    // At once where there is nothing to wait for, like the others: a stream that something listens to flows by then.
    if (work === undefined) done()
    else work.then(() => done(), done)
  })
  await app.register(sunoFastify, { suno, prefix: '/suno' })
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.post(OWN.path, (request, reply) =>
    reply
      .code(request.body === OWN.body ? 200 : 422)
      .type('text/plain')
      .send('ok'),
  )
  await app.ready()
  // Its own answers to what is no HTTP: node:http has them too.
  app.server.removeAllListeners('clientError')
  return host(app.server, 'http')
}

function inNode({ parser, before }: App = {}, listener: RequestListener): RequestListener {
  const parse = parser === undefined ? undefined : parsers.inNode(parser)
  return (request, response) => {
    const work = before?.(request, response) ?? parse?.(request, response)
    if (work === undefined) return listener(request, response)
    work.then(
      () => listener(request, response),
      (error: unknown) => {
        const { status } = error as { readonly status: number }
        response.writeHead(status, { 'content-type': 'text/plain', 'content-length': '2' }).end('no')
      },
    )
  }
}

async function answerOwn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const isIntact = (await text(request)) === OWN.body
  response.writeHead(isIntact ? 200 : 422, { 'content-type': 'text/plain', 'content-length': '2' }).end('ok')
}

async function answerOwnRequest(request: Request): Promise<Response> {
  const isOwn = new URL(request.url).pathname === OWN.path
  const isIntact = isOwn && (await request.text()) === OWN.body
  return new Response('ok', {
    status: isIntact ? 200 : isOwn ? 422 : 404,
    headers: { 'content-type': 'text/plain', 'content-length': '2' },
  })
}
