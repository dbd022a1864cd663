import { either, objectOrNothing, toNumber, toText, type JsonObject } from '../envelope.js'
import type { Track } from '../types.js'
import { instant, listOf, schemaOf, tags } from './fields.js'
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
    return stage !== null && Tracks.parse(data).some((track) => isPlayable(track) || track.modelName !== null)
  },

  read({ stage, data }) {
    const tracks = Tracks.parse(data)
    if (stage === 'text') return { type: 'music:text', kind: 'music', stage, tracks }
    // `first` brings both tracks, the second without a file; one that can be played is enough.
    if (!tracks.some(isPlayable)) return null
    if (stage === 'first') return { type: 'music:first', kind: 'music', stage, tracks }
    if (stage === 'complete') return { type: 'music:complete', kind: 'music', stage, tracks }
    // Without its stage, tracks may be the first or all: taking the first for all would make `complete` a repeat.
    return null
  },
}

/** Written out, for it is read with almost every callback: `record` takes four times as long. */
const toTrack = (track: JsonObject): Track => ({
  id: toText(track.id),
  audioUrl: toText(track.audio_url) ?? toText(track.audioUrl),
  streamAudioUrl: toText(track.stream_audio_url) ?? toText(track.streamAudioUrl),
  sourceAudioUrl: toText(track.source_audio_url) ?? toText(track.sourceAudioUrl),
  sourceStreamAudioUrl: toText(track.source_stream_audio_url) ?? toText(track.sourceStreamAudioUrl),
  imageUrl: toText(track.image_url) ?? toText(track.imageUrl),
  sourceImageUrl: toText(track.source_image_url) ?? toText(track.sourceImageUrl),
  prompt: toText(track.prompt),
  modelName: toText(track.model_name) ?? toText(track.modelName),
  title: toText(track.title),
  tags: tags(track.tags),
  createdAt: instant(either(track.create_time, track.createTime)),
  duration: toNumber(track.duration),
})

const tracksOf = listOf(toTrack)

const Tracks = schemaOf((data) => tracksOf(objectOrNothing(data).data) ?? [])

function isPlayable(track: Track): boolean {
  return (track.audioUrl ?? track.streamAudioUrl ?? track.sourceAudioUrl ?? track.sourceStreamAudioUrl) !== null
}
