/** Readers of single values of any JSON. They never fail: what is no such value is null. */

/** An object of a body, as it came. */
export type JsonObject = Readonly<Record<string, unknown>>

/** The value of a field whose two spellings have these values: the one that says something. */
export function either(snakeCased: unknown, camelCased: unknown): unknown {
  if (snakeCased === undefined) return camelCased
  return isBlank(snakeCased) ? (camelCased ?? snakeCased) : snakeCased
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
