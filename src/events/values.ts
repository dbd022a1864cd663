/** Readers of single values of any JSON. They never fail: what is no such value is null. */

/** An object of a body, as it came. */
export type JsonObject = Readonly<Record<string, unknown>>

/** What is read of a field whose two spellings have these values: what cannot be read under one hides nothing under the other. */
export function readEither<T>(read: (value: unknown) => T, snakeCased: unknown, camelCased: unknown): T {
  if (isBlank(snakeCased)) return read(camelCased ?? snakeCased)
  const found = read(snakeCased)
  const isNothing = found === null || (Array.isArray(found) && found.length === 0)
  return isNothing && camelCased !== undefined ? read(camelCased) : found
}

/** `taskId` → `task_id`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** ` In Progress` → `in_progress`, `2` → `2`; null for what is no word. */
export function toWord(value: unknown): string | null {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : null
  const text = toText(value)
  if (text === null || IS_WORD.test(text)) return text
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
}

const IS_WORD = /^[a-z_]+$/

/** What a string of JSON holds; anything else, and a string that is no JSON, as it is. */
export function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** What is no object has no fields. */
export function objectOrNothing(value: unknown): JsonObject {
  return isObject(value) ? value : NOTHING
}

/** A string with something in it, or null. */
export function toText(value: unknown): string | null {
  return typeof value === 'string' && !isSpace(value) ? value : null
}

/** A number, or a string that spells one; otherwise null. */
export function toNumber(value: unknown): number | null {
  const number = typeof value === 'number' ? value : toText(value) === null ? NaN : Number(value)
  return Number.isFinite(number) ? number : null
}

/** Epoch milliseconds, as a number or in digits, or ISO 8601 with a zone. A time without a zone names no instant: null. */
export function toInstant(value: unknown): Date | null {
  if (value === undefined) return null
  const millis = typeof value === 'string' && value.includes('-') ? null : toNumber(value)
  // Below 1973 it is not milliseconds.
  if (millis !== null) return millis > 1e11 && millis < 8.64e15 ? new Date(millis) : null
  if (typeof value !== 'string' || !ZONED.test(value)) return null
  const date = new Date(value.trim().replace(' ', 'T'))
  return Number.isNaN(date.getTime()) ? null : date
}

const ZONED = /^\s*\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)\s*$/i

/**
 * Whether a value says nothing: null, absent, an empty string, list or object, or a number too large to be one. JSON writes that as
 * null, so a queue would make another event of it.
 */
export function isBlank(value: unknown): boolean {
  if (typeof value === 'string') return isSpace(value)
  if (typeof value === 'number') return !Number.isFinite(value)
  return value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0)
}

/** No fields at all. */
export const NOTHING: JsonObject = Object.freeze({})

function isSpace(text: string): boolean {
  // Most texts tell by their first character; trimming all of them would be the larger part of reading a body.
  return !(text.charCodeAt(0) > SPACE && text.charCodeAt(0) < DELETE) && text.trim() === ''
}

const SPACE = 0x20
const DELETE = 0x7f
