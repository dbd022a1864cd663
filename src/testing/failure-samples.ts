import type { Kind } from '../events/types.js'
import { stemsKey, trackIdOf, type Body, type SampleInput } from './samples.js'

/** The bodies of failures, by kind. */
export const failures: Readonly<Record<Kind, (input: SampleInput) => Body>> = {
  music: ({ taskId, provider }) => ({
    code: provider === 'sunoapi' ? 400 : 501,
    msg: provider === 'sunoapi' ? 'Music generation failed' : 'Audio generation failed',
    data: { callbackType: 'error', task_id: taskId, data: null },
  }),

  // kie.ai and api.box call it complete; only the code tells.
  lyrics: ({ taskId, provider }) =>
    provider === 'sunoapi'
      ? { code: 400, msg: 'Lyrics generation failed', data: { callbackType: 'error', taskId, data: null } }
      : {
          code: 400,
          msg: 'Song Description flagged for moderation',
          data: { callbackType: 'complete', task_id: taskId, data: null },
        },

  video: ({ taskId, provider }) => ({
    code: provider === 'kie' ? 500 : 400,
    msg: provider === 'kie' ? 'Internal Error - Please try again later' : 'Music video generation failed',
    data: { task_id: taskId, video_url: null },
  }),

  voice: (input) => voiceFailure(input, 'voiceId', 'fail', 'Voice generation failed'),

  phrase: (input) =>
    voiceFailure(input, 'validateInfo', 'processing_validate_fail', 'Validation phrase generation failed'),

  wav: ({ taskId, provider }) => ({
    code: provider === 'kie' ? 500 : 400,
    msg: provider === 'kie' ? 'Internal Error - Please try again later' : 'WAV format conversion failed',
    data: { audioWavUrl: null, task_id: taskId },
  }),

  stems: ({ taskId, provider }) => ({
    code: provider === 'kie' ? 500 : 400,
    msg: 'Vocal separation failed',
    data: { task_id: taskId, [stemsKey(provider)]: null },
  }),

  midi: ({ taskId, provider }) => {
    const failed = { code: 500, msg: 'MIDI generation failed' }
    return provider === 'kie' ? { ...failed, data: { taskId } } : { task_id: taskId, ...failed, data: null }
  },

  cover: ({ taskId }) => ({ code: 501, data: { images: null, taskId }, msg: 'Cover generation failed' }),

  recovery: ({ taskId }) => ({
    code: 500,
    msg: 'Audio recovery failed',
    task_id: taskId,
    data: [
      {
        id: trackIdOf(taskId, 0),
        audio_url: '',
        title: 'Harbour Lantern',
        status: 'failed',
        error: 'no_audio_id_mappings',
      },
    ],
  }),
}

function voiceFailure({ taskId, provider }: SampleInput, field: string, status: string, msg: string): Body {
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
