import type { Kind } from '../../events/types.js'
import { isObject, objectOrNothing } from '../../events/envelope.js'
import type { Body } from '../samples.js'
import type { KeptTask } from './kept-task.js'

/** What the record endpoint of a task's kind answers. Pages: get-music-generation-details and its like. */
export function recordBody(task: KeptTask): Body {
  if (task.kind === 'recovery') return recoveryRecord(task)
  return { code: 200, msg: 'success', data: records[task.kind](task) }
}

/** Of a task that there is not. */
export const NO_RECORD: Body = { code: 200, msg: 'success', data: null }

/** What is known of a task's end: one word for all kinds. */
export type Progress = 'running' | 'succeeded' | 'failed'

export function progressOf({ stage, completedAt }: KeptTask): Progress {
  if (stage === 'error') return 'failed'
  return completedAt === null ? 'running' : 'succeeded'
}

/** The result as the callback has it: its `data`, or nothing while there is none. */
export function resultOf({ body, stage }: KeptTask): Body {
  return objectOrNothing(stage === 'error' ? null : body?.data)
}

const records: Readonly<Record<Exclude<Kind, 'recovery'>, (task: KeptTask) => Body>> = {
  music: (task) => ({
    taskId: task.taskId,
    parentMusicId: '',
    param: JSON.stringify(task.param),
    response: responseOf(task, { taskId: task.taskId, sunoData: camelCased(resultOf(task).data) }),
    status: wordOf(task, 'GENERATE_AUDIO_FAILED'),
    type: 'GENERATE',
    ...errorOf(task),
  }),

  lyrics: (task) => ({
    taskId: task.taskId,
    param: JSON.stringify(task.param),
    response: responseOf(task, {
      taskId: task.taskId,
      [task.provider === 'apibox' ? 'lyricsData' : 'data']: camelCased(resultOf(task).data),
    }),
    status: wordOf(task, 'GENERATE_LYRICS_FAILED'),
    type: 'LYRICS',
    ...errorOf(task),
  }),

  wav: (task) => {
    const { audioWavUrl, audio_wav_url } = resultOf(task)
    const isOld = task.provider === 'apibox'
    return {
      ...headOf(task, toText),
      response: responseOf(task, isOld ? { audio_wav_url } : { audioWavUrl }),
      [isOld ? 'status' : 'successFlag']: wordOf(task, 'GENERATE_WAV_FAILED'),
      ...errorOf(task),
    }
  },

  stems: (task) => {
    const { vocal_removal_info, vocal_separation_info } = resultOf(task)
    return {
      ...headOf(task, toMillis),
      response: responseOf(task, camelCased(vocal_removal_info ?? vocal_separation_info)),
      successFlag: wordOf(task, 'GENERATE_AUDIO_FAILED'),
      ...errorOf(task),
    }
  },

  video: (task) => ({
    ...headOf(task, toMillis),
    response: responseOf(task, { videoUrl: resultOf(task).video_url }),
    successFlag: wordOf(task, 'GENERATE_MP4_FAILED'),
    ...errorOf(task),
  }),

  // 0 waits, 2 is generated, 3 failed. On success its error code is 200.
  cover: (task) => ({
    ...headOf(task, (date) => date.toISOString()),
    response: responseOf(task, { images: resultOf(task).images }),
    successFlag: { running: 2, succeeded: 1, failed: 3 }[progressOf(task)],
    ...(progressOf(task) === 'succeeded' ? { errorCode: 200, errorMessage: '' } : errorOf(task)),
  }),

  // Here 2 is a failure too: it could not be created.
  midi: (task) => {
    const { state, instruments } = resultOf(task)
    return {
      ...headOf(task, toMillis),
      midiData: responseOf(task, { state, instruments }),
      successFlag: { running: 0, succeeded: 1, failed: 3 }[progressOf(task)],
      ...errorOf(task),
    }
  },

  voice: (task) => voiceRecord(task, 'voiceId', 'wait_processing'),

  phrase: (task) => voiceRecord(task, 'validateInfo', 'processing_validate'),
}

/** The callback's own fields; the code of a failure is the outer one, which a record does not have. */
function voiceRecord(task: KeptTask, field: string, runningStatus: string): Body {
  const running = { taskId: task.taskId, [field]: '', status: runningStatus, errorCode: 0, errorMessage: '' }
  const { body, stage } = task
  return { ...running, ...objectOrNothing(body?.data), ...(stage === 'error' && { errorCode: body?.code }) }
}

/** The callback's own body; 201 while it runs. */
function recoveryRecord({ taskId, body }: KeptTask): Body {
  return body ?? { code: 201, msg: 'The task is running', task_id: taskId, data: null }
}

/** The word for how far a task is. When a callback could not be delivered, it says that and nothing else. */
function wordOf(task: KeptTask, failedWord: string): string {
  if (task.isUndelivered) return 'CALLBACK_EXCEPTION'
  if (task.stage === 'error') return failedWord
  if (task.completedAt !== null) return 'SUCCESS'
  return task.stage === 'music:first' ? 'FIRST_SUCCESS' : task.stage === 'music:text' ? 'TEXT_SUCCESS' : 'PENDING'
}

function responseOf({ stage }: KeptTask, response: unknown): unknown {
  return stage === null || stage === 'error' ? null : response
}

function errorOf({ stage, body }: KeptTask): Body {
  return stage === 'error'
    ? { errorCode: body?.code, errorMessage: body?.msg }
    : { errorCode: null, errorMessage: null }
}

/** Of the kinds whose record shows where its callback goes. */
function headOf(task: KeptTask, toTime: (date: Date) => unknown): Body {
  const { taskId, callbackUrl, createdAt, completedAt } = task
  const completeTime = completedAt === null ? null : toTime(completedAt)
  return { taskId, callbackUrl, completeTime, createTime: toTime(createdAt) }
}

function toMillis(date: Date): number {
  return date.getTime()
}

/** Without a zone, as the page has it. */
function toText(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ')
}

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased)
  if (!isObject(value)) return value
  const camel = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [camel(name), camelCased(child)]))
}
