import * as z from 'zod/mini'
import { either, objectOrNothing, toNumber, toText, type JsonObject } from '../envelope.js'
import type { Track } from '../types.js'
import { instant, listOf, schemaOf, tags } from './fields.js'
import type { KindDefinition } from './kind.js'
import { arrayWith, failure, optionalText, success } from './schema.js'

/**
 * All nine music operations: generate, extend, upload-cover, upload-extend, add-instrumental, add-vocals, replace-section,
 * mashup and sounds share one shape. Page: generate-music-callbacks.
 */
export const music: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
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

/**
 * The documented callbacks. All fields of a track are optional; `createTime` is a text in the pages and milliseconds in what is sent.
 * The page of replace-section has an `error` in place of the list.
 */
function schemas() {
  const track = z.object({
    id: optionalText(),
    audio_url: optionalText(),
    source_audio_url: optionalText(),
    stream_audio_url: optionalText(),
    source_stream_audio_url: optionalText(),
    image_url: optionalText(),
    source_image_url: optionalText(),
    prompt: optionalText(),
    model_name: optionalText(),
    title: optionalText(),
    tags: optionalText(),
    createTime: z.nullish(z.union([z.string(), z.number()])),
    duration: z.nullish(z.number()),
  })
  const files = arrayWith(track, ['audio_url', 'stream_audio_url', 'source_audio_url', 'source_stream_audio_url'])
  const tracks = z.nullish(z.array(track))
  const stage = <Stage extends string, Data extends z.ZodMiniType>(callbackType: Stage, data: Data) =>
    z.object({ callbackType: z.literal(callbackType), task_id: z.string(), data })
  return {
    'music:text': success(stage('text', tracks)),
    'music:first': success(stage('first', files)),
    'music:complete': success(stage('complete', files)),
    error: failure(z.extend(stage('error', tracks), { error: optionalText() })),
  }
}
