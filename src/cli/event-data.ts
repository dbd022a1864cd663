import type { SunoEvent } from '../events/types.js'

/** The fields of an event as data, but the body that it was read from. Null where there is no event. */
export function eventData(event: SunoEvent | null): Readonly<Record<string, unknown>> | null {
  return event === null ? null : without(event, ['raw'])
}

/** An event that a record has become, as a line of `--json`. */
export function eventRecord(event: SunoEvent) {
  const { type, kind, taskId } = event
  return { record: 'event', type, kind, taskId, event: eventData(event) }
}

/** The fields of the object but those. */
export function without(object: object, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}
