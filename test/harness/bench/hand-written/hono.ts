import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { readMusicEvent } from './music-event.js'
import { MAX_BODY_BYTES, PATH, type HandleEvent } from './receiver.js'
import { withinDeadline } from './within-deadline.js'

/**
 * A receiver by hand on Hono, unsigned: a web-standard handler, to be served by @hono/node-server.
 *
 * Does: Hono's own limit of a body (413), JSON (400), the documented music shapes (422), each event once, the listener awaited, 503 at the
 * deadline, its errors 500. Does not: limit the time of a body (that is left to the server's `requestTimeout`), and what `node-http.ts` does
 * not.
 */
export function honoReceiver(handle: HandleEvent, deadlineMs?: number): Hono {
  const receive = withinDeadline(handle, deadlineMs)
  const app = new Hono()
  app.post(PATH, bodyLimit({ maxSize: MAX_BODY_BYTES }), async (context) => {
    const body: unknown = await context.req.json().catch(() => undefined)
    if (body === undefined) return context.json({ status: 'refused' }, 400)
    const event = readMusicEvent(body, null)
    const status = event === null ? 422 : await receive(event)
    if (status === 409 || status === 503) context.header('retry-after', '10')
    return context.json({ status: status === 200 ? 'received' : 'refused' }, status as ContentfulStatusCode)
  })
  return app
}
