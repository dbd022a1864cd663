import { objectOrNothing } from '../../events/values.js'
import type { SampleJson, SampleInput } from './body.js'
import { recordOf, type RecordedTask } from './record.js'

/** What the bodies of voices and of their phrases have in common. */
export type VoiceData = { taskId: string; status: string; errorCode: number | null; errorMessage: string }

export function voiceData<Own>({ taskId, provider }: SampleInput, own: Own, status: string): VoiceData & Own {
  return { taskId, ...own, status, errorCode: provider === 'kie' ? null : 0, errorMessage: '' }
}

export function voiceFailure(
  { taskId, provider }: SampleInput,
  field: string,
  status: string,
  msg: string,
): SampleJson {
  const isKie = provider === 'kie'
  return {
    code: isKie ? 500 : 400,
    msg,
    data: {
      taskId,
      [field]: isKie ? null : '',
      status,
      errorCode: 500,
      errorMessage: `${msg}: the recording was too short`,
    },
  }
}

/** The callback's own fields; the code of a failure is the outer one, which a record does not have. */
export function voiceRecord(task: RecordedTask, field: string, runningStatus: string): SampleJson {
  const running = { taskId: task.taskId, [field]: '', status: runningStatus, errorCode: 0, errorMessage: '' }
  const { body, stage } = task
  return recordOf({
    ...running,
    ...objectOrNothing(body?.data),
    ...(stage === 'error' && { errorCode: body?.code }),
  })
}
