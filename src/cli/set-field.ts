import { isObject } from '../events/values.js'
import { nearest } from '../errors/nearest.js'
import { UsageError } from './usage-error.js'

/**
 * Sets a field of a body in place: `data.data.0.title` is the title of the first track. Where a text stood, the value is one; else it is
 * read as JSON where it is JSON, and is a text where it is not.
 *
 * @returns a sentence where there was no such field before; null where there was
 * @throws UsageError where the path leads through what is no object and no list
 */
export function setField(body: object, path: string, text: string): string | null {
  const steps = path.split('.')
  const last = String(steps.pop())
  const parent = steps.reduce<unknown>((value, step) => own(value, step), body)
  if (!isObject(parent) && !Array.isArray(parent)) throw new UsageError(noSuchPlace(body, path))
  const fields = parent as Record<string, unknown>
  const isNew = !Object.hasOwn(fields, last)
  const names = Object.keys(fields)
  Object.defineProperty(fields, last, {
    value: typeof fields[last] === 'string' && !isNew ? text : readValue(text),
    writable: true,
    enumerable: true,
    configurable: true,
  })
  if (!isNew) return null
  const near = nearest(last, names)
  const remedy = near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`
  return `--set ${path}: the sample had no such field, so it was added.${remedy} Beside it are: ${names.join(', ')}.`
}

function own(value: unknown, step: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, step)
    ? (value as Readonly<Record<string, unknown>>)[step]
    : undefined
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Names the fields of the last place that there is. */
function noSuchPlace(body: object, path: string): string {
  const steps = path.split('.')
  let place: object = body
  let known = ''
  for (const step of steps) {
    const next = own(place, step)
    if (typeof next !== 'object' || next === null) break
    place = next
    known = known === '' ? step : `${known}.${step}`
  }
  const where = known === '' ? 'The body' : `"${known}"`
  return `--set ${path}: there is no such place in the body. ${where} has: ${Object.keys(place).join(', ')}.`
}
