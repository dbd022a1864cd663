import * as z from 'zod/mini'
import { record, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'
import { failure, filledText, optionalText, success } from './schema.js'

const FIELDS = fieldNames('validateInfo', 'verifyPhraseText')

/**
 * The phrase that a user records to make a voice; a regenerated one has the same shape and may have the same task id.
 * Pages: suno-voice-validate-callbacks, suno-voice-regenerate-callbacks. kie.ai's jobs call it `verify_phrase_text`.
 */
export const phrase: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['phrase:ready'],

  isSilent: false,

  recognise: (envelope) => hasField(envelope, FIELDS),

  read(envelope) {
    const phrase = firstOf(envelope, (place) => {
      const { validateInfo, verifyPhraseText } = readResult(place)
      return validateInfo ?? verifyPhraseText
    })
    return phrase === undefined ? null : { type: 'phrase:ready', kind: 'phrase', stage: 'ready', phrase }
  },
}

const readResult = record({ validateInfo: text, verifyPhraseText: text })

/** The documented callbacks. The list of statuses is not closed. `errorCode` is 0 or null beside a success. */
function schemas() {
  const state = { status: z.string(), errorCode: z.nullish(z.number()), errorMessage: optionalText() }
  return {
    'phrase:ready': success(z.object({ taskId: z.string(), validateInfo: filledText(), ...state })),
    error: failure(z.object({ taskId: z.string(), validateInfo: optionalText(), ...state })),
  }
}
