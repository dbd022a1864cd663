import { expiryOf } from './expiry.js'
import { record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'
import { areOnlyOf, resultUrlsOf } from './result-urls.js'

const FIELDS = fieldNames('videoUrl')

/** Music video (MP4). Page: create-music-video-callbacks. */
export const video: KindDefinition = {
  events: ['video:complete'],

  isSilent: true,

  recognise: (envelope) => hasField(envelope, FIELDS) || areOnlyOf('video', envelope),

  read(envelope, receivedAt) {
    const videoUrl = firstOf(envelope, (place) => Body.parse(place).videoUrl) ?? resultUrlsOf('video', envelope)[0]
    if (videoUrl === undefined) return null
    const expiresAt = expiryOf(envelope, receivedAt)
    return { type: 'video:complete', kind: 'video', stage: 'complete', videoUrl, expiresAt }
  },
}

const Body = schemaOf(record({ videoUrl: text }))
