import { codeOf } from '../errors/errors.js'

/** A POST of a callback. */
export interface Post {
  readonly url: string
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string>>
  /** For the answer, read to its end, in ms. The providers wait 15,000. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** What was answered. */
export interface PostAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What came of a POST. */
export type Posted = { readonly durationMs: number } & (
  | { readonly answer: PostAnswer; readonly fault: null }
  /** `timeout`, `stopped`, or Node's code, such as `ECONNREFUSED`. */
  | { readonly answer: null; readonly fault: string }
)

/** Sends the bytes as they are, once. Redirects are not followed: the providers do not say that they do. Never rejects. */
export async function post({ url, body, headers, timeoutMs, signal }: Post): Promise<Posted> {
  const startedAt = performance.now()
  const timeout = AbortSignal.timeout(timeoutMs)
  const spent = () => Math.round(performance.now() - startedAt)
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: Buffer.from(body),
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.any([signal, timeout]),
    })
    const text = await response.text()
    const { status } = response
    return { answer: { status, headers: response.headers, text }, fault: null, durationMs: spent() }
  } catch (error) {
    const fault = signal.aborted ? 'stopped' : timeout.aborted ? 'timeout' : faultIn(error)
    return { answer: null, fault, durationMs: spent() }
  }
}

/** How long the providers wait for an answer, in ms. */
export const PROVIDER_TIMEOUT_MS = 15_000

/** The code stands in the cause of what `fetch` throws. */
function faultIn(error: unknown): string {
  return codeOf((error as Error).cause) ?? 'failed'
}
