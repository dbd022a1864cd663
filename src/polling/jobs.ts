import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import type { Kind } from '../events/types.js'

/** Where kie.ai takes the tasks of all its models, as `{ model, input, callBackUrl }`. */
export const JOBS_PATH = '/api/v1/jobs/createTask'

/** Path and query of a job's record, of whatever kind. Page: get-task-detail. */
export function jobRecordAddress(taskId: string): string {
  return `/api/v1/jobs/recordInfo?taskId=${encodeURIComponent(taskId)}`
}

const PREFIX = 'ai-music-api/'

/** The models that make a task with a callback. The same table as in src/polling/README.md. */
export const JOB_MODELS: Readonly<Record<string, Kind>> = {
  [`${PREFIX}generate`]: 'music',
  [`${PREFIX}generate-v6-mini`]: 'music',
  [`${PREFIX}generate-v6-wild`]: 'music',
  [`${PREFIX}extend`]: 'music',
  [`${PREFIX}upload-and-cover-audio`]: 'music',
  [`${PREFIX}upload-and-extend-audio`]: 'music',
  [`${PREFIX}add-instrumental`]: 'music',
  [`${PREFIX}add-vocals`]: 'music',
  [`${PREFIX}replace-section`]: 'music',
  [`${PREFIX}mashup`]: 'music',
  [`${PREFIX}sounds`]: 'music',
  [`${PREFIX}generate-lyrics`]: 'lyrics',
  [`${PREFIX}create-music-video`]: 'video',
  [`${PREFIX}create-voice`]: 'voice',
  [`${PREFIX}validation-phrase`]: 'phrase',
  [`${PREFIX}regenerate-phrase`]: 'phrase',
  [`${PREFIX}convert-to-wav-format`]: 'wav',
  [`${PREFIX}separate-vocals`]: 'stems',
  [`${PREFIX}generate-midi-from-audio`]: 'midi',
  [`${PREFIX}cover-generate`]: 'cover',
  [`${PREFIX}suno-recovery-audio`]: 'recovery',
}

/**
 * The kind of the task that a job of this model is.
 *
 * @param call begins the message
 * @throws ConfigurationError `MODEL_UNKNOWN`
 */
export function kindOfJob(model: unknown, call: string): Kind {
  const kind = typeof model === 'string' && Object.hasOwn(JOB_MODELS, model) ? JOB_MODELS[model] : undefined
  if (kind !== undefined) return kind
  const names = Object.keys(JOB_MODELS)
  throw new ConfigurationError('MODEL_UNKNOWN', noSuchName({ what: 'model', name: model, names, call }))
}
