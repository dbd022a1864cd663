import { isObject, objectOrNothing, readEither, snakeCase, toNumber, toText, type JsonObject } from '../values.js'

/**
 * Readers that never fail: a value of an unexpected type is null, as if it were absent, so that one odd field does not cost the
 * user the whole event. What is required is decided by each kind from what was read.
 */
export type Reader<T> = (value: unknown) => T

export const text = toText

export const number = toNumber

/** A list of strings; what is empty or no string is left out. */
export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) && value.length <= MAX_ITEMS ? value.flatMap((entry) => toText(entry) ?? []) : []
}

/** `"rock, calm"` or `["rock", "calm"]` → `['rock', 'calm']`. */
export function tags(value: unknown): readonly string[] {
  if (typeof value === 'string') return splitTags(value)
  return Array.isArray(value) ? value.flatMap((part) => toText(part)?.trim() ?? []) : []
}

/** By hand: `split` and `trim` would be a tenth of reading a body. */
function splitTags(text: string): readonly string[] {
  const names: string[] = []
  for (let from = 0, count = 0; from <= text.length && count < MAX_ITEMS; count++) {
    const comma = text.indexOf(',', from)
    const end = comma === -1 ? text.length : comma
    let start = from
    while (start < end && text.charCodeAt(start) === SPACE) start++
    const part = text.slice(start, end)
    const name = isPrintable(part.charCodeAt(part.length - 1)) && isPrintable(part.charCodeAt(0)) ? part : part.trim()
    if (name !== '') names.push(name)
    from = end + 1
  }
  return names
}

const SPACE = 0x20

/** No space, of ASCII; NaN, of an empty text, is not. */
function isPrintable(code: number): boolean {
  return code > SPACE && code < 0x7f
}

/** The fields of an object, each under both of its spellings. What is no object has none of them. */
export function record<S extends Shape>(shape: S): Reader<Read<S>> {
  const fields = Object.entries(shape).map(([name, read]) => ({ name, snakeCased: snakeCase(name), read }))
  return (value) => {
    const object = objectOrNothing(value)
    const found: Record<string, unknown> = {}
    for (const { name, snakeCased, read } of fields) found[name] = readEither(read, object[snakeCased], object[name])
    return found as Read<S>
  }
}

/** An object, read by `item`; anything else is null. */
export function objectOf<T>(item: Reader<T>): Reader<T | null> {
  return (value) => (isObject(value) ? item(value) : null)
}

/** A list of objects, each read by `item`; what is not an object is left out. Not a list, or too long to be one: null. */
export function listOf<T>(item: (value: JsonObject) => T, maxItems = MAX_ITEMS): Reader<readonly T[] | null> {
  return (value) => {
    if (!Array.isArray(value) || value.length > maxItems) return null
    const items: T[] = []
    for (const entry of value) if (isObject(entry)) items.push(item(entry))
    return items
  }
}

type Shape = Readonly<Record<string, Reader<unknown>>>

type Read<S extends Shape> = { readonly [Name in keyof S]: ReturnType<S[Name]> }

/** The providers send two; a list of a thousand is no result of theirs. */
const MAX_ITEMS = 1000
