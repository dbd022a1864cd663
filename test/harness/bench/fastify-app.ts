import type { RequestListener } from 'node:http'

/** A Fastify app, and its listener once it is ready. */
export async function fastifyApp() {
  const [{ fastify }, { createServer }] = await Promise.all([import('fastify'), import('node:http')])
  const listeners: RequestListener[] = []
  const app = fastify({
    serverFactory: (handler) => {
      listeners.push(handler)
      return createServer(handler)
    },
  })
  const listener = () => {
    const [first] = listeners
    if (first === undefined) throw new Error('fastify has made no server.')
    return first
  }
  return [app, listener] as const
}
