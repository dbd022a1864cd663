import type { RequestListener } from 'node:http'
import Koa from 'koa'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import { readMusicEvent } from './music-event.js'
import { MAX_BODY_BYTES, PATH, type HandleEvent } from './receiver.js'
import { withinDeadline } from './within-deadline.js'

/**
 * A receiver by hand on Koa, with its usual router and parser, unsigned.
 *
 * Does: the parser with a limit (413, 400), the documented music shapes (422), each event once, the listener awaited, 503 at the deadline,
 * its errors 500. Does not: limit the time of a body (that is left to the server's `requestTimeout`), and what `node-http.ts` does not.
 */
export function koaReceiver(handle: HandleEvent, deadlineMs?: number): RequestListener {
  const receive = withinDeadline(handle, deadlineMs)
  const app = new Koa()
  const router = new Router()
  app.silent = true // what the parser refuses is no fault of ours
  router.post(PATH, bodyParser({ enableTypes: ['json'], jsonLimit: MAX_BODY_BYTES }), async (context) => {
    const event = readMusicEvent(context.request.body, null)
    const status = event === null ? 422 : await receive(event)
    if (status === 409 || status === 503) context.set('retry-after', '10')
    context.status = status
    context.body = { status: status === 200 ? 'received' : 'refused' }
  })
  app.use(router.routes())
  const listener = app.callback()
  return (request, response) => void listener(request, response)
}
