import { z } from 'zod'
import { text } from './fields.js'
import type { KindDefinition } from './kind.js'

/** Music video (MP4). Page: create-music-video-callbacks. */
export const video: KindDefinition = {
  events: ['video:complete'],

  recognise: ({ data }) => data !== null && Object.hasOwn(data, 'videoUrl'),

  read({ data }, receivedAt) {
    const { videoUrl } = Body.parse(data)
    if (videoUrl === null) return null
    const expiresAt = new Date(receivedAt.getTime() + LINK_LIFETIME_MS)
    return { type: 'video:complete', kind: 'video', stage: 'complete', videoUrl, expiresAt }
  },
}

/** "Video link is valid for 14 days." */
const LINK_LIFETIME_MS = 14 * 24 * 60 * 60 * 1000

const Body = z.object({ videoUrl: text }).catch({ videoUrl: null })
