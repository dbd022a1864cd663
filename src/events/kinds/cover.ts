import * as z from 'zod/mini'
import { expiryOf } from './expiry.js'
import { record, texts } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'
import { areOnlyOf, resultUrlsOf } from './result-urls.js'
import { failure, filledText, success } from './schema.js'

const FIELDS = fieldNames('images')

/** Cover images for a song. Page: cover-suno-callbacks. */
export const cover: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['cover:complete'],

  isSilent: true,

  recognise: (envelope) => hasField(envelope, FIELDS) || areOnlyOf('cover', envelope),

  read(envelope, receivedAt) {
    const listed = firstOf(envelope, (place) => nonEmpty(readResult(place).images))
    const images = listed ?? nonEmpty(resultUrlsOf('cover', envelope))
    if (images === null) return null
    const expiresAt = expiryOf(envelope, receivedAt)
    return { type: 'cover:complete', kind: 'cover', stage: 'complete', images, expiresAt }
  },
}

function nonEmpty(images: readonly string[]): readonly string[] | null {
  return images.length === 0 ? null : images
}

const readResult = record({ images: texts })

/** The documented callbacks. */
function schemas() {
  const images = z.array(filledText()).check(z.minLength(1, 'a list with an address'))
  return {
    'cover:complete': success(z.object({ images, taskId: z.string() })),
    error: failure(z.object({ images: z.nullish(z.array(z.string())), taskId: z.string() })),
  }
}
