import * as z from 'zod/mini'
import type { Envelope } from '../envelope.js'
import { isObject, readEither, toInstant, toNumber, toText, type JsonObject } from '../values.js'
import { isFailure } from '../failure.js'
import { meaningOf } from '../states.js'
import type { Track } from '../types.js'
import { expiryOf } from './expiry.js'
import { listOf, tags } from './fields.js'
import type { KindDefinition } from './kind.js'
import { isRecoveryList } from './recovery.js'
import { arrayWith, failure, optionalText, success } from './schema.js'

/**
 * All nine music operations: generate, extend, upload-cover, upload-extend, add-instrumental, add-vocals, replace-section,
 * mashup and sounds share one shape. Page: generate-music-callbacks.
 */
export const music: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['music:text', 'music:first', 'music:complete'],

  isSilent: false,

  recognise(envelope) {
    const stage = stageOf(envelope, [])
    // Only music has the stages before the last.
    if (stage === 'text' || stage === 'first') return true
    // Without a stage, tracks are anybody's: a recovery has them, and other vendors.
    return stage !== null && listsOf(envelope).some((list) => list.some(isSong))
  },

  read(envelope, receivedAt) {
    const tracks = tracksOf(envelope)
    // What is left of a task that failed is its files: a stream ends with it.
    const hasFiles = tracks.some(hasFile)
    if (!hasFiles && isFailure(envelope, 'music')) return null
    const stage = stageOf(envelope, tracks)
    switch (stage) {
      case 'text':
        return { type: 'music:text', kind: 'music', stage, tracks }
      case 'first':
        // Normally both tracks, the second without a file, or one alone. An id is the news of a track too.
        if (!tracks.some((track) => isPlayable(track) || track.id !== null)) return null
        return { type: 'music:first', kind: 'music', stage, tracks }
      case 'complete': {
        if (!hasFiles && !tracks.some(isPlayable)) return null
        const expiresAt = expiryOf(envelope, receivedAt, tracks[0]?.createdAt)
        return { type: 'music:complete', kind: 'music', stage, tracks, expiresAt }
      }
      case null:
        // Without its stage, tracks may be the first or all: taking the first for all would make `complete` a repeat.
        return null
    }
  },
}

/**
 * The stage in our words; null when the body does not tell it. The callback's own word counts, else the states. Where these leave open
 * whether all tracks are there, two or more tracks with a file each are all. A link of Suno's own, `source_audio_url`, is no file of
 * the provider's: it can be there before the song is, and ends. After a failure comes no other track.
 */
function stageOf(envelope: Envelope, tracks: readonly Track[]): 'text' | 'first' | 'complete' | null {
  const { stage, states } = envelope
  let meaning = meaningOf(stage, 'music')
  for (const state of states) meaning ??= meaningOf(state, 'music')
  switch (meaning) {
    case 'text':
    case 'first':
      return meaning
    case 'unclear':
      return tracks.length > 1 && tracks.every(({ audioUrl }) => audioUrl !== null) ? 'complete' : 'first'
    case 'over':
    case 'failed':
      return 'complete'
    case 'running':
    case null:
      return null
  }
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
  createdAt: readEither(toInstant, track.create_time, track.createTime),
  duration: toNumber(track.duration),
})

const tracksOfList = listOf(toTrack)

/** The documented place is asked first and alone, for speed: the list of almost every callback is there. */
function tracksOf(envelope: Envelope): readonly Track[] {
  const { data, stage } = envelope
  const documented = isObject(data) ? tracksOfList(data.data) : null
  if (documented !== null && (stage === 'text' || documented.some(hasFile))) return documented
  const lists = listsOf(envelope).map((list) => tracksOfList(list) ?? [])
  return lists.find((tracks) => tracks.some(isPlayable)) ?? lists.find((tracks) => tracks.length > 0) ?? []
}

function listsOf({ places, stage }: Envelope): readonly (readonly unknown[])[] {
  const lists: (readonly unknown[])[] = []
  for (const place of places) {
    for (const list of [place.data, place.suno_data, place.sunoData]) {
      // The tracks of a recovery have no stage of their own, only the state of their job.
      if (Array.isArray(list) && (stage !== null || !isRecoveryList(list))) lists.push(list)
    }
  }
  return lists
}

/** What has a file, or the model that made it. */
function isSong(item: unknown): boolean {
  if (!isObject(item)) return false
  for (const name of OF_SONGS) if (toText(item[name]) !== null) return true
  return false
}

const OF_SONGS: readonly string[] = [
  ...['audioUrl', 'streamAudioUrl', 'sourceAudioUrl', 'sourceStreamAudioUrl', 'modelName'],
  ...['audio_url', 'stream_audio_url', 'source_audio_url', 'source_stream_audio_url', 'model_name'],
]

function isPlayable(track: Track): boolean {
  return hasFile(track) || (track.streamAudioUrl ?? track.sourceStreamAudioUrl) !== null
}

function hasFile({ audioUrl, sourceAudioUrl }: Track): boolean {
  return (audioUrl ?? sourceAudioUrl) !== null
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
