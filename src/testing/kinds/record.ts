import { isObject, objectOrNothing } from '../../events/values.js'
import type { EventType } from '../../events/types.js'
import type { SampleJson, SampleInput } from './body.js'

/** A task as far as its record shows it. */
export interface RecordedTask extends SampleInput {
  readonly callbackUrl: string
  /** The request's own fields. */
  readonly param: SampleJson
  readonly createdAt: Date
  readonly completedAt: Date | null
  /** The last stage that it has reached, whether or not its callback arrived. */
  readonly stage: EventType | null
  /** What the callback of that stage has. */
  readonly body: SampleJson | null
  /** Whether the provider gave up on a callback: the record says `CALLBACK_EXCEPTION` then. */
  readonly isUndelivered: boolean
}

/** What is known of a task's end: one word for all kinds. */
export type RecordProgress = 'running' | 'succeeded' | 'failed'

export function progressOf({ stage, completedAt }: RecordedTask): RecordProgress {
  if (stage === 'error') return 'failed'
  return completedAt === null ? 'running' : 'succeeded'
}

/** The result as the callback has it: its `data`, or nothing while there is none. */
export function resultOf({ body, stage }: RecordedTask): SampleJson {
  return objectOrNothing(stage === 'error' ? null : body?.data)
}

/** The whole answer of a record endpoint. */
export function recordOf(data: SampleJson): SampleJson {
  return { code: 200, msg: 'success', data }
}

/** The word for how far a task is. When a callback could not be delivered, it says that and nothing else. */
export function wordOf(task: RecordedTask, failedWord: string): string {
  if (task.isUndelivered) return 'CALLBACK_EXCEPTION'
  if (task.stage === 'error') return failedWord
  if (task.completedAt !== null) return 'SUCCESS'
  return task.stage === 'music:first' ? 'FIRST_SUCCESS' : task.stage === 'music:text' ? 'TEXT_SUCCESS' : 'PENDING'
}

export function responseOf({ stage }: RecordedTask, response: unknown): unknown {
  return stage === null || stage === 'error' ? null : response
}

export function errorOf({ stage, body }: RecordedTask): SampleJson {
  return stage === 'error'
    ? { errorCode: body?.code, errorMessage: body?.msg }
    : { errorCode: null, errorMessage: null }
}

/** Of the kinds whose record shows where its callback goes. */
export function headOf(task: RecordedTask, toTime: (date: Date) => unknown): SampleJson {
  const { taskId, callbackUrl, createdAt, completedAt } = task
  const completeTime = completedAt === null ? null : toTime(completedAt)
  return { taskId, callbackUrl, completeTime, createTime: toTime(createdAt) }
}

export function toMillis(date: Date): number {
  return date.getTime()
}

/** Without a zone, as the page of WAV has it. */
export function toLocalText(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ')
}

/** Records write in camelCase what callbacks write in snake_case. */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased)
  if (!isObject(value)) return value
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [camel(name), camelCased(child)]))
}
