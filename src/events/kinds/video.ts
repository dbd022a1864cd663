import * as z from 'zod/mini'
import { expiryOf } from './expiry.js'
import { record, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'
import { areOnlyOf, resultUrlsOf } from './result-urls.js'
import { failure, filledText, optionalText, success } from './schema.js'

const FIELDS = fieldNames('videoUrl')

/** Music video (MP4). Page: create-music-video-callbacks. */
export const video: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['video:complete'],

  isSilent: true,

  recognise: (envelope) => hasField(envelope, FIELDS) || areOnlyOf('video', envelope),

  read(envelope, receivedAt) {
    const videoUrl = firstOf(envelope, (place) => readResult(place).videoUrl) ?? resultUrlsOf('video', envelope)[0]
    if (videoUrl === undefined) return null
    const expiresAt = expiryOf(envelope, receivedAt)
    return { type: 'video:complete', kind: 'video', stage: 'complete', videoUrl, expiresAt }
  },
}

const readResult = record({ videoUrl: text })

/** The documented callbacks. */
function schemas() {
  return {
    'video:complete': success(z.object({ task_id: z.string(), video_url: filledText() })),
    error: failure(z.object({ task_id: z.string(), video_url: optionalText() })),
  }
}
