import { getRequestListener } from '@hono/node-server'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import express5 from 'express'
import express4 from 'express4'
import fastify5 from 'fastify'
import fastify4 from 'fastify4'
import { Hono } from 'hono'
import { createServer } from 'node:http'
import Koa from 'koa'
import mount from 'koa-mount'
import { SunoCallbacks, type SunoCallbacksOptions } from '../../src/index.js'
import { inspector, type Inspector, type InspectorOptions } from '../../src/inspector/index.js'
import { host, listen, type Host } from '../adapters/host.js'
import { pageAt } from './client.js'

/** Where the page is in each of them. */
export const MOUNT = '/suno-inspector'

/** An app with the page, a body parser in front of it where the framework has one, and a header of its own. */
export interface Framework {
  readonly name: string
  readonly start: (page: Inspector) => Promise<Host>
}

export const frameworks: readonly Framework[] = [
  { name: 'Express 5', start: (page) => inExpress(express5, (app) => app.use(MOUNT, page.express)) },
  { name: 'Express 4', start: (page) => inExpress(express4, (app) => app.use(MOUNT, page.express)) },
  {
    name: 'an Express route',
    start: (page) => inExpress(express5, (app) => app.all(`${MOUNT}{/*rest}`, page.express)),
  },
  { name: 'koa-mount', start: (page) => inKoa((app) => app.use(mount(MOUNT, page.koa))) },
  {
    name: '@koa/router',
    start: (page) => inKoa((app) => app.use(new Router().all(`${MOUNT}{/*rest}`, page.koa).routes())),
  },
  {
    name: 'node:http',
    start: (page) =>
      listen((request, response) => {
        response.setHeader('x-own', 'yes')
        page.node(request, response)
      }),
  },
  { name: 'Fastify 5', start: (page) => inFastify(fastify5, page) },
  { name: 'Fastify 4', start: (page) => inFastify(fastify4 as never, page) },
  {
    name: 'Hono',
    start: (page) => {
      const app = new Hono().all(`${MOUNT}/*`, async (context) => {
        context.header('x-own', 'yes')
        const { status, headers, body } = await page.fetch(context.req.raw, context.env)
        return context.newResponse(body, status as 200, Object.fromEntries(headers))
      })
      return listen(getRequestListener((request, env) => app.fetch(request, env)))
    },
  },
]

function inExpress(express: typeof express5, mountIn: (app: express5.Express) => unknown): Promise<Host> {
  const app = express()
  app.use((_request, response, next) => {
    response.setHeader('x-own', 'yes')
    next()
  })
  app.use(express.json())
  mountIn(app)
  return listen(app)
}

function inKoa(mountIn: (app: Koa) => unknown): Promise<Host> {
  const app = new Koa()
  app.silent = true
  app.use(async (context, next) => {
    context.set('x-own', 'yes')
    await next()
  })
  app.use(bodyParser())
  mountIn(app)
  return listen(app.callback())
}

async function inFastify(fastify: typeof fastify5, page: Inspector): Promise<Host> {
  const app = fastify({ forceCloseConnections: false })
  app.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-own', 'yes')
    done()
  })
  await app.register(page.fastify, { prefix: MOUNT })
  app.post('/own', (request) => ({ own: request.body }))
  await app.ready()
  return host(app.server, 'http')
}

export const silent = { verify: false, logger: false } as const

/** An instance with a listener for everything, and its page below node:http. */
export async function startPage(options: InspectorOptions = {}, given: SunoCallbacksOptions = {}) {
  const suno = new SunoCallbacks({ ...silent, ...given })
  const page = inspector(suno, options)
  const { origin, closeGently } = await host(
    createServer((request, response) => page.node(request, response)),
    'http',
  )
  return { suno, page, origin, closeGently, ...pageAt(`${origin}/`) }
}
