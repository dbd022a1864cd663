import { fastify, type FastifyServerFactory } from 'fastify'
import { readMusicEvent } from './music-event.js'
import { MAX_BODY_BYTES, PATH, type HandleEvent } from './receiver.js'
import { withinDeadline } from './within-deadline.js'

/**
 * A receiver by hand on Fastify, unsigned.
 *
 * Does: Fastify's own parser with a limit (413, 400), the documented music shapes (422), each event once, the listener awaited, 503 at the
 * deadline, its errors 500, and a schema of the answer, which makes it faster. Does not: limit the time of a body (that is left to the server's
 * `requestTimeout`), and what `node-http.ts` does not.
 */
export function fastifyReceiver(handle: HandleEvent, deadlineMs?: number, serverFactory?: FastifyServerFactory) {
  const receive = withinDeadline(handle, deadlineMs)
  const app = fastify({ bodyLimit: MAX_BODY_BYTES, ...(serverFactory && { serverFactory }) })
  app.post(PATH, { schema: { response: { '2xx': ANSWER } } }, async (request, reply) => {
    const event = readMusicEvent(request.body, null)
    const status = event === null ? 422 : await receive(event)
    if (status === 409 || status === 503) reply.header('retry-after', '10')
    reply.code(status)
    return { status: status === 200 ? 'received' : 'refused' }
  })
  return app
}

const ANSWER = { type: 'object', properties: { status: { type: 'string' } } }
