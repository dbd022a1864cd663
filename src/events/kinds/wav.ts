import * as z from 'zod/mini'
import { has } from '../envelope.js'
import { expiryOf } from './expiry.js'
import { record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { eitherOf, failure, optionalText, success } from './schema.js'

/** A track converted to WAV. Pages: convert-to-wav-format-callbacks, convert-to-wav-callbacks (kie.ai). */
export const wav: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['wav:complete'],

  recognise: ({ data }) => has(data, 'audioWavUrl'),

  read({ data }, receivedAt) {
    const { audioWavUrl } = Body.parse(data)
    if (audioWavUrl === null) return null
    return { type: 'wav:complete', kind: 'wav', stage: 'complete', audioWavUrl, expiresAt: expiryOf(receivedAt) }
  },
}

const Body = schemaOf(record({ audioWavUrl: text }))

/** The documented callbacks. The oldest document and a page of kie.ai have `audio_wav_url`. */
function schemas() {
  const data = { audioWavUrl: optionalText(), audio_wav_url: optionalText(), task_id: z.string() }
  return {
    'wav:complete': success(z.object(data).check(eitherOf('audioWavUrl', 'audio_wav_url'))),
    error: failure(z.object(data)),
  }
}
