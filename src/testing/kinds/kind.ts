import type { ProviderName } from '../../polling/endpoints.js'
import type { SampleJson, SampleInput } from './body.js'
import type { Writer } from './write.js'
import type { RecordedTask } from './record.js'

/**
 * All that the providers say of one kind of task: where it is submitted, what its callbacks and its record look like.
 *
 * @typeParam Bodies the body of a success, by event type
 * @typeParam Overrides what a sample can be told to say, by event type
 */
export interface SampledKind<Bodies, Overrides> {
  readonly endpoints: KindEndpoints
  readonly successes: { readonly [Type in keyof Bodies]: (input: SampleInput) => Bodies[Type] }
  readonly failure: (input: SampleInput) => SampleJson
  /** How each override is written, in the order in which they are laid over. */
  readonly overrides: { readonly [Type in keyof Overrides]: Readonly<Record<keyof Overrides[Type], Writer>> }
  /** What its record endpoint answers. */
  readonly record: (task: RecordedTask) => SampleJson
  /** What `resultJson` of kie.ai's jobs holds, made of the `data` of the callback. As far as it was measured. */
  readonly jobResult: (result: SampleJson, body: SampleJson | null) => unknown
}

/** Where the API takes and shows its tasks. src/verify/README.md has the same table. */
export interface KindEndpoints {
  readonly submit: readonly string[]
  readonly record: string
  /** The name of the task id in the query of `record`. `taskId` by default. */
  readonly idField?: string
  /** What a submit may call the address for callbacks, the documented one first. `callBackUrl` by default. */
  readonly urlFields?: (path: string, provider: ProviderName) => readonly [string, ...string[]]
  /** The models of kie.ai's jobs that make such a task, without `ai-music-api/`. */
  readonly jobs: readonly string[]
}

/** The body of a callback. Aliases, not interfaces: only they can be used as a record of whatever fields. */
export type CallbackBody<Data> = {
  code: number
  msg: string
  /** Where it stands outside of `data`: of recoveries, and of MIDI but at kie.ai. */
  task_id?: string
  data: Data
}

/** What every sample can be told to say. */
export interface Stated {
  /** The provider's words, `msg` in most bodies. */
  readonly message?: string | undefined
}

export type Some<T> = { readonly [Name in keyof T]?: T[Name] | undefined }

export type Items<Item> = readonly Some<Item>[] | undefined
