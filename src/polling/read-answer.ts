import * as z from 'zod/mini'
import { readEnvelope } from '../events/envelope.js'
import type { Kind } from '../events/types.js'
import { oneLine } from '../log/log-fields.js'
import type { ProviderName } from './endpoints.js'
import { ProviderError, type ProviderCode } from './provider-error.js'

/** What an HTTP request was answered, its body read. */
export interface HttpAnswer {
  readonly status: number
  readonly text: string
  readonly retryAfterMs: number | null
}

/** Whose answer it is, and what must not stand in an error. */
export interface RecordContext {
  readonly provider: ProviderName
  readonly apiKey: string
}

/** A record, or that the provider knows no such task: also right after a task was submitted. */
export type RecordAnswer = { readonly state: 'found'; readonly body: object } | { readonly state: 'missing' }

/**
 * What the answer to a question for a record says.
 *
 * @param kind null: of a job, whose record is the same for every kind
 * @throws ProviderError
 */
export function readRecordAnswer(
  answer: HttpAnswer,
  kind: Kind | null,
  taskId: string,
  context: RecordContext,
): RecordAnswer {
  const { code, body, taskIds, isEmpty } = readAnswer(answer)
  const isOurs = taskIds.length === 1 && taskIds[0] === taskId
  // Of recovery alone, the code is the task's: 201 while it runs, 500 when nothing could be recovered.
  if (kind === 'recovery' && (code === 201 || (code === 500 && isOurs))) return { state: 'found', body }
  if (isEmpty && MISSING.has(code ?? 0)) return { state: 'missing' }
  if (code !== null && code !== 200) throw refusal(answer, code, context)
  if (isOurs) return { state: 'found', body }
  if (isEmpty && code === 200) return { state: 'missing' }
  throw unreadable(answer, 'The record that the provider answered names another task, or none.')
}

/** kie.ai says 200 without data; others have a code for it. */
const MISSING: ReadonlySet<number> = new Set([404, 422])

/**
 * The id that the provider gave to a task that was submitted.
 *
 * @throws ProviderError
 */
export function readSubmitAnswer(answer: HttpAnswer, context: RecordContext): string {
  const { code, taskIds } = readAnswer(answer)
  if (code !== null && code !== 200) throw refusal(answer, code, context, taskIds[0] ?? null)
  const [taskId] = taskIds
  if (taskId === undefined || taskIds.length > 1) {
    throw unreadable(answer, 'The provider answered a submission without one task id: it may have accepted the task.')
  }
  return taskId
}

/** What every answer has, where it is the provider's. */
interface ReadAnswer {
  readonly code: number | null
  readonly body: object
  readonly taskIds: readonly string[]
  readonly isEmpty: boolean
}

/** @throws ProviderError for what is no answer of the provider's */
function readAnswer(answer: HttpAnswer): ReadAnswer {
  const { status, text } = answer
  if (status >= 300 && status < 400) {
    throw unreadable(answer, 'The provider answered with a redirect, which is not followed: is baseUrl right?')
  }
  const read = answerSchema().safeParse(toJson(text))
  if (!read.success) throw status < 300 ? unreadable(answer, NO_JSON) : refusedByHttp(answer)
  const { data } = read.data
  const code = toCode(read.data.code)
  // HTTP's own word counts where the body has none, or says that all is well.
  const isFailed = status >= 300 && (code === null || code < 300)
  if (isFailed) throw refusedByHttp(answer)
  const isEmpty = data === null || data === undefined
  return { code, body: read.data, taskIds: readEnvelope(read.data).taskIds, isEmpty }
}

const NO_JSON = "The provider answered with something that is no JSON of its API's: is baseUrl right?"

/** Made at first use: to import it costs nothing. */
function answerSchema() {
  return (schema ??= z.looseObject({ code: z.optional(z.unknown()), data: z.optional(z.unknown()) }))
}

let schema: z.ZodMiniType<Readonly<Record<string, unknown>> & { code?: unknown; data?: unknown }> | undefined

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function toCode(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : null
}

/** The provider's own text is told, without the key that it may have been told about. */
function refusal(answer: HttpAnswer, code: number, context: RecordContext, taskId: string | null = null) {
  const { provider, apiKey } = context
  const { retryAfterMs, status: httpStatus, text } = answer
  const { message } = readEnvelope(toJson(text))
  const said = message === null ? '' : `: ${oneLine(message.replaceAll(apiKey, '…'))}`
  const details = { retryAfterMs, httpStatus, providerCode: code, taskId }
  return new ProviderError(meaningOf(code, provider), `The provider answered code ${String(code)}${said}`, details)
}

/** The codes of the API's pages. An unknown one from 500 on is a fault of the provider's, any other a refusal. */
function meaningOf(code: number, provider: ProviderName): ProviderCode {
  if (code === 429) return provider === 'kie' ? 'RATE_LIMITED' : 'NO_CREDITS'
  if (code === 405) return provider === 'kie' ? 'REFUSED' : 'RATE_LIMITED'
  return MEANINGS.get(code) ?? (code >= 500 ? 'UNAVAILABLE' : 'REFUSED')
}

const MEANINGS: ReadonlyMap<number, ProviderCode> = new Map<number, ProviderCode>([
  [401, 'UNAUTHORIZED'],
  [402, 'NO_CREDITS'],
  [408, 'UNAVAILABLE'],
  [430, 'RATE_LIMITED'],
  // The limit of a part of the account.
  [433, 'NO_CREDITS'],
  [455, 'MAINTENANCE'],
  // Not generated, switched off, credits given back: of this request.
  [501, 'REFUSED'],
  [505, 'REFUSED'],
  [531, 'REFUSED'],
])

/** Something between us and the API may have answered: nothing is known but the status. */
function refusedByHttp({ status, retryAfterMs }: HttpAnswer): ProviderError {
  const hint = status === 404 ? ' There is no such endpoint there: is baseUrl right?' : ''
  const message = `The provider answered HTTP ${String(status)}.${hint}`
  return new ProviderError(meaningOfStatus(status), message, { httpStatus: status, retryAfterMs })
}

function meaningOfStatus(status: number): ProviderCode {
  if (status === 401) return 'UNAUTHORIZED'
  if (status === 429) return 'RATE_LIMITED'
  // 403 is what firewalls say, for a while.
  return status >= 500 || status === 403 || status === 408 ? 'UNAVAILABLE' : 'REFUSED'
}

function unreadable({ status, retryAfterMs }: HttpAnswer, message: string): ProviderError {
  return new ProviderError('UNREADABLE', message, { httpStatus: status, retryAfterMs })
}
