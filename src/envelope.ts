/**
 * Reads the outer layer of a body. This is the only place that knows how the providers spell things:
 *
 *     | what         | spellings and places                                                                      |
 *     |--------------|-------------------------------------------------------------------------------------------|
 *     | task id      | `data.task_id`, `data.taskId`, root `task_id`, root `taskId`                              |
 *     | stage        | `data.callbackType` (music and lyrics only)                                               |
 *     | status       | `data.status` (voice, phrase), `data.state` (MIDI)                                        |
 *     | inner error  | `data.errorCode`, `data.errorMessage`, `data.error`, or the same at the root              |
 *     | data         | an object, a bare array, null, or absent                                                  |
 *     | any field    | camelCase or snake_case, both within one body                                             |
 */

/** A JSON object with its keys in camelCase. */
export type Fields = Readonly<Record<string, unknown>>

export interface Envelope {
  /** Every different task id that the body carries: one, normally. More than one makes the body malformed. */
  readonly taskIds: readonly string[]
  readonly code: number | null
  /** The most specific text that is not empty: the inner error's, else the outer message. */
  readonly message: string | null
  /** The body's own word for how far the task is, in lower case. */
  readonly stage: string | null
  readonly status: string | null
  readonly errorCode: number | null
  readonly data: Fields | readonly unknown[] | null
  readonly raw: unknown
}

/** Reads parsed JSON of any shape; never throws. */
export function readEnvelope(raw: unknown): Envelope {
  const root = fieldsOf(raw) ?? NO_FIELDS
  const data = fieldsOf(root.data)
  const inner = data ?? NO_FIELDS
  return {
    taskIds: distinct(toTaskIds(raw), toTaskIds(isRecord(raw) ? raw.data : undefined)),
    code: toInteger(root.code),
    message:
      toText(inner.errorMessage) ??
      toText(inner.error) ??
      toText(root.errorMessage) ??
      toText(root.error) ??
      toText(root.msg) ??
      toText(root.message),
    stage: toText(inner.callbackType)?.trim().toLowerCase() ?? null,
    status: toText(inner.status) ?? toText(inner.state),
    errorCode: toInteger(inner.errorCode) ?? toInteger(root.errorCode),
    data: data ?? (Array.isArray(root.data) ? root.data : null),
    raw,
  }
}

/** The same object with camelCase keys, or null when it is not an object. Of two spellings, the one with a value wins. */
export function fieldsOf(value: unknown): Fields | null {
  if (!isRecord(value)) return null
  const fields: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    const name = camelCase(key)
    // Assigning to `__proto__` would change the prototype instead of adding a field; `raw` still has it.
    if (name === '__proto__') continue
    if (Object.hasOwn(fields, name) && isBlank(value[key])) continue
    fields[name] = value[key]
  }
  return fields
}

/** A string with something in it, or null. */
export function toText(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** A number, or a string that spells one; otherwise null. */
export function toNumber(value: unknown): number | null {
  const number = typeof value === 'number' ? value : toText(value) === null ? NaN : Number(value)
  return Number.isFinite(number) ? number : null
}

/**
 * Whether a value says nothing: null, absent, an empty string, or a number too large to be one. JSON writes that as null, so a queue
 * would make another event of it.
 */
export function isBlank(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  return value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value))
}

const NO_FIELDS: Fields = Object.freeze({})

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toInteger(value: unknown): number | null {
  const number = toNumber(value)
  return Number.isSafeInteger(number) ? number : null
}

/** Both spellings are looked at, not the first that has a value: a body that names two tasks must be noticed. */
function toTaskIds(place: unknown): readonly string[] {
  if (!isRecord(place)) return []
  return [place.task_id, place.taskId].flatMap((id) => toTaskId(id) ?? [])
}

function toTaskId(value: unknown): string | null {
  // A number that is not exact has lost digits while it was parsed: it would be some other task's id.
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : toText(value)
}

function distinct(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())]
}

/** Keys come from outside, so the memory for their spellings is bounded, in their number and in their length. */
const spellings = new Map<string, string>()
const MAX_SPELLINGS = 500
/** No field of the providers has so long a name: what is longer stays as it is. */
const MAX_NAME_LENGTH = 64

function camelCase(key: string): string {
  if (key.length > MAX_NAME_LENGTH || !key.includes('_')) return key
  const known = spellings.get(key)
  if (known !== undefined) return known
  const name = key.replace(/(?<=[A-Za-z0-9])_+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  if (spellings.size < MAX_SPELLINGS) spellings.set(key, name)
  return name
}
