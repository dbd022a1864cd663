import { ConfigurationError } from '../src/errors/errors.js'
import type { Answer } from '../src/outcome/to-response.js'
import { bridgedStreamOf } from './shared/bridged-stream.js'
import type { MountOptions } from './shared/mount.js'
import { bodyOf } from './shared/node-body.js'
import type { Receiver } from './shared/receiver.js'
import { createServe, failedAnswer } from './shared/serve.js'
import { webBodyOf, type WebRequest } from './shared/web-body.js'

export interface FetchHandlerOptions extends MountOptions {
  /** Gets what is not ours, with all that the handler was given: `app.fetch` of Hono, a handler of your own. Without it: 404. */
  readonly next?: ((request: Request, ...context: never[]) => Response | Promise<Response>) | undefined
}

/** Fits the route handlers of Next.js, `Bun.serve`, `Deno.serve`, Workers, and what a framework gives a web-standard request to. */
export type FetchHandler = (request: WebRequest, ...context: readonly unknown[]) => Promise<Response>

/**
 * Handler of web-standard requests: for Next.js, Hono, SvelteKit, Astro, Bun, Deno, Workers and others.
 *
 * @example
 * export const POST = fetchHandler(suno) // Next.js: app/suno/[[...kind]]/route.ts
 * app.all('/suno/*', (c) => handler(c.req.raw)) // Hono
 * @throws ConfigurationError `RECEIVER_INVALID`, `KIND_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function fetchHandler(suno: Receiver, options: FetchHandlerOptions = {}): FetchHandler {
  // Options that are null are refused by name, below.
  const next = (options as FetchHandlerOptions | null)?.next
  const serve = createServe(suno, options, { maker: 'fetchHandler', ownOptions: ['next'], isLast: next === undefined })
  if (next !== undefined && typeof next !== 'function') {
    throw new ConfigurationError(
      'OPTION_INVALID',
      'next must be a function of a request that answers a Response, such as app.fetch of Hono.',
    )
  }

  return async (request, ...context) => {
    checkRequest(request)
    const { method, url } = request
    const stream = bridgedStreamOf(context)
    const headers = stream?.headers ?? recordOf(request)
    const body = stream === null ? webBodyOf(request) : bodyOf(stream, {})
    const answer = serve({ method, url, prefix: '', headers, body, context })
    // It is what the server made it: what we use of it is only part of it.
    if (answer === null) return (next as Next)(request, ...context)
    return toWebResponse(await answer.catch((error: unknown) => failedAnswer(suno, error)), method)
  }
}

type Next = (request: WebRequest, ...context: readonly unknown[]) => Response | Promise<Response>

function recordOf({ headers }: WebRequest): Record<string, string> {
  const record: Record<string, string> = {}
  headers.forEach((value, name) => (record[name] = value))
  return record
}

function toWebResponse({ status, headers, body }: Answer, method: string): Response {
  return new Response(method === 'HEAD' ? null : body, { status, headers })
}

/** What some frameworks give to a handler instead holds the request in one of its members. */
function checkRequest(request: unknown): asserts request is WebRequest {
  const { headers } = (request ?? {}) as { readonly headers?: Partial<WebRequest['headers']> }
  if (typeof headers?.forEach === 'function') return
  throw new ConfigurationError(
    'OPTION_INVALID',
    'What fetchHandler(suno) answers takes a web-standard Request, and was given something else. Give it the request itself: ' +
      '(c) => handler(c.req.raw) in Hono, ({ request }) => handler(request) in SvelteKit and Astro. ' +
      'For Express, Koa, Fastify and node:http there are adapters of their own.',
  )
}
