import { has } from '../envelope.js'
import { expiryOf } from './expiry.js'
import { record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'

/** A track converted to WAV. Pages: convert-to-wav-format-callbacks, convert-to-wav-callbacks (kie.ai). */
export const wav: KindDefinition = {
  events: ['wav:complete'],

  recognise: ({ data }) => has(data, 'audioWavUrl'),

  read({ data }, receivedAt) {
    const { audioWavUrl } = Body.parse(data)
    if (audioWavUrl === null) return null
    return { type: 'wav:complete', kind: 'wav', stage: 'complete', audioWavUrl, expiresAt: expiryOf(receivedAt) }
  },
}

const Body = schemaOf(record({ audioWavUrl: text }))
