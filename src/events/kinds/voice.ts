import * as z from 'zod/mini'
import { record, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'
import { failure, filledText, optionalText, success } from './schema.js'

const FIELDS = fieldNames('voiceId')

/** A custom voice. Page: suno-voice-generate-callbacks. */
export const voice: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['voice:ready'],

  isSilent: false,

  recognise: (envelope) => hasField(envelope, FIELDS),

  read(envelope) {
    const voiceId = firstOf(envelope, (place) => readResult(place).voiceId)
    return voiceId === undefined ? null : { type: 'voice:ready', kind: 'voice', stage: 'ready', voiceId }
  },
}

const readResult = record({ voiceId: text })

/** The documented callbacks. The list of statuses is not closed. `errorCode` is 0 or null beside a success. */
function schemas() {
  const state = { status: z.string(), errorCode: z.nullish(z.number()), errorMessage: optionalText() }
  return {
    'voice:ready': success(z.object({ taskId: z.string(), voiceId: filledText(), ...state })),
    error: failure(z.object({ taskId: z.string(), voiceId: optionalText(), ...state })),
  }
}
