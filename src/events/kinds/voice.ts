import { record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'

const FIELDS = fieldNames('voiceId')

/** A custom voice. Page: suno-voice-generate-callbacks. */
export const voice: KindDefinition = {
  events: ['voice:ready'],

  isSilent: false,

  recognise: (envelope) => hasField(envelope, FIELDS),

  read(envelope) {
    const voiceId = firstOf(envelope, (place) => Body.parse(place).voiceId)
    return voiceId === undefined ? null : { type: 'voice:ready', kind: 'voice', stage: 'ready', voiceId }
  },
}

const Body = schemaOf(record({ voiceId: text }))
