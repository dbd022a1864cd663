import { isUtf8 } from 'node:buffer'
import {
  lowerCased,
  type Body,
  type BodyCode,
  type BodyLimits,
  type BodyReader,
  type Delivery,
  type DeliveryHeaders,
} from './delivery.js'
import { whyNotJson } from './check-parsed.js'
import type { JsonObject } from '../events/values.js'
import { codeOf, DeliveryError, type DeliveryCode } from '../errors/errors.js'
import type { RejectionReason } from '../outcome/result.js'
import type { Awaitable } from '../time/time.js'

/** The parsed body, with its bytes where no parser of the app's ran first. */
export interface ReadBody {
  readonly raw: unknown
  readonly bytes: Uint8Array | null
}

/** Why there is no body to go on with: the request's fault, or (`failed`) the app's. */
export interface BodyFault {
  readonly fault: RejectionReason | 'failed'
  readonly error: DeliveryError
}

/** Bytes within size → JSON. Never rejects, but a reader may take any time. */
export function readBody(
  { body, headers }: Pick<Delivery, 'body' | 'headers'>,
  limits: BodyLimits,
): Awaitable<ReadBody | BodyFault> {
  if (headers !== undefined && !isJson(headers)) return fault('CONTENT_TYPE')
  return typeof body === 'function' ? readStream(body, limits) : readContent(body, limits)
}

async function readStream(read: BodyReader, limits: BodyLimits): Promise<ReadBody | BodyFault> {
  try {
    return readContent(await read(limits), limits)
  } catch (error) {
    const code = codeOf(error)
    return isBodyCode(code) ? fault(code) : fault('BODY_FAILED', error)
  }
}

function readContent(content: Body, { maxBytes }: BodyLimits): ReadBody | BodyFault {
  if (typeof content === 'string') return parse(content, Buffer.byteLength(content), null, maxBytes)
  if (content instanceof Uint8Array) {
    if (content.byteLength > maxBytes) return fault('BODY_TOO_LARGE')
    if (!isUtf8(content)) return fault('NOT_UTF8')
    return parse(toText(content), content.byteLength, content, maxBytes)
  }
  if ((content as unknown) === undefined) return fault('BODY_CONSUMED')
  const mistake = whyNotJson(content)
  if (mistake !== null) return { fault: 'failed', error: new DeliveryError('BODY_INVALID', mistake) }
  return isDeeperThan(content, MAX_DEPTH) ? fault('TOO_DEEP') : { raw: content, bytes: null }
}

function parse(text: string, size: number, bytes: Uint8Array | null, maxBytes: number): ReadBody | BodyFault {
  if (size > maxBytes) return fault('BODY_TOO_LARGE')
  try {
    // A byte order mark is allowed in front of JSON by many senders, and by no JSON parser.
    const raw: unknown = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
    // A level takes two characters at least, so that a short body cannot be too deep.
    const isDeep = text.length > 2 * MAX_DEPTH && isDeeperThan(raw, MAX_DEPTH)
    return isDeep ? fault('TOO_DEEP') : { raw, bytes }
  } catch {
    // The parser's message quotes the body, so it is not passed on.
    return fault('NOT_JSON')
  }
}

function toText(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return buffer.toString('utf8')
}

function isJson(headers: DeliveryHeaders): boolean {
  const type = headers['content-type'] ?? lowerCased(headers)['content-type']
  return type === 'application/json' || (typeof type === 'string' && /^\s*application\/json\s*(;|$)/i.test(type))
}

/** What is nested deeper can be parsed, but not be written again: `JSON.stringify` in a listener would overflow the stack. */
const MAX_DEPTH = 500

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  if (Array.isArray(value)) return value.some((child) => isDeeperThan(child, levels - 1))
  for (const name in value) if (isDeeperThan((value as JsonObject)[name], levels - 1)) return true
  return false
}

function fault(code: keyof typeof FAULTS, cause?: unknown): BodyFault {
  const [kind, message] = FAULTS[code]
  return { fault: kind, error: new DeliveryError(code, message, cause === undefined ? undefined : { cause }) }
}

function isBodyCode(code: string | undefined): code is BodyCode {
  return code !== undefined && BODY_CODES.includes(code)
}

const BODY_CODES: readonly string[] = [
  'BODY_TOO_LARGE',
  'BODY_TOO_SLOW',
  'BODY_ABORTED',
  'BODY_CONSUMED',
  'CONTENT_ENCODING',
] satisfies BodyCode[]

const FAULTS = {
  CONTENT_TYPE: ['not-json', 'The content type is not application/json.'],
  CONTENT_ENCODING: ['not-json', 'The body is compressed, and no body parser of the app has decoded it.'],
  BODY_TOO_LARGE: ['too-large', 'The body is larger than maxBodyBytes.'],
  BODY_TOO_SLOW: ['too-slow', 'The body took longer than bodyTimeoutMs.'],
  BODY_ABORTED: ['malformed', 'The connection ended before the body did.'],
  BODY_CONSUMED: [
    'failed',
    'Something has read the request body before suno-callbacks and left it nowhere. Mount suno-callbacks before it, or let it leave ' +
      'what it read in req.body (Koa: ctx.request.body) or req.rawBody.',
  ],
  BODY_FAILED: ['failed', 'The body could not be read.'],
  NOT_UTF8: ['malformed', 'The body is not UTF-8.'],
  NOT_JSON: ['malformed', 'The body is not JSON.'],
  TOO_DEEP: ['malformed', `The body is nested deeper than ${String(MAX_DEPTH)} levels.`],
} as const satisfies Partial<Record<DeliveryCode, readonly [BodyFault['fault'], string]>>

/** What is said of a body whose time is over. */
export const TOO_SLOW: BodyFault = fault('BODY_TOO_SLOW')
