import type { Envelope } from './envelope.js'
import { isBlank, isObject, parsed, snakeCase, toWord } from './values.js'
import { meaningOf, UNDELIVERED } from './states.js'
import type { ErrorReason, Kind } from './types.js'

/**
 * Whether the body has a word for failure. Code, stage and states are asked together, wherever they stand, because each lies somewhere:
 * lyrics failures of kie.ai say `complete` with code 400, `error` can come with code 200, and a record's own code is always 200.
 */
export function isFailure({ code, errorCode, stage, states }: Envelope, kind: Kind | null): boolean {
  if (isErrorCode(code) || meaningOf(stage, kind) === 'failed') return true
  for (const state of states) if (meaningOf(state, kind) === 'failed') return true
  // The error of a callback that could not be delivered is not the task's.
  return isErrorCode(errorCode) && !states.includes(UNDELIVERED)
}

/** The state of one part of a result: `fail`, `failed`, `GENERATE_AUDIO_FAILED`. */
export function isFailedStatus(status: string | null): boolean {
  return meaningOf(toWord(status), null) === 'failed'
}

/**
 * Whether a body without a result that could be read is a failed task all the same: the body itself says that the task is over, and
 * nothing in it has a value. A body of an unfinished task, or one with values that we cannot read, is not: it becomes `unknown`.
 *
 * @param isSilent whether its kind has no word for how far the task is, so that code 200 says that it is over
 */
export function isEmptyResult({ code, stage, states, raw }: Envelope, kind: Kind | null, isSilent: boolean): boolean {
  if (code !== 200) return false
  const words = stage === null ? states : [stage, ...states]
  const isOver = words.length === 0 ? isSilent : words.every((word) => meaningOf(word, kind) === 'over')
  return isOver && !hasOtherValue(raw, 0)
}

/** The documented meaning of the outer code, or of the inner one, or of the state, where the outer says success. */
export function reasonOf({ code, errorCode, states, message }: Envelope, isSaid: boolean): ErrorReason {
  const outer = code === null || code === 200
  const said = outer ? errorCode : code
  // Real records have it with this text, of a file that is no match of anything.
  if (said === 413 && UNREACHABLE.test(message ?? '')) return 'source'
  const reason = REASONS.get(said ?? 0) ?? (outer ? reasonOfStates(states) : undefined)
  return reason ?? (isSaid ? 'unknown' : 'empty')
}

const REASONS: ReadonlyMap<number, ErrorReason> = new Map([
  [400, 'refused'],
  [408, 'timeout'],
  [413, 'conflict'],
  [451, 'source'],
  [500, 'server'],
  [501, 'generation'],
  [531, 'refunded'],
])

const UNREACHABLE = /\b(fetch|download)/i

/** What the code of the callback would be: 400 for a sensitive word, 500, 501. */
function reasonOfStates(states: readonly string[]): ErrorReason | undefined {
  if (states.includes('sensitive_word_error')) return 'refused'
  if (states.includes('create_task_failed')) return 'server'
  return states.some((state) => /^generate_\w+_failed$/.test(state)) ? 'generation' : undefined
}

function isErrorCode(code: number | null): boolean {
  return code !== null && code >= 400
}

/** Ids, states, messages, and what a record says of the task itself: what a body has even when it has no result. */
const BARE_FIELDS: ReadonlySet<string> = new Set(
  [
    ...['taskId', 'parentTaskId', 'recordTaskId', 'externalId', 'musicId', 'parentMusicId', 'audioId', 'musicIndex'],
    ...['callbackType', 'status', 'state', 'successFlag', 'code', 'errorCode', 'failCode'],
    ...['msg', 'message', 'error', 'errorMessage', 'failMsg'],
    ...['model', 'param', 'type', 'operationType', 'callbackUrl', 'callBackUrl'],
    ...['createTime', 'updateTime', 'completeTime', 'costTime', 'consumeCredits', 'remainedCredits'],
  ].flatMap((name) => [name, snakeCase(name)]),
)

/** Deeper than in `data`, an id is that of a result, such as a track: something is there then. */
function hasOtherValue(value: unknown, level: number): boolean {
  if (level > DEEPEST) return true
  if (Array.isArray(value)) return value.some((item) => hasOtherValue(item, level + 1))
  if (!isObject(value)) return !isBlank(value)
  return Object.entries(value).some(
    ([name, child]) =>
      !BARE_FIELDS.has(name) && !(name === 'id' && level < 2) && hasOtherValue(parsed(child), level + 1),
  )
}

/** A string of JSON can be as deep as it is long. What is nested deeper than any result holds something. */
const DEEPEST = 20
