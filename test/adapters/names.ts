/** The columns of the matrix. */
export const NAMES = [
  'Express 5',
  'Express 4',
  'Koa',
  'koa-mount',
  '@koa/router',
  'node:http',
  'node:https',
  'before Express',
  'Fastify 5',
  'Fastify 4',
  'fetch',
  'Hono',
] as const

export type AdapterName = (typeof NAMES)[number]

/**
 * Their apps see web-standard requests, which the bridge of @hono/node-server makes of those of node:http. What becomes of a
 * connection whose body nobody has read is its affair: it reads the rest away for a moment, then closes.
 */
export const WEB: readonly AdapterName[] = ['fetch', 'Hono']

/** A route of the app's own: answers 200 to whoever posts this to it. */
export const OWN = { path: '/own', body: '{"greeting":"hello"}' }
