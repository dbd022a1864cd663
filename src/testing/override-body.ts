import { refuseUnknownOptions } from '../errors/refuse-unknown-options.js'
import { isObject } from '../events/values.js'
import type { EventType } from '../events/types.js'
import { writersOf } from './kinds/index.js'
import type { SampleJson, SampleInput } from './kinds/body.js'
import { invalid } from './kinds/write.js'

/**
 * Lays overrides over the body of a sample, each at its documented place and in the body's own spelling. Changes the body.
 *
 * @param call begins the message of an error
 * @throws ConfigurationError `OPTION_UNKNOWN`, `OPTION_INVALID`
 */
export function overrideBody(
  type: EventType,
  body: SampleJson,
  overrides: unknown,
  input: SampleInput,
  call: string,
): void {
  if (!isObject(overrides)) throw invalid(`${call}: overrides must be an object.`)
  const writers = writersOf(type)
  refuseUnknownOptions(overrides, Object.keys(writers), call)
  for (const [name, write] of Object.entries(writers)) {
    const value = overrides[name]
    if (value !== undefined) write(body, value, { call: `${call}, ${name}`, input })
  }
}

/** The names of what a sample of this event can be told to say. */
export function overrideNamesOf(type: EventType): readonly string[] {
  return Object.keys(writersOf(type))
}
