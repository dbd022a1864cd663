import type { EventType } from '../../events/types.js'
import type { AttemptResult } from '../attempt.js'
import { sample } from '../sample.js'
import type { SampleJson } from '../kinds/body.js'
import type { RecordedTask } from '../kinds/record.js'
import type { SimulatedTask } from '../simulated-task.js'

/** What a submit was. */
export interface Submit extends SimulatedTask {
  readonly callbackUrl: string
  /** The request's own fields, which the record shows. */
  readonly param: SampleJson
  /** Of kie.ai's jobs. */
  readonly model: string | null
}

/** A callback of a task that was submitted. */
export interface KeptCallback {
  readonly type: EventType
  readonly body: SampleJson
  /** `silent`: never sent, as `silent` has it. `sending`: an attempt is under way, or comes. */
  readonly state: 'silent' | 'sending' | 'delivered' | 'abandoned' | 'stopped'
  readonly attempts: readonly AttemptResult[]
}

/** A task that was submitted, as it stands. */
export interface KeptTask extends Submit, RecordedTask {
  readonly callbacks: readonly KeptCallback[]
}

/** The body of a stage's callback: with title, style and prompt of the request, times of today, and links that `filesUrl` serves. */
export function bodyOfStage(type: EventType, task: KeptTask, filesUrl: string): SampleJson {
  const { taskId, provider, kind } = task
  const body = isMusic(type)
    ? sample(type, { taskId, provider, overrides: { tracks: tracksOf(type, task) } })
    : sample(type, { taskId, provider, kind })
  return JSON.parse(JSON.stringify(body).replaceAll(SAMPLE_FILES, filesUrl)) as SampleJson
}

/** Where the links of samples point. */
const SAMPLE_FILES = /https:\/\/(cdn\.)?example\.com/g

function isMusic(type: EventType): type is 'music:text' | 'music:first' | 'music:complete' {
  return type.startsWith('music:')
}

/** The text stage has none; of the first, kie.ai shows one. */
function tracksOf(type: EventType, { provider, param, createdAt }: KeptTask) {
  const isOne = type === 'music:first' && provider === 'kie'
  const count = type === 'music:text' ? 0 : isOne ? 1 : 2
  const input = { ...param, ...(param.input as SampleJson | undefined) }
  const text = (name: string) => (typeof input[name] === 'string' ? input[name] : undefined)
  const style = text('style') ?? text('tags')
  const tags = style === undefined ? undefined : [style]
  return Array.from({ length: count }, () => ({ title: text('title'), prompt: text('prompt'), tags, createdAt }))
}
