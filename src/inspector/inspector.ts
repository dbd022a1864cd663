import { createExpress, type ExpressHandler } from './bindings/express.js'
import { createFastify, type FastifyPlugin } from './bindings/fastify.js'
import { createFetch, type FetchPageHandler } from './bindings/fetch.js'
import { createKoa, type KoaHandler } from './bindings/koa.js'
import { createNode, type NodeHandler } from './bindings/node.js'
import { createHandle } from './http/create-handle.js'
import { EventStreams } from './http/event-streams.js'
import {
  checkReceiver,
  readInspectorOptions,
  type InspectedReceiver,
  type InspectorOptions,
} from './inspector-options.js'
import { observe } from './observe.js'
import { Recorder } from './recorder.js'
import { redactor } from './redact.js'
import { TaskBook } from './tasks/task-book.js'

/** The page, for each framework. Wherever it is mounted, it finds itself. */
export interface Inspector {
  /** `app.use('/suno-inspector', page.express)`: Express 5 and 4. */
  readonly express: ExpressHandler
  /** `app.use(mount('/suno-inspector', page.koa))`, or a route of @koa/router: `router.all('/suno-inspector{/*rest}', page.koa)`. */
  readonly koa: KoaHandler
  /** `if (request.url.startsWith('/suno-inspector')) page.node(request, response)`. */
  readonly node: NodeHandler
  /** `app.register(page.fastify, { prefix: '/suno-inspector' })`: Fastify 5 and 4. */
  readonly fastify: FastifyPlugin
  /** `app.all('/suno-inspector/*', (c) => page.fetch(c.req.raw, c.env))`. Its second argument tells the address of the client. */
  readonly fetch: FetchPageHandler
}

/**
 * Makes a page that shows tasks as they live: their stages, songs, deliveries and errors. It observes, and never changes an answer. By
 * default it is closed to all but this machine; `suno.close()` ends its streams.
 *
 * @example
 * app.use('/suno-inspector', inspector(suno).express)
 * @throws ConfigurationError `INSPECTOR_UNPROTECTED` where NODE_ENV is `production` and there is no `authorize`; `RECEIVER_INVALID`,
 * `OPTION_INVALID`, `OPTION_OUT_OF_RANGE`, `OPTION_UNKNOWN`
 */
export function inspector(suno: InspectedReceiver, options: InspectorOptions = {}): Inspector {
  checkReceiver(suno)
  const settings = readInspectorOptions(options)
  const redact = redactor()
  const recorder = new Recorder(suno.logger)
  const book: TaskBook = new TaskBook(settings, () => streams.notify())
  const streams = new EventStreams(book, redact)
  observe(suno, settings, book, recorder)
  suno.closing.addEventListener('abort', () => streams.close(), { once: true })
  if (suno.closing.aborted) streams.close()
  const handle = createHandle({ suno, settings, poller: settings.poller, book, recorder, streams, redact })
  return {
    express: createExpress(handle),
    koa: createKoa(handle),
    node: createNode(handle),
    fastify: createFastify(handle),
    fetch: createFetch(handle),
  }
}
