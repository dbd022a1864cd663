import type { PhraseReadyEvent } from '../../events/types.js'
import type { CallbackBody, SampledKind, Some, Stated } from './kind.js'
import { voiceData, voiceFailure, voiceRecord, type VoiceData } from './voice-body.js'
import { inData, message } from './write.js'

/** Phrases to be recorded. Pages: suno-voice-validate-callbacks, suno-voice-regenerate-callbacks. */
export const phrase: SampledKind<PhraseBodies, PhraseOverrides> = {
  endpoints: {
    submit: ['/api/v1/voice/validate', '/api/v1/voice/regenerate'],
    record: '/api/v1/voice/validate-info',
    // The provider's own spelling.
    urlFields: (path) => [path === '/api/v1/voice/regenerate' ? 'calBackUrl' : 'callBackUrl'],
    jobs: ['validation-phrase', 'regenerate-phrase'],
  },

  successes: {
    'phrase:ready': (input) => ({
      code: 200,
      msg: 'success',
      data: voiceData(input, { validateInfo: 'Seven quiet rivers carry the morning home' }, 'wait_validating'),
    }),
  },

  failure: (input) =>
    voiceFailure(input, 'validateInfo', 'processing_validate_fail', 'Validation phrase generation failed'),
  overrides: { 'phrase:ready': { message, phrase: inData('validateInfo') } },
  record: (task) => voiceRecord(task, 'validateInfo', 'processing_validate'),
  jobResult: ({ validateInfo }) => ({ verify_phrase_text: validateInfo }),
}

export interface PhraseBodies {
  'phrase:ready': CallbackBody<VoiceData & { validateInfo: string }>
}

export interface PhraseOverrides {
  'phrase:ready': Stated & Some<Pick<PhraseReadyEvent, 'phrase'>>
}
