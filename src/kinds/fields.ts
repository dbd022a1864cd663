import { z } from 'zod'
import { fieldsOf, toNumber, toText } from '../envelope.js'

/**
 * Field types that never fail: a value of an unexpected type is null, as if it were absent, so that one odd field does not
 * cost the user the whole event. What is required is decided by each kind from what was read.
 */

/** Any value, or none: absent reads as null does. */
const anything = z.unknown().optional()

export const text = anything.transform(toText)

export const number = anything.transform(toNumber)

/** A list of strings; what is empty or no string is left out. */
export const texts = anything.transform((value): readonly string[] =>
  Array.isArray(value) && value.length <= MAX_ITEMS ? value.flatMap((entry) => toText(entry) ?? []) : [],
)

/** `"rock, calm"` or `["rock", "calm"]` → `['rock', 'calm']`. */
export const tags = anything.transform((value): readonly string[] => {
  const parts: unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : []
  return parts.flatMap((part) => toText(part)?.trim() ?? [])
})

/** Epoch milliseconds, as a number or in digits, or ISO 8601 with a zone. A time without a zone names no instant: null. */
export const instant = anything.transform((value): Date | null => {
  const millis = toNumber(value)
  // Below 1973 it is not milliseconds.
  if (millis !== null) return millis > 1e11 && millis < 8.64e15 ? new Date(millis) : null
  if (typeof value !== 'string' || !ZONED.test(value.trim())) return null
  const date = new Date(value.trim().replace(' ', 'T'))
  return Number.isNaN(date.getTime()) ? null : date
})

/** An object, read by `item`; anything else is null. */
export function objectOf<Item extends z.ZodType>(item: Item) {
  return anything.transform((value): z.output<Item> | null => {
    const fields = fieldsOf(value)
    return fields === null ? null : item.parse(fields)
  })
}

/** A list of objects, each read by `item`; what is not an object is left out. Not a list, or too long to be one: null. */
export function listOf<Item extends z.ZodType>(item: Item, maxItems = MAX_ITEMS) {
  return anything.transform((value): readonly z.output<Item>[] | null => {
    if (!Array.isArray(value) || value.length > maxItems) return null
    return value.flatMap((entry) => {
      const fields = fieldsOf(entry)
      return fields === null ? [] : [item.parse(fields)]
    })
  })
}

/** The providers send two; a list of a thousand is no result of theirs. */
const MAX_ITEMS = 1000

const ZONED = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i
