import { z } from 'zod'
import { expiryOf } from './expiry.js'
import { text } from './fields.js'
import type { KindDefinition } from './kind.js'

/** A track converted to WAV. Pages: convert-to-wav-format-callbacks, convert-to-wav-callbacks (kie.ai). */
export const wav: KindDefinition = {
  events: ['wav:complete'],

  recognise: ({ data }) => data !== null && Object.hasOwn(data, 'audioWavUrl'),

  read({ data }, receivedAt) {
    const { audioWavUrl } = Body.parse(data)
    if (audioWavUrl === null) return null
    return { type: 'wav:complete', kind: 'wav', stage: 'complete', audioWavUrl, expiresAt: expiryOf(receivedAt) }
  },
}

const Body = z.object({ audioWavUrl: text }).catch({ audioWavUrl: null })
