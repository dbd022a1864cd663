import { z } from 'zod'
import type { Track } from '../events.js'
import { instant, listOf, number, tags, text } from './fields.js'
import type { KindDefinition } from './kind.js'

/**
 * All nine music operations: generate, extend, upload-cover, upload-extend, add-instrumental, add-vocals, replace-section,
 * mashup and sounds share one shape. Page: generate-music-callbacks.
 */
export const music: KindDefinition = {
  events: ['music:text', 'music:first', 'music:complete'],

  recognise({ stage, data }) {
    // Only music has the stages before the last.
    if (stage === 'text' || stage === 'first') return true
    // Without a stage, tracks are anybody's: a recovery has them, and other vendors.
    return (
      stage !== null && (Body.parse(data).data ?? []).some((track) => isPlayable(track) || track.modelName !== null)
    )
  },

  read({ stage, data }) {
    const tracks = Body.parse(data).data ?? []
    if (stage === 'text') return { type: 'music:text', kind: 'music', stage, tracks }
    // `first` brings both tracks, the second without a file; one that can be played is enough.
    if (!tracks.some(isPlayable)) return null
    if (stage === 'first') return { type: 'music:first', kind: 'music', stage, tracks }
    if (stage === 'complete') return { type: 'music:complete', kind: 'music', stage, tracks }
    // Without its stage, tracks may be the first or all: taking the first for all would make `complete` a repeat.
    return null
  },
}

const TrackFields = z
  .object({
    id: text,
    audioUrl: text,
    streamAudioUrl: text,
    sourceAudioUrl: text,
    sourceStreamAudioUrl: text,
    imageUrl: text,
    sourceImageUrl: text,
    prompt: text,
    modelName: text,
    title: text,
    tags,
    createTime: instant,
    duration: number,
  })
  .transform(({ createTime: createdAt, ...track }): Track => ({ createdAt, ...track }))

const Body = z.object({ data: listOf(TrackFields) }).catch({ data: null })

function isPlayable(track: Track): boolean {
  return (track.audioUrl ?? track.streamAudioUrl ?? track.sourceAudioUrl ?? track.sourceStreamAudioUrl) !== null
}
