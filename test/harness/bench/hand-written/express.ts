import express, { type ErrorRequestHandler } from 'express'
import { readMusicEvent } from './music-event.js'
import { MAX_BODY_BYTES, PATH, type HandleEvent } from './receiver.js'
import { withinDeadline } from './within-deadline.js'

/**
 * A receiver by hand on Express, unsigned.
 *
 * Does: Express's own parser with a limit (413, 400), the documented music shapes (422), each event once, the listener awaited, 503 at the
 * deadline, its errors 500; no ETag and no `x-powered-by`, which nobody reads here. Does not: limit the time of a body (that is left to the
 * server's `requestTimeout`), and what `node-http.ts` does not.
 */
export function expressReceiver(handle: HandleEvent, deadlineMs?: number): express.Express {
  const receive = withinDeadline(handle, deadlineMs)
  const app = express()
  app.disable('etag')
  app.disable('x-powered-by')
  app.post(PATH, express.json({ limit: MAX_BODY_BYTES }), async (request, response) => {
    const event = readMusicEvent(request.body, null)
    const status = event === null ? 422 : await receive(event)
    if (status === 409 || status === 503) response.set('retry-after', '10')
    response.status(status).json({ status: status === 200 ? 'received' : 'refused' })
  })
  app.use(refuse)
  return app
}

/** What the parser refuses carries its status. */
const refuse: ErrorRequestHandler = (error: { readonly status?: number }, _request, response, next) => {
  if (response.headersSent) next(error)
  else response.status(error.status ?? 500).json({ status: 'refused' })
}
