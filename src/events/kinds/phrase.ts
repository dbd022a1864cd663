import { record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'

const FIELDS = fieldNames('validateInfo', 'verifyPhraseText')

/**
 * The phrase that a user records to make a voice; a regenerated one has the same shape and may have the same task id.
 * Pages: suno-voice-validate-callbacks, suno-voice-regenerate-callbacks. kie.ai's jobs call it `verify_phrase_text`.
 */
export const phrase: KindDefinition = {
  events: ['phrase:ready'],

  isSilent: false,

  recognise: (envelope) => hasField(envelope, FIELDS),

  read(envelope) {
    const phrase = firstOf(envelope, (place) => {
      const { validateInfo, verifyPhraseText } = Body.parse(place)
      return validateInfo ?? verifyPhraseText
    })
    return phrase === undefined ? null : { type: 'phrase:ready', kind: 'phrase', stage: 'ready', phrase }
  },
}

const Body = schemaOf(record({ validateInfo: text, verifyPhraseText: text }))
