import * as z from 'zod/mini'
import { EVENT_TYPES, isKind, kindOfEvent, kinds, KINDS } from '../events/kinds/index.js'
import type { EventType, Kind } from '../events/types.js'
import type { Outcome } from '../outcome/outcome.js'
import type { TaskCheck } from '../polling/check.js'
import { sample } from '../testing/sample.js'
import { newTaskId, renameTask } from '../testing/task-id.js'
import { TIMED_OUT, within } from '../time/time.js'
import type { Refusal } from './http/access.js'
import type { InspectedReceiver, InspectorSettings } from './inspector-options.js'
import type { Recorder } from './recorder.js'
import { MEANINGS } from './tasks/meaning.js'
import type { TaskBook } from './tasks/task-book.js'
import type { ActionAnswer, PollRequest, ReplayRequest, Trigger, TriggerRequest } from './wire.js'

export interface ActionContext {
  readonly suno: Pick<InspectedReceiver, 'handle'>
  readonly poller: InspectorSettings['poller']
  readonly book: TaskBook
  readonly recorder: Recorder
}

/** What the page can do, or why not. */
type ActionResult = ActionAnswer | Refusal

/** Handles the body of a delivery once more. */
export async function replay(given: unknown, context: ActionContext): Promise<ActionResult> {
  const read = replayRequest().safeParse(given)
  if (!read.success) return INVALID
  const { deliveryId, asNew } = read.data satisfies Optional<ReplayRequest>
  const found = context.book.delivery(deliveryId)
  if (found === undefined || found.delivery.event === null) return DELIVERY_GONE
  const { raw, kind, metadata, taskId } = found.delivery.event
  const body = asNew === true && taskId !== null ? renameTask(JSON.stringify(raw), taskId, newTaskId()) : raw
  const outcome = await within(context.suno.handle({ kind, body: body as object, metadata, source: 'replay' }), WAIT_MS)
  return toAnswer(outcome, found.task.id, context)
}

/** Handles the sample of an event. */
export async function trigger(given: unknown, context: ActionContext): Promise<ActionResult> {
  const read = triggerRequest().safeParse(given)
  if (!read.success) return INVALID
  const { type, kind: named, taskId = newTaskId() } = read.data satisfies Optional<TriggerRequest>
  const kind = kindOfEvent(type) ?? named ?? 'music'
  const body = sample(type, { taskId, kind })
  const outcome = await within(context.suno.handle({ kind, body, source: 'replay' }), WAIT_MS)
  return toAnswer(outcome, context.book.rowOf(taskId), context)
}

/** Asks for the record of a task, and handles what it has. */
export async function poll(given: unknown, context: ActionContext): Promise<ActionResult> {
  const { poller, book, recorder } = context
  if (poller === null) return NO_POLLER
  const read = pollRequest().safeParse(given)
  if (!read.success) return INVALID
  const { id } = read.data satisfies PollRequest
  const task = book.get(id)
  if (task === undefined) return TASK_GONE
  const { taskId, kind } = task
  if (taskId === null || kind === null) return TASK_UNKNOWN
  const check = await within(poller.check({ kind, taskId, metadata: task.last?.metadata }), WAIT_MS)
  recorder.drain()
  if (check === TIMED_OUT) return { id, outcome: null, message: STILL_AT_WORK }
  const outcome = 'outcome' in check ? (check.outcome?.status ?? null) : null
  return { id, outcome, message: meaningOf(check) }
}

/** Every event that a sample can be made of. */
export const TRIGGERS: readonly Trigger[] = [
  ...KINDS.flatMap((kind) => [...kinds[kind].events, 'error' as const].map((type) => ({ type, kind }))),
  { type: 'unknown', kind: null },
]

function toAnswer(
  outcome: Outcome | typeof TIMED_OUT,
  id: string | null,
  { book, recorder }: ActionContext,
): ActionAnswer {
  recorder.drain()
  if (outcome === TIMED_OUT) return { id, outcome: null, message: STILL_AT_WORK }
  const { status, taskId } = outcome
  const reason = 'error' in outcome && status !== 'failed' ? ` ${outcome.error.message}` : ''
  const hint = status === 'duplicate' ? ' To run them again, run it as a new task.' : ''
  const row = taskId === null ? id : book.rowOf(taskId)
  return { id: row, outcome: status, message: MEANINGS[status] + reason + hint }
}

function meaningOf(check: TaskCheck): string {
  switch (check.status) {
    case 'done':
      return `The record has the last event. ${MEANINGS[check.outcome.status]}`
    case 'known':
      return 'The store knows the last event of this task as handled: the provider was not asked.'
    case 'running':
      return 'The provider says that the task still runs.'
    case 'missing':
      return 'The provider knows no such task, or not yet.'
    case 'failed':
      return `The record has the last event, which was not handled. ${MEANINGS[check.outcome.status]}`
    case 'unanswered':
      return `The provider did not answer as it should: ${check.error.message}`
  }
}

/** The page is not to wait for listeners that take minutes, and sees their end in the row. */
const WAIT_MS = 10_000
const STILL_AT_WORK = 'Still at work after 10 s; its row shows the end.'

type Optional<T> = { readonly [Name in keyof T]: T[Name] | undefined }

const replayRequest = () => z.strictObject({ deliveryId: z.string(), asNew: z.optional(z.boolean()) })

const triggerRequest = () =>
  z.strictObject({
    type: z.custom<EventType>((type) => EVENT_TYPES.includes(type)),
    kind: z.optional(z.nullable(z.custom<Kind>(isKind))),
    taskId: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
  })

const pollRequest = () => z.strictObject({ id: z.string() })

const INVALID: Refusal = { code: 'REQUEST_INVALID', message: 'The body is not the JSON that this action takes.' }

const DELIVERY_GONE: Refusal = {
  code: 'DELIVERY_GONE',
  message: 'The body of this delivery is not kept: it was too large, or newer ones have taken its place.',
}

export const TASK_GONE: Refusal = {
  code: 'TASK_GONE',
  message: 'This task is not kept any more: newer ones have taken its place.',
}

const TASK_UNKNOWN: Refusal = {
  code: 'TASK_UNKNOWN',
  message: 'No record can be asked for: of this row, the task or its kind is not known.',
}

const NO_POLLER: Refusal = {
  code: 'NO_POLLER',
  message: 'The inspector has no poller: give it the option poller, a recordPoller of suno-callbacks/polling.',
}
