import { expiryOf } from './expiry.js'
import { record, schemaOf, texts } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'
import { areOnlyOf, resultUrlsOf } from './result-urls.js'

const FIELDS = fieldNames('images')

/** Cover images for a song. Page: cover-suno-callbacks. */
export const cover: KindDefinition = {
  events: ['cover:complete'],

  isSilent: true,

  recognise: (envelope) => hasField(envelope, FIELDS) || areOnlyOf('cover', envelope),

  read(envelope, receivedAt) {
    const listed = firstOf(envelope, (place) => nonEmpty(Body.parse(place).images))
    const images = listed ?? nonEmpty(resultUrlsOf('cover', envelope))
    if (images === null) return null
    const expiresAt = expiryOf(envelope, receivedAt)
    return { type: 'cover:complete', kind: 'cover', stage: 'complete', images, expiresAt }
  },
}

function nonEmpty(images: readonly string[]): readonly string[] | null {
  return images.length === 0 ? null : images
}

const Body = schemaOf(record({ images: texts }))
