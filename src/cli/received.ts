import type { IncomingMessage } from 'node:http'
import type { BodyLimits } from '../delivery/delivery.js'
import { isKind } from '../events/kinds/index.js'
import type { Kind } from '../events/types.js'
import type { Outcome, ProbeOutcome } from '../outcome/outcome.js'
import type { SunoCallbacks } from '../suno-callbacks.js'

/** A callback as it came, and what the library read from it. */
export interface Received {
  readonly outcome: Outcome | ProbeOutcome
  /** Null where it was turned away before its body was read. */
  readonly body: Uint8Array | null
  readonly path: string
  /** With its question mark, or empty. */
  readonly query: string
  readonly receivedAt: Date
}

/** Takes a POST: whatever its path, it is meant as a callback. */
export async function takeCallback(request: IncomingMessage, suno: SunoCallbacks): Promise<Received> {
  const receivedAt = new Date()
  const { pathname, search } = new URL(String(request.url), 'http://localhost')
  let body: Uint8Array | null = null
  const outcome = await suno.receive({
    kind: kindIn(pathname) ?? undefined,
    query: search,
    headers: request.headers,
    body: async (limits) => (body = await readBody(request, limits)),
  })
  return { outcome, body, path: pathname, query: search, receivedAt }
}

/** The last part of a path, where it is one of a kind. */
export function kindIn(pathname: string): Kind | null {
  const last = pathname.replace(/\/+$/, '').split('/').at(-1)
  return isKind(last) ? last : null
}

/** @throws an error whose code the library knows */
async function readBody(request: IncomingMessage, { maxBytes }: BodyLimits): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.byteLength
      if (size > maxBytes) throw Object.assign(new Error('The body is too large.'), { code: 'BODY_TOO_LARGE' })
      chunks.push(chunk)
    }
  } catch (error) {
    throw size > maxBytes ? error : Object.assign(new Error('The body was cut off.'), { code: 'BODY_ABORTED' })
  }
  return Buffer.concat(chunks)
}
