import type { Envelope } from '../envelope.js'
import { isObject, snakeCase, type JsonObject } from '../values.js'

/** What is read first of the places where a result can stand; null and undefined count as nothing. */
export function firstOf<T>(envelope: Envelope, read: (place: JsonObject) => T | null | undefined): T | undefined {
  // The documented place first and alone: the others need not be looked for then.
  const documented = isObject(envelope.data) ? read(envelope.data) : null
  if (documented !== null && documented !== undefined) return documented
  for (const place of envelope.places) {
    const found = read(place)
    if (found !== null && found !== undefined) return found
  }
  return undefined
}

/** Whether one of these fields stands, whatever its value, where a result can stand. Asked of every kind for a body without one. */
export function hasField({ places }: Envelope, names: ReadonlySet<string>): boolean {
  for (const place of places) for (const name in place) if (names.has(name)) return true
  return false
}

/** The names in both spellings. */
export function fieldNames(...names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => [name, snakeCase(name)]))
}
