import type { VoiceReadyEvent } from '../../events/types.js'
import type { CallbackBody, SampledKind, Some, Stated } from './kind.js'
import { voiceData, voiceFailure, voiceRecord, type VoiceData } from './voice-body.js'
import { inData, message } from './write.js'

/** Custom voices. Page: suno-voice-generate-callbacks. */
export const voice: SampledKind<VoiceBodies, VoiceOverrides> = {
  endpoints: {
    submit: ['/api/v1/voice/generate'],
    record: '/api/v1/voice/record-info',
    jobs: ['create-voice'],
  },

  successes: {
    'voice:ready': (input) => ({
      code: 200,
      msg: 'success',
      data: voiceData(input, { voiceId: 'voice_5f0c2b' }, 'success'),
    }),
  },

  failure: (input) => voiceFailure(input, 'voiceId', 'fail', 'Voice generation failed'),
  overrides: { 'voice:ready': { message, voiceId: inData('voiceId') } },
  record: (task) => voiceRecord(task, 'voiceId', 'wait_processing'),
  jobResult: (result) => result,
}

export interface VoiceBodies {
  'voice:ready': CallbackBody<VoiceData & { voiceId: string }>
}

export interface VoiceOverrides {
  'voice:ready': Stated & Some<Pick<VoiceReadyEvent, 'voiceId'>>
}
