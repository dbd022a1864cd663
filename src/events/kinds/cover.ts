import { has } from '../envelope.js'
import { expiryOf } from './expiry.js'
import { record, schemaOf, texts } from './fields.js'
import type { KindDefinition } from './kind.js'

/** Cover images for a song. Page: cover-suno-callbacks. */
export const cover: KindDefinition = {
  events: ['cover:complete'],

  recognise: ({ data }) => has(data, 'images'),

  read({ data }, receivedAt) {
    const { images } = Body.parse(data)
    if (images.length === 0) return null
    return { type: 'cover:complete', kind: 'cover', stage: 'complete', images, expiresAt: expiryOf(receivedAt) }
  },
}

const Body = schemaOf(record({ images: texts }))
