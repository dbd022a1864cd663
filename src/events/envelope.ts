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

/** An object of a body, as it came. */
export type JsonObject = Readonly<Record<string, unknown>>

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
  readonly data: JsonObject | readonly unknown[] | null
  readonly raw: unknown
}

/** Reads parsed JSON of any shape; never throws. */
export function readEnvelope(raw: unknown): Envelope {
  const root = objectOrNothing(raw)
  const data = objectOrNothing(root.data)
  return {
    taskIds: toTaskIds(data.task_id, data.taskId, root.task_id, root.taskId),
    code: toInteger(root.code),
    message:
      toText(either(data.error_message, data.errorMessage)) ??
      toText(data.error) ??
      toText(either(root.error_message, root.errorMessage)) ??
      toText(root.error) ??
      toText(root.msg) ??
      toText(root.message),
    stage: toText(either(data.callback_type, data.callbackType))?.trim().toLowerCase() ?? null,
    status: toText(data.status) ?? toText(data.state),
    errorCode: toInteger(either(data.error_code, data.errorCode)) ?? toInteger(either(root.error_code, root.errorCode)),
    data: isObject(root.data) || Array.isArray(root.data) ? root.data : null,
    raw,
  }
}

/** The value of a field whose two spellings have these values: the one that says something. */
export function either(snakeCased: unknown, camelCased: unknown): unknown {
  return isBlank(snakeCased) ? (camelCased ?? snakeCased) : snakeCased
}

/** Whether the object has that field, under either spelling. */
export function has(object: Envelope['data'], name: string): boolean {
  return object !== null && (Object.hasOwn(object, name) || Object.hasOwn(object, snakeCase(name)))
}

/** `taskId` → `task_id`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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

const NOTHING: JsonObject = Object.freeze({})

function isSpace(text: string): boolean {
  // Most texts tell by their first character; trimming all of them would be the larger part of reading a body.
  return !(text.charCodeAt(0) > SPACE && text.charCodeAt(0) < DELETE) && text.trim() === ''
}

const SPACE = 0x20
const DELETE = 0x7f

function toInteger(value: unknown): number | null {
  const number = toNumber(value)
  return Number.isSafeInteger(number) ? number : null
}

/** All spellings and places are looked at, not the first that has a value: a body that names two tasks must be noticed. */
function toTaskIds(...values: readonly unknown[]): readonly string[] {
  const ids: string[] = []
  for (const value of values) {
    const id = toTaskId(value)
    if (id !== null && !ids.includes(id)) ids.push(id)
  }
  return ids
}

function toTaskId(value: unknown): string | null {
  // A number that is not exact has lost digits while it was parsed: it would be some other task's id.
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : toText(value)
}
