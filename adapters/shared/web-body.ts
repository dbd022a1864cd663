import type { BodyLimits, BodyReader } from '../../src/delivery/delivery.js'
import { codeOf } from '../../src/errors/errors.js'
import { TIMED_OUT, within } from '../../src/time/time.js'
import { BodyError, refusalOf } from './body-error.js'
import { ChunkList } from './chunk-list.js'

/** The members that we use of a web-standard request. */
export interface WebRequest {
  readonly method: string
  readonly url: string
  readonly headers: WebHeaders
  readonly body: WebStream | null
  readonly bodyUsed: boolean
}

export interface WebHeaders {
  get(name: string): string | null
  forEach(callback: (value: string, name: string) => void): void
}

export interface WebStream {
  readonly locked: boolean
  getReader(): WebStreamReader
}

export interface WebStreamReader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>
  cancel(): Promise<unknown>
}

/** The one reader of web-standard bodies: chunk by chunk within the limits, where `arrayBuffer()` has none. */
export function webBodyOf(request: WebRequest): BodyReader {
  return async (limits) => {
    if (request.bodyUsed) throw new BodyError('BODY_CONSUMED')
    const { headers } = request
    const refusal = refusalOf(
      { encoding: headers.get('content-encoding'), length: headers.get('content-length') },
      limits,
    )
    if (refusal !== null) throw new BodyError(refusal)
    // Asked for once: servers make the stream then.
    const { body } = request
    if (body === null) return ''
    if (body.locked) throw new BodyError('BODY_CONSUMED')
    return readStream(body, limits)
  }
}

/** The core keeps the time as well, but only the reader can let go of the stream. */
async function readStream(body: WebStream, { maxBytes, timeoutMs }: BodyLimits): Promise<Uint8Array> {
  const reader = body.getReader()
  try {
    const bytes = await within(readAll(reader, maxBytes), timeoutMs)
    if (bytes === TIMED_OUT) throw new BodyError('BODY_TOO_SLOW')
    return bytes
  } catch (error) {
    // What has broken off by itself has nothing left to let go of.
    if (codeOf(error) !== 'BODY_ABORTED') cancelLater(reader)
    throw error
  }
}

async function readAll(reader: WebStreamReader, maxBytes: number): Promise<Uint8Array> {
  const chunks = new ChunkList()
  for (;;) {
    const { done, value } = await readChunk(reader)
    if (done) return chunks.toBytes()
    // Not `instanceof`: test runners have a `Uint8Array` of their own.
    if (!ArrayBuffer.isView(value)) throw new TypeError('A chunk of the body is not bytes.')
    if (chunks.size + value.byteLength > maxBytes) throw new BodyError('BODY_TOO_LARGE')
    chunks.append(value as Uint8Array)
  }
}

function readChunk(reader: WebStreamReader): ReturnType<WebStreamReader['read']> {
  return reader.read().catch(() => {
    throw new BodyError('BODY_ABORTED')
  })
}

/** Not at once: many servers take it as the end of the connection, and the sender might never read the answer. */
function cancelLater(reader: WebStreamReader): void {
  const timer: { unref?(): unknown } = setTimeout(() => void reader.cancel().catch(ignore), LINGER_MS)
  timer.unref?.()
}

function ignore(): void {
  // The stream is gone already.
}

const LINGER_MS = 1000
