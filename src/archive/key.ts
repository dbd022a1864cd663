import { createHash } from 'node:crypto'
import { ConfigurationError } from '../errors/errors.js'

/**
 * A text of a stranger's as part of a key: letters, digits, `.`, `_` and `-`, 100 at most. What had to be changed gets a hash of the whole
 * at its end, so that two texts never become one.
 */
export function safeName(text: string): string {
  const name = toPlain(text)
  const isSame = name === text && !isReserved(name)
  return isSame ? name : `${name}${name === '' ? '' : '-'}${shortHash(text)}`
}

/** The same for what only people read, such as a title: without a hash. */
export function readableName(text: string): string {
  const name = toPlain(text)
  return name === '' ? 'untitled' : isReserved(name) ? `${name}_` : name
}

/**
 * @param what how the message begins
 * @throws ConfigurationError `KEY_INVALID`
 */
export function checkKey(key: unknown, what: string): asserts key is string {
  const isKey = typeof key === 'string' && key.length <= MAX_KEY && key.split('/').every(isSegment)
  if (isKey) return
  throw new ConfigurationError(
    'KEY_INVALID',
    `${what}: a key is at most ${String(MAX_KEY)} characters: segments of A-Z a-z 0-9 . _ - with / between them, of which none begins or ends with a dot, has more than ${String(MAX_SEGMENT)} characters, or is a device of Windows.`,
  )
}

const MAX_KEY = 900
const MAX_NAME = 100
/** File systems take 255 bytes; the part file beside it has a longer name. */
const MAX_SEGMENT = 200

function toPlain(text: string): string {
  // Accents become characters of their own, and go.
  const ascii = text.normalize('NFKD').replace(/\p{M}/gu, '')
  return trimmed(trimmed(ascii.replace(/[^A-Za-z0-9._-]+/g, '-')).slice(0, MAX_NAME))
}

function trimmed(text: string): string {
  return text.replace(/^[.-]+|[.-]+$/g, '')
}

function isSegment(segment: string): boolean {
  return (
    segment.length <= MAX_SEGMENT &&
    /^[A-Za-z0-9_-]([A-Za-z0-9._-]*[A-Za-z0-9_-])?$/.test(segment) &&
    !isReserved(segment)
  )
}

/** Windows takes the name before the first dot for a device. */
function isReserved(name: string): boolean {
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name)
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
