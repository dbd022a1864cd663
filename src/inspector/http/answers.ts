import type { PageDocument } from '../document.js'
import type { ErrorAnswer, ErrorAnswerCode } from '../wire.js'
import type { PageAnswer } from './page-request.js'

/** On every answer. */
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
}

export function documentAnswer({ html, scriptHashes, styleHashes }: PageDocument): PageAnswer {
  const policy = [
    "default-src 'none'",
    `script-src ${sources(scriptHashes)}`,
    `style-src ${sources(styleHashes)}`,
    `img-src https: data: ${THIS_MACHINE}`,
    `media-src https: ${THIS_MACHINE}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
  return withLength(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }, html)
}

/** The media of a simulated provider. A browser lets no other page of this machine see more by it. */
const THIS_MACHINE = 'http://localhost:* http://127.0.0.1:*'

function sources(hashes: readonly string[]): string {
  return hashes.length === 0 ? "'none'" : hashes.map((hash) => `'${hash}'`).join(' ')
}

export function jsonAnswer(value: object, status = 200): PageAnswer {
  return withLength(status, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(value))
}

export function errorAnswer(code: ErrorAnswerCode, message: string): PageAnswer {
  return jsonAnswer({ error: { code, message } } satisfies ErrorAnswer, STATUS[code])
}

export function redirectAnswer(location: string): PageAnswer {
  return withLength(308, { location }, '')
}

export function notAllowedAnswer(allow: string): PageAnswer {
  const answer = errorAnswer('METHOD_NOT_ALLOWED', `Only ${allow} is answered here.`)
  return { ...answer, headers: { ...answer.headers, allow } }
}

/** `no-transform`: compression would hold messages back until there are enough of them. */
export const EVENT_STREAM_HEADERS = {
  ...HEADERS,
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

function withLength(status: number, headers: Readonly<Record<string, string>>, body: string): PageAnswer {
  const length = String(Buffer.byteLength(body))
  return { status, headers: { ...HEADERS, ...headers, 'content-length': length }, body }
}

const STATUS: Readonly<Record<ErrorAnswerCode, number>> = {
  FORBIDDEN_PEER: 403,
  FORBIDDEN_HOST: 403,
  FORBIDDEN_PROXY: 403,
  FORBIDDEN_ORIGIN: 403,
  FORBIDDEN_HEADER: 403,
  NOT_AUTHORIZED: 403,
  READ_ONLY: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  TASK_GONE: 404,
  DELIVERY_GONE: 404,
  REQUEST_INVALID: 400,
  NO_POLLER: 409,
  TASK_UNKNOWN: 409,
  CLOSING: 503,
  INTERNAL: 500,
}
