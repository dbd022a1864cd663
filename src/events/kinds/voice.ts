import { has } from '../envelope.js'
import { record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'

/** A custom voice. Page: suno-voice-generate-callbacks. */
export const voice: KindDefinition = {
  events: ['voice:ready'],

  recognise: ({ data }) => has(data, 'voiceId'),

  read({ data }) {
    const { voiceId } = Body.parse(data)
    return voiceId === null ? null : { type: 'voice:ready', kind: 'voice', stage: 'ready', voiceId }
  },
}

const Body = schemaOf(record({ voiceId: text }))
