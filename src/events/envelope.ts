/**
 * Reads the outer layer of a body, callback or record. This is the only place that knows how the providers spell things:
 *
 *     | what         | spellings and places                                                                              |
 *     |--------------|---------------------------------------------------------------------------------------------------|
 *     | task id      | `data.task_id`, `data.taskId`, root `task_id`, root `taskId`                                      |
 *     | stage        | `callbackType`                                      in `data`, at the root, in `response`         |
 *     | states       | `status`, `state`, `successFlag`; words or integers in `data`, at the root, in `response`         |
 *     | code         | `code`                                              at the root, in `data`, in `response`         |
 *     | inner error  | `errorCode`, `failCode`, `errorMessage`, `failMsg`, `error`           in `data`, at the root      |
 *     | data         | an object, a bare array, null, or absent                                                          |
 *     | results      | `data`, the root, and below each: `response`, `resultJson` (JSON in a string), `resultObject`, `info` |
 *     | any field    | camelCase or snake_case, both within one body                                                     |
 */

/** An object of a body, as it came. */
export type JsonObject = Readonly<Record<string, unknown>>

export interface Envelope {
  /** Every different task id that the body carries: one, normally. More than one makes the body malformed. */
  readonly taskIds: readonly string[]
  /** The outermost code that is not 200, else 200; null when there is none. */
  readonly code: number | null
  /** The most specific text that is not empty: the inner error's, else the outer message. */
  readonly message: string | null
  /** The callback's own word for how far the task is, such as `complete`: as `toWord` writes it. */
  readonly stage: string | null
  /** The other words for it, such as `first_success`, and integers in digits; wherever they stand. */
  readonly states: readonly string[]
  readonly errorCode: number | null
  readonly data: JsonObject | readonly unknown[] | null
  /** Where a result can stand, the documented place first. A bare list stands here as `{ data: list }`. */
  readonly places: readonly JsonObject[]
  readonly raw: unknown
}

/** Reads parsed JSON of any shape; never throws. */
export function readEnvelope(raw: unknown): Envelope {
  const root = objectOrNothing(raw)
  const data = objectOrNothing(root.data)
  const response = objectOrNothing(data.response ?? root.response)
  let places: readonly JsonObject[] | undefined
  return {
    taskIds: toTaskIds(data.task_id, data.taskId, root.task_id, root.taskId),
    code: toCode(root.code, data.code, response.code),
    message:
      toText(either(data.error_message, data.errorMessage)) ??
      toText(either(data.fail_msg, data.failMsg)) ??
      toText(data.error) ??
      toText(either(root.error_message, root.errorMessage)) ??
      toText(either(root.fail_msg, root.failMsg)) ??
      toText(root.error) ??
      toText(root.msg) ??
      toText(root.message),
    stage: stageIn(data) ?? stageIn(root) ?? stageIn(response),
    states: toStates(data, root, response),
    errorCode: errorCodeIn(data) ?? errorCodeIn(root),
    data: isObject(root.data) || Array.isArray(root.data) ? root.data : null,
    // Most callbacks have their result at the documented place: the others are looked for when they are asked for.
    get places() {
      return (places ??= toPlaces(root))
    },
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

/** ` In Progress` → `in_progress`, `2` → `2`; null for what is no word. */
export function toWord(value: unknown): string | null {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : null
  const text = toText(value)
  return text === null
    ? null
    : text
        .trim()
        .toLowerCase()
        .replace(/[\s-]+/g, '_')
}

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

/** The outermost code that says more than success: a record has 200 around its own. */
function toCode(...values: readonly unknown[]): number | null {
  let code: number | null = null
  for (const value of values)
    if (value !== undefined && (code === null || code === 200)) code = toInteger(value) ?? code
  return code
}

function stageIn(place: JsonObject): string | null {
  const word = either(place.callback_type, place.callbackType)
  return typeof word === 'string' ? toWord(word) : null
}

function toStates(...places: readonly JsonObject[]): readonly string[] {
  let states: readonly string[] = NONE
  for (const place of places) {
    if (place === NOTHING) continue
    for (const value of [place.status, place.state, either(place.success_flag, place.successFlag)]) {
      const word = value === undefined ? null : toWord(value)
      if (word !== null) states = [...states, word]
    }
  }
  return states
}

const NONE: readonly string[] = []

function errorCodeIn(place: JsonObject): number | null {
  return toInteger(either(place.error_code, place.errorCode)) ?? toInteger(either(place.fail_code, place.failCode))
}

function toPlaces(root: JsonObject): readonly JsonObject[] {
  const places: JsonObject[] = []
  addPlaces(root.data, 0, places)
  addPlaces(root, 0, places)
  return places
}

function addPlaces(value: unknown, level: number, places: JsonObject[]): void {
  const place = Array.isArray(value) ? { data: value } : value
  if (!isObject(place) || level > DEEPEST_PLACE) return
  places.push(place)
  addPlaces(place.response, level + 1, places)
  addPlaces(parsed(either(place.result_json, place.resultJson)), level + 1, places)
  addPlaces(either(place.result_object, place.resultObject), level + 1, places)
  addPlaces(place.info, level + 1, places)
  // Of a body, `data` is a place already; in a result it can be the result's own.
  if (level > 0 && isObject(place.data)) addPlaces(place.data, level + 1, places)
}

/** `data.resultJson.data.response`: the deepest that was seen is one level less. */
const DEEPEST_PLACE = 3

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
