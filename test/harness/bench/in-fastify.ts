import { createServer, type RequestListener } from 'node:http'
import type { FastifyServerFactory } from 'fastify'

/** What a Fastify app does with a request, once it is ready: the server itself is ours, like that of every other row. */
export async function inFastify(make: (serverFactory: FastifyServerFactory) => App): Promise<RequestListener> {
  const listeners: RequestListener[] = []
  const app = make((handler) => {
    listeners.push(handler)
    return createServer(handler)
  })
  await app.ready()
  const [listener] = listeners
  if (listener === undefined) throw new Error('fastify has made no server.')
  return listener
}

interface App {
  ready(): PromiseLike<unknown>
}
