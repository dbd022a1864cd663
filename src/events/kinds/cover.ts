import * as z from 'zod/mini'
import { has } from '../envelope.js'
import { expiryOf } from './expiry.js'
import { record, schemaOf, texts } from './fields.js'
import type { KindDefinition } from './kind.js'
import { failure, filledText, success } from './schema.js'

/** Cover images for a song. Page: cover-suno-callbacks. */
export const cover: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['cover:complete'],

  recognise: ({ data }) => has(data, 'images'),

  read({ data }, receivedAt) {
    const { images } = Body.parse(data)
    if (images.length === 0) return null
    return { type: 'cover:complete', kind: 'cover', stage: 'complete', images, expiresAt: expiryOf(receivedAt) }
  },
}

const Body = schemaOf(record({ images: texts }))

/** The documented callbacks. */
function schemas() {
  const images = z.array(filledText()).check(z.minLength(1, 'a list with an address'))
  return {
    'cover:complete': success(z.object({ images, taskId: z.string() })),
    error: failure(z.object({ images: z.nullish(z.array(z.string())), taskId: z.string() })),
  }
}
