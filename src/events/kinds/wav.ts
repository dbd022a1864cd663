import { expiryOf } from './expiry.js'
import { record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'
import { areOnlyOf, resultUrlsOf } from './result-urls.js'

const FIELDS = fieldNames('audioWavUrl')

/** A track converted to WAV. Pages: convert-to-wav-format-callbacks, convert-to-wav-callbacks (kie.ai). */
export const wav: KindDefinition = {
  events: ['wav:complete'],

  isSilent: true,

  recognise: (envelope) => hasField(envelope, FIELDS) || areOnlyOf('wav', envelope),

  read(envelope, receivedAt) {
    const audioWavUrl = firstOf(envelope, (place) => Body.parse(place).audioWavUrl) ?? resultUrlsOf('wav', envelope)[0]
    if (audioWavUrl === undefined) return null
    const expiresAt = expiryOf(envelope, receivedAt)
    return { type: 'wav:complete', kind: 'wav', stage: 'complete', audioWavUrl, expiresAt }
  },
}

const Body = schemaOf(record({ audioWavUrl: text }))
