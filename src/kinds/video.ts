import { z } from 'zod'
import { expiryOf } from './expiry.js'
import { text } from './fields.js'
import type { KindDefinition } from './kind.js'

/** Music video (MP4). Page: create-music-video-callbacks. */
export const video: KindDefinition = {
  events: ['video:complete'],

  recognise: ({ data }) => data !== null && Object.hasOwn(data, 'videoUrl'),

  read({ data }, receivedAt) {
    const { videoUrl } = Body.parse(data)
    if (videoUrl === null) return null
    return { type: 'video:complete', kind: 'video', stage: 'complete', videoUrl, expiresAt: expiryOf(receivedAt) }
  },
}

const Body = z.object({ videoUrl: text }).catch({ videoUrl: null })
