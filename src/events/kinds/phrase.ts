import * as z from 'zod/mini'
import { has } from '../envelope.js'
import { record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { failure, filledText, optionalText, success } from './schema.js'

/**
 * The phrase that a user records to make a voice; a regenerated one has the same shape and may have the same task id.
 * Pages: suno-voice-validate-callbacks, suno-voice-regenerate-callbacks.
 */
export const phrase: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['phrase:ready'],

  recognise: ({ data }) => has(data, 'validateInfo'),

  read({ data }) {
    const { validateInfo } = Body.parse(data)
    return validateInfo === null ? null : { type: 'phrase:ready', kind: 'phrase', stage: 'ready', phrase: validateInfo }
  },
}

const Body = schemaOf(record({ validateInfo: text }))

/** The documented callbacks. The list of statuses is not closed. `errorCode` is 0 or null beside a success. */
function schemas() {
  const state = { status: z.string(), errorCode: z.nullish(z.number()), errorMessage: optionalText() }
  return {
    'phrase:ready': success(z.object({ taskId: z.string(), validateInfo: filledText(), ...state })),
    error: failure(z.object({ taskId: z.string(), validateInfo: optionalText(), ...state })),
  }
}
