import {
  isObject,
  NOTHING,
  objectOrNothing,
  parsed,
  readEither,
  snakeCase,
  toInstant,
  toNumber,
  toText,
  toWord,
  type JsonObject,
} from './values.js'

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
  /** When the task ended and when it was made, where the body names an instant. */
  readonly completedAt: Date | null
  readonly createdAt: Date | null
  readonly data: JsonObject | readonly unknown[] | null
  /** Where a result can stand, the documented place first. A bare list stands here as `{ data: list }`. */
  readonly places: readonly JsonObject[]
  readonly raw: unknown
}

/** Reads parsed JSON of any shape; never throws. */
export function readEnvelope(raw: unknown): Envelope {
  return new BodyEnvelope(raw)
}

/** A class, for an object with a getter costs as much as all else here. */
class BodyEnvelope implements Envelope {
  readonly taskIds: readonly string[]
  readonly code: number | null
  readonly message: string | null
  readonly stage: string | null
  readonly states: readonly string[]
  readonly errorCode: number | null
  readonly completedAt: Date | null
  readonly createdAt: Date | null
  readonly data: Envelope['data']
  readonly raw: unknown
  #places: readonly JsonObject[] | null = null

  constructor(raw: unknown) {
    const root = objectOrNothing(raw)
    const data = objectOrNothing(root.data)
    // The documented success of most kinds has none of these fields, and is read as fast as it can be.
    const isPlain = !hasOneOf(FIELDS_OF_STATE, root) && !hasOneOf(FIELDS_OF_STATE, data)
    const response = isPlain ? NOTHING : objectOrNothing(data.response ?? root.response)
    this.taskIds = toTaskIds(data.task_id, data.taskId, root.task_id, root.taskId)
    this.code = toCode(root.code, data.code, response.code)
    this.message =
      (isPlain ? null : (innerMessage(data) ?? innerMessage(root))) ?? toText(root.msg) ?? toText(root.message)
    this.stage = stageIn(data) ?? stageIn(root) ?? stageIn(response)
    this.states = isPlain ? NONE : toStates(data, root, response)
    this.errorCode = isPlain ? null : (errorCodeIn(data) ?? errorCodeIn(root))
    this.completedAt = isPlain ? null : (timeIn(data, 'completeTime') ?? timeIn(root, 'completeTime'))
    this.createdAt = isPlain ? null : (timeIn(data, 'createTime') ?? timeIn(root, 'createTime'))
    this.data = isObject(root.data) || Array.isArray(root.data) ? root.data : null
    this.raw = raw
  }

  /** Most callbacks have their result at the documented place: the others are looked for when they are asked for. */
  get places(): readonly JsonObject[] {
    return (this.#places ??= toPlaces(objectOrNothing(this.raw)))
  }
}

function toInteger(value: unknown): number | null {
  if (value === undefined) return null
  const number = toNumber(value)
  return Number.isSafeInteger(number) ? number : null
}

/** What a body can have beside its ids, code, message, stage and result. */
const FIELDS_OF_STATE: ReadonlySet<string> = new Set(
  [
    ...['error', 'errorMessage', 'failMsg', 'errorCode', 'failCode', 'status', 'state', 'successFlag', 'response'],
    ...['completeTime', 'createTime'],
  ].flatMap((name) => [name, snakeCase(name)]),
)

function hasOneOf(names: ReadonlySet<string>, place: JsonObject): boolean {
  for (const name in place) if (names.has(name)) return true
  return false
}

function innerMessage(place: JsonObject): string | null {
  return (
    readEither(toText, place.error_message, place.errorMessage) ??
    readEither(toText, place.fail_msg, place.failMsg) ??
    toText(place.error)
  )
}

function timeIn(place: JsonObject, name: string): Date | null {
  return readEither(toInstant, place[snakeCase(name)], place[name])
}

/** The outermost code that says more than success: a record has 200 around its own. */
function toCode(outer: unknown, inner: unknown, innermost: unknown): number | null {
  let code = toInteger(outer)
  if (inner !== undefined && saysNoMore(code)) code = toInteger(inner) ?? code
  if (innermost !== undefined && saysNoMore(code)) code = toInteger(innermost) ?? code
  return code
}

function saysNoMore(code: number | null): boolean {
  return code === null || code === 200
}

function stageIn(place: JsonObject): string | null {
  const { callback_type: snakeCased, callbackType: camelCased } = place
  // Of two spellings, what is no word hides none.
  return toWord(toText(snakeCased) ?? toText(camelCased))
}

const NONE: readonly string[] = []

function toStates(data: JsonObject, root: JsonObject, response: JsonObject): readonly string[] {
  const states: string[] = []
  addStates(data, states)
  addStates(root, states)
  if (response !== NOTHING) addStates(response, states)
  return states
}

function addStates(place: JsonObject, states: string[]): void {
  const { status, state, success_flag: snakeCased, successFlag: camelCased } = place
  if (status !== undefined) addState(status, states)
  if (state !== undefined) addState(state, states)
  if (snakeCased !== undefined) addState(snakeCased, states)
  if (camelCased !== undefined) addState(camelCased, states)
}

function addState(value: unknown, states: string[]): void {
  const word = toWord(value)
  if (word !== null) states.push(word)
}

function errorCodeIn(place: JsonObject): number | null {
  return (
    readEither(toInteger, place.error_code, place.errorCode) ?? readEither(toInteger, place.fail_code, place.failCode)
  )
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
  for (const result of [place.result_json, place.resultJson]) addPlaces(parsed(result), level + 1, places)
  for (const result of [place.result_object, place.resultObject]) addPlaces(result, level + 1, places)
  addPlaces(place.info, level + 1, places)
  // Of a body, `data` is a place already; in a result it can be the result's own.
  if (level > 0 && isObject(place.data)) addPlaces(place.data, level + 1, places)
}

/** `data.resultJson.data.response`: the deepest that was seen is one level less. */
const DEEPEST_PLACE = 3

/** All spellings and places are looked at, not the first that has a value: a body that names two tasks must be noticed. */
function toTaskIds(...values: readonly unknown[]): readonly string[] {
  let ids = NONE
  for (const value of values) {
    const id = toTaskId(value)
    if (id !== null && !ids.includes(id)) ids = [...ids, id]
  }
  return ids
}

function toTaskId(value: unknown): string | null {
  // A number that is not exact has lost digits while it was parsed: it would be some other task's id.
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : toText(value)
}
