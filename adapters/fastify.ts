import { ConfigurationError } from '../src/errors/errors.js'
import { bodyOf, type Leftovers, type RequestStream } from './shared/node-body.js'
import type { MountOptions } from './shared/mount.js'
import type { Receiver } from './shared/receiver.js'
import { mustClose, send, type ResponseStream } from './shared/send.js'
import { createServe } from './shared/serve.js'

export interface SunoFastifyOptions extends MountOptions {
  readonly suno: Receiver
  /**
   * Where the callbacks come, such as `/suno`: an option of every plugin of Fastify. Without it, `path` decides; with it, `path` is what
   * follows it.
   */
  readonly prefix?: string | undefined
}

/** The members that we use of a Fastify 4 or 5 instance. */
export interface FastifyScope {
  readonly initialConfig: {
    readonly ignoreTrailingSlash?: boolean | undefined
    readonly routerOptions?: { readonly ignoreTrailingSlash?: boolean | undefined } | undefined
  }
  removeAllContentTypeParsers(): void
  addContentTypeParser(
    type: string,
    options: object,
    parser: (request: never, payload: never, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown
  all(url: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): unknown
}

/** The members that we use of its requests. */
export interface FastifyRequest {
  readonly raw: RequestStream & Leftovers
  readonly params: unknown
}

/** The members that we use of its replies. */
export interface FastifyReply {
  readonly raw: ResponseStream
  code(status: number): unknown
  headers(headers: Record<string, string>): unknown
  send(body: string): unknown
  hijack(): unknown
  callNotFound(): unknown
}

/**
 * Plugin for Fastify 4 and 5. It has a scope of its own, in which it reads bodies itself: the parsers and routes of the app are not
 * touched.
 *
 * @example
 * await app.register(sunoFastify, { suno, prefix: '/suno' })
 * await app.register(sunoFastify, { suno, prefix: '/suno-video-callback', kind: 'video' })
 * @throws ConfigurationError by the promise of `register` or `ready`: `RECEIVER_INVALID`, `KIND_UNKNOWN`, `OPTION_INVALID`,
 * `OPTION_UNKNOWN`
 */
// Async, so that what it throws is the plugin's failure to Fastify.
// eslint-disable-next-line @typescript-eslint/require-await
export async function sunoFastify(scope: FastifyScope, options: SunoFastifyOptions): Promise<void> {
  const { suno, ...mount } = options
  const serve = createServe(suno, mount, { maker: 'sunoFastify', ownOptions: FASTIFY_OPTIONS, ways: BY_PREFIX })
  if (SKIP_OVERRIDE in sunoFastify) throw wrapped()
  refuseTwice(options)

  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', {}, (_request, payload, done) => done(null, payload))

  for (const url of urlsOf(options, scope)) scope.all(url, handle)

  async function handle({ raw, params }: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { method, url, headers } = raw
    const answer = await serve({ method, url, prefix: '', params, route: '/:kind', headers, body: bodyOf(raw, raw) })
    if (answer === null) return reply.callNotFound()
    if (mustClose(raw, answer.status)) {
      reply.hijack()
      return send(raw, reply.raw, answer)
    }
    reply.code(answer.status)
    reply.headers({ ...answer.headers })
    return reply.send(answer.body)
  }
}

/**
 * Fastify puts the prefix before the path: who gives the same to both would get no callback, and no word of it.
 *
 * @throws ConfigurationError `OPTION_INVALID`
 */
function refuseTwice({ prefix = '', path = '' }: SunoFastifyOptions): void {
  const outer = `/${prefix.replace(/^\/+|\/+$/g, '')}`
  if (outer === '/' || !`${path}/`.startsWith(`${outer}/`)) return
  throw new ConfigurationError(
    'OPTION_INVALID',
    `sunoFastify: path is taken below prefix, so that callbacks would come at "${outer}${path}" alone. Give one of them: { prefix: "${path}" }.`,
  )
}

/** Below the plugin's prefix. The router does not take a slash at the end for the same, unless the app has told it to. */
function urlsOf({ prefix, path, kind }: SunoFastifyOptions, { initialConfig }: FastifyScope): readonly string[] {
  const base = (path ?? (prefix === undefined ? '/suno' : '')).replace(/\/+$/, '')
  const urls = kind === undefined ? [base, `${base}/:kind`] : [base]
  const { ignoreTrailingSlash, routerOptions = { ignoreTrailingSlash } } = initialConfig
  const isSlashIgnored = ignoreTrailingSlash === true || routerOptions.ignoreTrailingSlash === true
  // Of the prefix itself, Fastify registers both.
  return urls.flatMap((url) => (url === '' ? ['/'] : isSlashIgnored ? [url] : [url, `${url}/`]))
}

/** Options of `register` itself. */
const FASTIFY_OPTIONS = ['suno', 'prefix', 'logLevel', 'logSerializers']

const BY_PREFIX = 'register it with the prefix of your callback URLs, { prefix: "/hooks/suno" }'

/** Set by fastify-plugin on what it wraps: then the plugin's scope is the app's own. */
const SKIP_OVERRIDE = Symbol.for('skip-override')

function wrapped(): ConfigurationError {
  return new ConfigurationError(
    'OPTION_INVALID',
    'sunoFastify was wrapped in fastify-plugin, so that the app would lose its body parsers. Register it itself: app.register(sunoFastify, { suno }).',
  )
}

// What fastify-plugin would set, but for the encapsulation that it takes away: the name, and the majors that it is for.
Object.assign(sunoFastify, {
  [Symbol.for('fastify.display-name')]: 'suno-callbacks',
  [Symbol.for('plugin-meta')]: { name: 'suno-callbacks', fastify: '4.x || 5.x' },
})
