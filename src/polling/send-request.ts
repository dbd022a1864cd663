import type { HttpAnswer } from './read-answer.js'
import { ProviderError } from './provider-error.js'

/** One request to the provider. */
export interface ProviderRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  /** As JSON. */
  readonly body?: string
  readonly signal?: AbortSignal | undefined
}

export interface RequestSettings {
  readonly apiKey: string
  readonly fetch: typeof globalThis.fetch
  readonly timeoutMs: number
}

/**
 * Sends the request, and reads what is answered, at most MAX_BYTES. Redirects are not followed, so that the key goes to no other host.
 *
 * @throws ProviderError `UNAVAILABLE`, `UNREADABLE`; when `signal` aborts, its reason
 */
export async function sendRequest(request: ProviderRequest, settings: RequestSettings): Promise<HttpAnswer> {
  const { signal } = request
  signal?.throwIfAborted()
  const controller = new AbortController()
  const abort = () => controller.abort()
  const timer = setTimeout(abort, settings.timeoutMs)
  signal?.addEventListener('abort', abort)
  try {
    return await withinAbort(exchange(request, settings, controller), controller.signal)
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof ProviderError ? error : unavailable(error, controller.signal.aborted, settings.timeoutMs)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    // What was not read to its end is not worth its connection.
    abort()
  }
}

/** A function that was passed as `fetch` may not know signals. */
function withinAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
    promise.then(resolve, reject)
  })
}

async function exchange(
  { method, url, body }: ProviderRequest,
  { apiKey, fetch }: RequestSettings,
  controller: AbortController,
): Promise<HttpAnswer> {
  const response = await fetch(url.href, {
    method,
    redirect: 'manual',
    signal: controller.signal,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${apiKey}`,
      'user-agent': 'suno-callbacks',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
  })
  // 0 is what browsers make of a redirect.
  const status = response.status === 0 || response.redirected ? 302 : response.status
  const text = await readText(response)
  return { status, text, retryAfterMs: toRetryAfter(response.headers.get('retry-after')) }
}

/** A record of a song has some 10 kB; one of MIDI with all its notes a few MB. */
const MAX_BYTES = 8 * 2 ** 20

/** Read piece by piece: a `content-length` may be absent or wrong, and what is unpacked can be a thousand times what was sent. */
async function readText(response: Response): Promise<string> {
  if (response.body === null) return ''
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks).toString('utf8')
    bytes += value.byteLength
    if (bytes > MAX_BYTES) {
      const message = `The provider's answer is larger than ${String(MAX_BYTES)} bytes: it was not read to its end.`
      throw new ProviderError('UNREADABLE', message, { httpStatus: response.status })
    }
    chunks.push(value)
  }
}

/** Seconds or a date, as HTTP has it. */
function toRetryAfter(header: string | null): number | null {
  if (header === null) return null
  const ms = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

/** Of what went wrong below, its code alone is told: a text of another library's may quote the headers, with the key. */
function unavailable(error: unknown, isAborted: boolean, timeoutMs: number): ProviderError {
  if (isAborted) {
    return new ProviderError('UNAVAILABLE', `The provider did not answer within ${String(timeoutMs)} ms.`)
  }
  const code = codeIn(error, 0)
  return new ProviderError('UNAVAILABLE', `The provider could not be reached${code === null ? '' : ` (${code})`}.`)
}

function codeIn(error: unknown, depth: number): string | null {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code)) return code
  return cause === undefined || depth === DEEPEST_CAUSE ? null : codeIn(cause, depth + 1)
}

const DEEPEST_CAUSE = 5
