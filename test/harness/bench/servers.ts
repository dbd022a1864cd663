import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { SunoCallbacks } from 'suno-callbacks'
import { handWritten } from './hand-written/index.js'
import { inFastify } from './in-fastify.js'
import { openStore } from './open-store.js'
import { SECRET, type Make, type OnEvent, type Subject } from './subject.js'

/** Each loads only what it needs, so that its memory is its own. */
export const servers = {
  /** Reads the body, parses it, answers. No server on this runtime does less. */
  bare: (onEvent) =>
    Promise.resolve((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { data } = JSON.parse(Buffer.concat(chunks).toString()) as Callback
        if (data.callbackType === 'complete') onEvent()
        received(response)
      })
    }),

  async node(onEvent, subject) {
    const { requestListener } = await import('suno-callbacks/node')
    return requestListener(await receiver(onEvent, subject), { path: '/suno' })
  },

  /** The provider's own sample, without its console.log. */
  async 'express-sample'(onEvent) {
    const { default: express } = await import('express')
    const app = express()
    app.use(express.json())
    app.post('/suno-callback', (req, res) => {
      const { code, data } = req.body as Callback
      if (code === 200 && data.callbackType === 'complete') onEvent()
      res.status(200).json({ status: 'received' })
    })
    return app as RequestListener
  },

  async express(onEvent, subject) {
    const [{ default: express }, { expressMiddleware }] = await Promise.all([
      import('express'),
      import('suno-callbacks/express'),
    ])
    return express().use('/suno', expressMiddleware(await receiver(onEvent, subject))) as RequestListener
  },

  /** An Express app, with our callbacks taken out in front of it. */
  async 'express-behind'(onEvent, subject) {
    const [{ default: express }, { requestListener }] = await Promise.all([
      import('express'),
      import('suno-callbacks/node'),
    ])
    const app = express()
    app.use(express.json())
    return requestListener(await receiver(onEvent, subject), { path: '/suno', next: app })
  },

  async 'koa-bodyparser'(onEvent) {
    const [{ default: Koa }, { default: Router }, { bodyParser }] = await Promise.all([
      import('koa'),
      import('@koa/router'),
      import('@koa/bodyparser'),
    ])
    const app = new Koa()
    const router = new Router()
    router.post('/suno-callback', (context) => {
      const { code, data } = context.request.body as Callback
      if (code === 200 && data.callbackType === 'complete') onEvent()
      context.body = { status: 'received' }
    })
    app.use(bodyParser())
    app.use(router.routes())
    return callback(app)
  },

  async 'koa-router'(onEvent, subject) {
    const [{ default: Koa }, { default: Router }, { koaMiddleware }] = await Promise.all([
      import('koa'),
      import('@koa/router'),
      import('suno-callbacks/koa'),
    ])
    const app = new Koa()
    const router = new Router()
    router.post('/suno{/:kind}', koaMiddleware(await receiver(onEvent, subject)))
    app.use(router.routes())
    return callback(app)
  },

  async koa(onEvent, subject) {
    const [{ default: Koa }, { koaMiddleware }] = await Promise.all([import('koa'), import('suno-callbacks/koa')])
    const app = new Koa()
    app.use(koaMiddleware(await receiver(onEvent, subject)))
    return callback(app)
  },

  async octokit(onEvent) {
    const { createNodeMiddleware, Webhooks } = await import('@octokit/webhooks')
    const webhooks = new Webhooks({ secret: SECRET })
    webhooks.on('push', () => Promise.resolve(onEvent()))
    const middleware = createNodeMiddleware(webhooks, { path: '/suno' })
    return (request, response) => void middleware(request, response)
  },

  /** A web-standard handler as it is usually written, behind Hono's bridge to node:http. */
  async 'hono-json'(onEvent) {
    const [{ Hono }, { getRequestListener }] = await Promise.all([import('hono'), import('@hono/node-server')])
    const app = new Hono()
    app.post('/suno-callback', async (c) => {
      const { code, data } = await c.req.json<Callback>()
      if (code === 200 && data.callbackType === 'complete') onEvent()
      return c.json({ status: 'received' })
    })
    return bridged(getRequestListener(app.fetch))
  },

  async fetch(onEvent, subject) {
    const [{ fetchHandler }, { Hono }, { getRequestListener }] = await Promise.all([
      import('suno-callbacks/fetch'),
      import('hono'),
      import('@hono/node-server'),
    ])
    const handler = fetchHandler(await receiver(onEvent, subject))
    const app = new Hono().all('/suno/*', (c) => handler(c.req.raw, c.env))
    return bridged(getRequestListener(app.fetch))
  },

  async fastify(onEvent) {
    const { fastify } = await import('fastify')
    return inFastify((serverFactory) => {
      const app = fastify({ serverFactory })
      app.post('/suno-callback', { schema: { body: SCHEMA } }, (request, reply) => {
        const { code, data } = request.body as Callback
        if (code === 200 && data.callbackType === 'complete') onEvent()
        reply.send({ status: 'received' })
      })
      return app
    })
  },

  async 'fastify-plugin'(onEvent, subject) {
    const [{ fastify }, { sunoFastify }] = await Promise.all([import('fastify'), import('suno-callbacks/fastify')])
    const suno = await receiver(onEvent, subject)
    return inFastify((serverFactory) => {
      const app = fastify({ serverFactory })
      app.register(sunoFastify, { suno, prefix: '/suno' })
      return app
    })
  },

  ...handWritten,
} satisfies Record<string, Make>

export type ServerName = keyof typeof servers

interface Callback {
  readonly code: number
  readonly data: { readonly callbackType: string }
}

const SCHEMA = {
  type: 'object',
  required: ['code', 'msg', 'data'],
  properties: {
    code: { type: 'integer' },
    msg: { type: 'string' },
    data: {
      type: 'object',
      required: ['callbackType', 'task_id'],
      properties: {
        callbackType: { enum: ['text', 'first', 'complete', 'error'] },
        task_id: { type: 'string' },
        data: {
          type: 'array',
          items: {
            type: 'object',
            required: ['id'],
            properties: { id: { type: 'string' }, audio_url: { type: 'string' }, duration: { type: 'number' } },
          },
        },
      },
    },
  },
}

async function receiver(onEvent: OnEvent, { store, isSigned }: Subject): Promise<SunoCallbacks> {
  const verification = isSigned ? { secret: SECRET } : { verify: false as const }
  const suno = new SunoCallbacks({ ...verification, store: await openStore(store), logger: SILENT })
  return suno.on('music:complete', () => Promise.resolve(onEvent()))
}

/** What would be logged is made all the same. */
const SILENT = { error: () => undefined, warn: () => undefined }

function bridged(handle: (request: IncomingMessage, response: ServerResponse) => unknown): RequestListener {
  return (request, response) => void handle(request, response)
}

function received(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '21' })
  response.end('{"status":"received"}')
}

function callback(app: {
  callback(): (request: IncomingMessage, response: ServerResponse) => unknown
}): RequestListener {
  const handle = app.callback()
  return (request, response) => void handle(request, response)
}
