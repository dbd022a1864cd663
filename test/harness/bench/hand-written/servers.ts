import type { RequestListener, ServerResponse } from 'node:http'
import { fastifyApp } from '../fastify-app.js'
import type { OnEvent } from '../servers.js'
import { createHandle, type Handle } from './handle.js'
import type { Keys } from './keys.js'
import { MAX_BYTES, readJson } from './read-body.js'
import { isSigned } from './signed-url.js'

/**
 * Receivers without the library, each as a good engineer would write it in that framework: its own way to read a body within limits,
 * and `handle.ts` for the rest.
 */
export type HandWritten = (
  onEvent: OnEvent,
  options: { readonly keys: Keys; readonly isSigned: boolean },
) => Promise<RequestListener>

function handleWith(onEvent: OnEvent, keys: Keys): Handle {
  return createHandle(keys, () => Promise.resolve(onEvent()))
}

export const inNode: HandWritten = (onEvent, { keys, isSigned: isChecked }) => {
  const handle = handleWith(onEvent, keys)
  return Promise.resolve((request, response) => {
    if (request.method !== 'POST' || request.url?.startsWith('/suno') !== true) return answer(response, 404)
    if (isChecked && !isSigned(request.url)) return answer(response, 401)
    readJson(request)
      .then((read) => ('status' in read ? read.status : handle(read.body)))
      .then(
        (status) => answer(response, status),
        () => answer(response, 500),
      )
  })
}

export const inExpress: HandWritten = async (onEvent, { keys }) => {
  const { default: express } = await import('express')
  const handle = handleWith(onEvent, keys)
  const app = express()
  app.post('/suno/:kind', express.json({ limit: MAX_BYTES }), async (request, response) => {
    response.status(await handle(request.body)).json({ status: 'received' })
  })
  return app as RequestListener
}

export const inKoa: HandWritten = async (onEvent, { keys }) => {
  const [{ default: Koa }, { default: Router }, { bodyParser }] = await Promise.all([
    import('koa'),
    import('@koa/router'),
    import('@koa/bodyparser'),
  ])
  const handle = handleWith(onEvent, keys)
  const router = new Router().post('/suno/:kind', async (context) => {
    context.status = await handle(context.request.body)
    context.body = { status: 'received' }
  })
  const app = new Koa().use(bodyParser({ jsonLimit: MAX_BYTES })).use(router.routes())
  const callback = app.callback()
  return (request, response) => void callback(request, response)
}

export const inFastify: HandWritten = async (onEvent, { keys }) => {
  const handle = handleWith(onEvent, keys)
  const [app, listener] = await fastifyApp()
  app.post('/suno/:kind', { bodyLimit: MAX_BYTES }, async (request, reply) => {
    reply.code(await handle(request.body))
    return { status: 'received' }
  })
  await app.ready()
  return listener()
}

export const inHono: HandWritten = async (onEvent, { keys }) => {
  const [{ Hono }, { bodyLimit }, { getRequestListener }] = await Promise.all([
    import('hono'),
    import('hono/body-limit'),
    import('@hono/node-server'),
  ])
  const handle = handleWith(onEvent, keys)
  const app = new Hono().post('/suno/:kind', bodyLimit({ maxSize: MAX_BYTES }), async (context) => {
    const status = await handle(await context.req.json())
    return context.json({ status: 'received' }, status as 200)
  })
  const listener = getRequestListener(app.fetch)
  return (request, response) => void listener(request, response)
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': '21' })
  response.end('{"status":"received"}')
}
