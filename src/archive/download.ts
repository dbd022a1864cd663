import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Destination } from './destination.js'
import { FileFault } from './file-fault.js'
import { formatOf, HEAD_BYTES, type Format, type Promised } from './format.js'
import { openLink, type LinkSettings } from './open-link.js'
import { withTimeLimits, type TimeLimits, type TimeLimitSettings } from './time-limits.js'

export interface DownloadSettings extends LinkSettings, TimeLimitSettings {
  readonly maxFileBytes: number
}

/** What is to be fetched, and what is done with it. */
export interface DownloadRequest {
  readonly link: string
  readonly promised: Promised
  /** Stores the bytes, whose format is known by now. They end in an error when they are not all that was announced. */
  readonly put: (format: Format, bytes: Parameters<Destination['put']>[1], announced: number | null) => Promise<void>
  readonly onBytes: (bytes: number, announced: number | null) => void
}

export interface Downloaded {
  readonly bytes: number
  /** In hex. */
  readonly sha256: string
  readonly contentType: string
}

/**
 * Fetches a link once, and stores what comes while it comes: it is never in memory as a whole.
 *
 * @throws FileFault; what `put` throws; the reason of `signal`
 */
export function download(
  { link, promised, put, onBytes }: DownloadRequest,
  settings: DownloadSettings,
  signal: AbortSignal,
): Promise<Downloaded> {
  return withTimeLimits(settings, signal, 'The file was not there', async (limits) => {
    const response = await limits.forBytes(openLink(link, settings, limits.signal))
    const announced = readHead(response, settings.maxFileBytes)
    const body = new Body(response, { announced, limits, maxFileBytes: settings.maxFileBytes, onBytes })
    const format = formatOf(await body.head(), promised)
    if (format === null) {
      throw new FileFault('WRONG_TYPE', `What came is no ${NAMES[promised]}, as its first bytes show.`)
    }
    await limits.forPut(put(format, body.rest(), announced)).catch((error: unknown) => {
      // A destination may wrap what the bytes ended in.
      throw body.fault ?? error
    })
    return { ...body.measured(), contentType: format.contentType }
  })
}

const NAMES: Readonly<Record<Promised, string>> = { audio: 'song', wav: 'WAV file', image: 'image', video: 'video' }

/** The announced length. */
function readHead({ statusCode, headers }: IncomingMessage, maxFileBytes: number): number | null {
  if (statusCode !== 200) {
    const message = `The server answered ${String(statusCode)}.`
    throw new FileFault('HTTP_STATUS', message, { httpStatus: Number(statusCode) })
  }
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new FileFault('ENCODED', 'The server answered compressed, which was not asked for.')
  }
  const length = headers['content-length']
  const announced = length === undefined ? null : Number(length)
  if (announced !== null && announced > maxFileBytes) throw tooLarge(maxFileBytes)
  return announced
}

interface BodyContext {
  readonly announced: number | null
  readonly limits: TimeLimits
  readonly maxFileBytes: number
  readonly onBytes: DownloadRequest['onBytes']
}

/** The bytes of an answer: counted, hashed, and complete or ending in an error. */
class Body {
  /** What the bytes ended in. */
  fault: unknown = null
  readonly #chunks: AsyncIterator<Uint8Array, undefined>
  readonly #hash = createHash('sha256')
  readonly #head: Uint8Array[] = []
  #bytes = 0
  #isDone = false

  constructor(
    response: IncomingMessage,
    private readonly context: BodyContext,
  ) {
    this.#chunks = (response as AsyncIterable<Uint8Array, undefined>)[Symbol.asyncIterator]()
  }

  /** The first bytes; fewer than asked for when no more come. */
  async head(): Promise<Uint8Array> {
    while (this.#bytes < HEAD_BYTES) {
      const chunk = await this.#next()
      if (chunk === null) break
      this.#head.push(chunk)
    }
    if (this.#bytes === 0) throw new FileFault('EMPTY', 'The server answered 200 with nothing.')
    return Buffer.concat(this.#head)
  }

  /** All of them, the head included. */
  async *rest(): AsyncGenerator<Uint8Array> {
    yield* this.#head
    for (;;) {
      const chunk = await this.#next()
      if (chunk === null) return
      yield chunk
    }
  }

  /** @throws FileFault `DESTINATION_FAILED` when the destination did not read them to their end */
  measured(): { readonly bytes: number; readonly sha256: string } {
    if (this.fault !== null) throw this.fault as Error
    if (!this.#isDone) {
      throw new FileFault(
        'DESTINATION_FAILED',
        'The destination did not read the file to its end, but said that it is stored.',
      )
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  async #next(): Promise<Uint8Array | null> {
    const { limits } = this.context
    try {
      const { value, done } = await limits.forBytes(this.#chunks.next())
      if (done === true) {
        // A body that is not as long as announced has ended in an error of Node.js.
        this.#isDone = true
        return null
      }
      return this.#count(value)
    } catch (error) {
      this.fault = error instanceof FileFault || limits.signal.aborted ? error : cutOff(error)
      throw this.fault
    }
  }

  #count(chunk: Uint8Array): Uint8Array {
    const { maxFileBytes, announced, onBytes } = this.context
    this.#bytes += chunk.byteLength
    if (this.#bytes > maxFileBytes) throw tooLarge(maxFileBytes)
    this.#hash.update(chunk)
    onBytes(this.#bytes, announced)
    return chunk
  }
}

function cutOff(cause: unknown): FileFault {
  return new FileFault('CUT_OFF', 'What came is not as long as was announced, or the connection ended too early.', {
    cause,
  })
}

function tooLarge(maxFileBytes: number): FileFault {
  return new FileFault(
    'TOO_LARGE',
    `The file is larger than ${String(maxFileBytes)} bytes. Set maxFileBytes higher to keep it.`,
  )
}
