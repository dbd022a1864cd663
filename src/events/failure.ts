import { isBlank, isObject, snakeCase, type Envelope, type JsonObject } from './envelope.js'
import type { ErrorReason } from './types.js'

/**
 * Whether the provider says that the task failed. Code, stage and status are asked together, because each lies
 * somewhere: lyrics failures of kie.ai say `complete` with code 400, and `error` can come with code 200.
 */
export function isFailure({ code, stage, status }: Envelope): boolean {
  return (code !== null && code >= 400) || stage === 'error' || isFailedStatus(status)
}

/** `fail`, `failed`, `processing_validate_fail`, `GENERATE_AUDIO_FAILED`; not `CALLBACK_EXCEPTION`, which may have results. */
export function isFailedStatus(status: unknown): boolean {
  return typeof status === 'string' && /^(\w+_)?(fail|failed|failure|error)$/i.test(status.trim())
}

/**
 * Whether a body without a result that could be read is a failed task all the same: the provider calls the task done and sends
 * nothing. A body of an unfinished stage, or one with values that we cannot read, is not: it becomes `unknown`.
 */
export function isEmptyHanded(envelope: Envelope): boolean {
  const { code, stage, status, errorCode, raw } = envelope
  const says = (word: string | null, words: readonly string[]) => word === null || words.includes(word.toLowerCase())
  if (code !== null && code >= 100 && code < 400 && code !== 200) return false // 201: still running
  if (!says(stage, ['complete'])) return false
  if (!says(status, ['success', 'complete', 'wait_validating']) && !errorCode) return false
  return !hasOtherValue((raw as JsonObject).data ?? raw) // an object: it has a task id
}

/** The documented meaning of the outer code, or of the inner one where the outer says success. */
export function reasonOf({ code, errorCode, stage, status }: Envelope): ErrorReason {
  const outer = code === null || code === 200
  const named = REASONS.get((outer ? errorCode : code) ?? 0)
  if (named !== undefined) return named
  return outer && !errorCode && stage !== 'error' && !isFailedStatus(status) ? 'empty' : 'unknown'
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

/** Ids, states and messages: what a body has even when it has no result. */
const BARE_FIELDS: ReadonlySet<string> = new Set(
  [
    'id',
    'taskId',
    'parentTaskId',
    'callbackType',
    'status',
    'state',
    'successFlag',
    'code',
    'msg',
    'message',
    'error',
    'errorCode',
    'errorMessage',
  ].flatMap((name) => [name, snakeCase(name)]),
)

function hasOtherValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasOtherValue)
  if (!isObject(value)) return !isBlank(value)
  return Object.entries(value).some(([name, child]) => !BARE_FIELDS.has(name) && hasOtherValue(child))
}
