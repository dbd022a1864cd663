import * as z from 'zod/mini'
import { has } from '../envelope.js'
import { expiryOf } from './expiry.js'
import { record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { failure, filledText, optionalText, success } from './schema.js'

/** Music video (MP4). Page: create-music-video-callbacks. */
export const video: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['video:complete'],

  recognise: ({ data }) => has(data, 'videoUrl'),

  read({ data }, receivedAt) {
    const { videoUrl } = Body.parse(data)
    if (videoUrl === null) return null
    return { type: 'video:complete', kind: 'video', stage: 'complete', videoUrl, expiresAt: expiryOf(receivedAt) }
  },
}

const Body = schemaOf(record({ videoUrl: text }))

/** The documented callbacks. */
function schemas() {
  return {
    'video:complete': success(z.object({ task_id: z.string(), video_url: filledText() })),
    error: failure(z.object({ task_id: z.string(), video_url: optionalText() })),
  }
}
