import type { WavCompleteEvent } from '../../events/types.js'
import type { CallbackBody, SampledKind, Some, Stated } from './kind.js'
import { errorOf, headOf, recordOf, responseOf, resultOf, toLocalText, wordOf } from './record.js'
import { inData, message } from './write.js'

/** Tracks as WAV. Pages: convert-to-wav-format-callbacks, convert-to-wav-callbacks (kie.ai). */
export const wav: SampledKind<WavBodies, WavOverrides> = {
  endpoints: {
    submit: ['/api/v1/wav/generate'],
    record: '/api/v1/wav/record-info',
    jobs: ['convert-to-wav-format'],
  },

  successes: {
    'wav:complete': ({ taskId, provider }) => ({
      code: 200,
      msg: 'success',
      data: {
        [provider === 'apibox' ? 'audio_wav_url' : 'audioWavUrl']: `https://example.com/${taskId}.wav`,
        task_id: taskId,
      },
    }),
  },

  failure: ({ taskId, provider }) => ({
    code: provider === 'kie' ? 500 : 400,
    msg: provider === 'kie' ? 'Internal Error - Please try again later' : 'WAV format conversion failed',
    data: { audioWavUrl: null, task_id: taskId },
  }),

  overrides: { 'wav:complete': { message, audioWavUrl: inData('audioWavUrl') } },

  record: (task) => {
    const { audioWavUrl, audio_wav_url } = resultOf(task)
    const isOld = task.provider === 'apibox'
    return recordOf({
      ...headOf(task, toLocalText),
      response: responseOf(task, isOld ? { audio_wav_url } : { audioWavUrl }),
      [isOld ? 'status' : 'successFlag']: wordOf(task, 'GENERATE_WAV_FAILED'),
      ...errorOf(task),
    })
  },

  jobResult: ({ audioWavUrl }) => ({ resultUrls: [audioWavUrl] }),
}

export interface WavBodies {
  'wav:complete': CallbackBody<{ task_id: string; audioWavUrl?: string; audio_wav_url?: string }>
}

export interface WavOverrides {
  'wav:complete': Stated & Some<Pick<WavCompleteEvent, 'audioWavUrl'>>
}
