import { has, type Envelope, type JsonObject } from '../envelope.js'

/** What is read first of the places where a result can stand; null and undefined count as nothing. */
export function firstOf<T>({ places }: Envelope, read: (place: JsonObject) => T | null | undefined): T | undefined {
  for (const place of places) {
    const found = read(place)
    if (found !== null && found !== undefined) return found
  }
  return undefined
}

/** Whether that field stands, whatever its value, where a result can stand. */
export function hasField({ places }: Envelope, name: string): boolean {
  return places.some((place) => has(place, name))
}
