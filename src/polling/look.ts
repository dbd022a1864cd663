import { readEnvelope } from '../events/envelope.js'
import { toEvent } from '../events/to-event.js'
import type { Metadata, SunoEvent } from '../events/types.js'
import type { Outcome } from '../outcome/outcome.js'
import type { SunoCallbacks } from '../suno-callbacks.js'
import type { TaskCheck } from './check.js'
import { scopeOf } from './answer-scope.js'
import type { ProviderClient } from './provider-client.js'
import { ProviderError } from './provider-error.js'
import { callbackUrlIn, readRecord, type RecordReading } from './read-record.js'
import { AccountPaused, type RequestLimit, type WhilePaused } from './request-limit.js'
import type { TaskName } from './task-list.js'

/** What a poller needs of the instance whose tasks it watches. */
export type PollingReceiver = Pick<
  SunoCallbacks,
  'callbackUrl' | 'handle' | 'isTaskDone' | 'logger' | 'name' | 'off' | 'on' | 'readCallbackUrl' | 'retentionMs'
>

export interface LookContext {
  readonly suno: PollingReceiver
  readonly provider: Pick<ProviderClient, 'record'>
  readonly limit: RequestLimit
}

/** A task to look at. */
export interface LookedAt extends TaskName {
  readonly metadata: Metadata
  /** Null where nobody knows. */
  readonly submittedAt: Date | null
}

export interface LookOptions {
  readonly signal: AbortSignal
  /** Whether the record is wanted even if its event is handled. */
  readonly isAskedAnyway: boolean
  /** What to do while the provider wants to be left alone. */
  readonly whilePaused: WhilePaused
}

/**
 * One look at a task: asks for its record, and handles the event that it has as if it had come in a callback.
 *
 * @throws the reason of `signal`, when it aborts before the record is there; AccountPaused, where it is to leave; nothing else
 */
export async function look(
  task: LookedAt,
  context: LookContext,
  { isAskedAnyway, ...options }: LookOptions,
): Promise<TaskCheck> {
  const startedAt = performance.now()
  const { kind, taskId } = task
  const { suno } = context
  const details = (record: unknown) => ({ kind, taskId, record, durationMs: performance.now() - startedAt })

  if (!isAskedAnyway && (await suno.isTaskDone(task))) return { status: 'known', ...details(null) }
  const seen = await see(task, context, options)
  if (seen.state === 'unanswered') return { status: 'unanswered', error: seen.error, ...details(seen.record) }
  if (seen.state === 'missing') return { status: 'missing', ...details(null) }
  const { record } = seen
  if (seen.state === 'running') return { status: 'running', outcome: null, ...details(record) }

  const { body, metadata, isLast } = seen
  const outcome = await suno.handle({ kind, body, metadata, source: 'record' })
  if (!isLast) return { status: 'running', outcome, ...details(record) }
  const { event } = outcome
  if (event === null || !isSettled(outcome)) return { status: 'failed', outcome, ...details(record) }
  return { status: 'done', event, outcome, ...details(record) }
}

/**
 * The event that the record of a task has, without handling it; null while there is none.
 *
 * @throws ProviderError; the reason of `signal`
 */
export async function readEvent(task: LookedAt, context: LookContext, signal: AbortSignal): Promise<SunoEvent | null> {
  const seen = await see(task, context, { signal, whilePaused: 'wait' })
  if (seen.state === 'unanswered') throw seen.error
  if (seen.state !== 'event') return null
  const { body, metadata } = seen
  const origin = { kind: task.kind, metadata, receivedAt: new Date(), source: 'record' } as const
  // Its key is the one under which `handle` would know it.
  return toEvent(readEnvelope(body), origin, context.suno.name)
}

/** Whether nothing is left to do with the event: it is handled, by whomever, or nobody listens for it. */
export function isSettled({ status }: Outcome): boolean {
  return SETTLED.has(status)
}

const SETTLED: ReadonlySet<Outcome['status']> = new Set(['handled', 'handed-off', 'duplicate', 'ignored'])

/** In ms; 0 where nobody knows when the task was submitted: then it may have been just now. */
export function ageOf({ submittedAt }: Pick<LookedAt, 'submittedAt'>): number {
  return submittedAt === null ? 0 : Date.now() - submittedAt.getTime()
}

/** What the provider says of a task. `event`: the body is to be handled, and will be this event. */
type Seen =
  | { readonly state: 'unanswered'; readonly error: ProviderError; readonly record: object | null }
  | { readonly state: 'missing' }
  | { readonly state: 'running'; readonly record: object }
  | (Extract<RecordReading, { state: 'event' }> & { readonly record: object; readonly metadata: Metadata })

type AskOptions = Pick<LookOptions, 'signal' | 'whilePaused'>

/** @throws the reason of `signal`; AccountPaused */
async function see(task: LookedAt, context: LookContext, options: AskOptions): Promise<Seen> {
  const answer = await ask(task, context, options)
  if ('error' in answer) return { state: 'unanswered', ...answer, record: null }
  if (answer.state === 'missing') return answer
  const { body: record } = answer
  const reading = tryToRead(record, task)
  if ('error' in reading) return { state: 'unanswered', ...reading, record }
  if (reading.state === 'running') return { state: 'running', record }
  return { ...reading, record, metadata: metadataOf(task, record, context.suno) }
}

/** The answer, or why there is none. What one request meets and holds for all of them slows all of them. */
async function ask({ kind, taskId }: TaskName, { provider, limit }: LookContext, { signal, whilePaused }: AskOptions) {
  try {
    const answer = await limit.run(
      (nextTurn) => provider.record(kind, taskId, { signal, beforeNextRequest: nextTurn }),
      { signal, whilePaused },
    )
    limit.recover()
    return answer
  } catch (failure) {
    signal.throwIfAborted()
    if (failure instanceof AccountPaused) throw failure
    const error = toProviderError(failure)
    if (scopeOf(error) === 'account') limit.slowDown(error.retryAfterMs)
    return { error }
  }
}

/** A client of the user's own may throw anything, and what it says may hold a key. */
function toProviderError(failure: unknown): ProviderError {
  if (isProviderError(failure)) return failure
  return new ProviderError('UNAVAILABLE', 'The provider client failed with an error that is no ProviderError.')
}

/** By its name: the app can have loaded the class twice. */
function isProviderError(failure: unknown): failure is ProviderError {
  return failure instanceof Error && failure.name === 'ProviderError'
}

/** A body that is deeper than the stack ends its reader, not the poller. */
function tryToRead(body: object, task: LookedAt): RecordReading | { readonly error: ProviderError } {
  try {
    return readRecord(body, task.kind, ageOf(task))
  } catch {
    return { error: new ProviderError('UNREADABLE', 'The record cannot be read.') }
  }
}

function metadataOf({ metadata, kind }: LookedAt, record: object, suno: PollingReceiver): Metadata {
  if (Object.keys(metadata).length > 0) return metadata
  const url = callbackUrlIn(record)
  const callback = url === null ? null : suno.readCallbackUrl(url)
  return callback?.kind === kind ? callback.metadata : metadata
}
