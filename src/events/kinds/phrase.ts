import { has } from '../envelope.js'
import { record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'

/**
 * The phrase that a user records to make a voice; a regenerated one has the same shape and may have the same task id.
 * Pages: suno-voice-validate-callbacks, suno-voice-regenerate-callbacks.
 */
export const phrase: KindDefinition = {
  events: ['phrase:ready'],

  recognise: ({ data }) => has(data, 'validateInfo'),

  read({ data }) {
    const { validateInfo } = Body.parse(data)
    return validateInfo === null ? null : { type: 'phrase:ready', kind: 'phrase', stage: 'ready', phrase: validateInfo }
  },
}

const Body = schemaOf(record({ validateInfo: text }))
