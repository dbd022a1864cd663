import { createHash } from 'node:crypto'
import type { Track } from '../../events/types.js'
import type { SampleJson, SampleInput } from './body.js'
import type { CallbackBody, Items, SampledKind, Stated } from './kind.js'
import { camelCased, errorOf, recordOf, responseOf, resultOf, wordOf } from './record.js'
import { dataOf, laidOver, message, type WriterContext } from './write.js'

/** Songs. Page: generate-music-callbacks, and the eight other music operations. */
export const music: SampledKind<MusicBodies, MusicOverrides> = {
  endpoints: {
    submit: [
      '/api/v1/generate',
      '/api/v1/generate/extend',
      '/api/v1/generate/upload-cover',
      '/api/v1/generate/upload-extend',
      '/api/v1/generate/add-instrumental',
      '/api/v1/generate/add-vocals',
      '/api/v1/generate/replace-section',
      '/api/v1/generate/mashup',
      '/api/v1/generate/sounds',
    ],
    record: '/api/v1/generate/record-info',
    jobs: [
      'generate',
      'generate-v6-mini',
      'generate-v6-wild',
      'extend',
      'upload-and-cover-audio',
      'upload-and-extend-audio',
      'add-instrumental',
      'add-vocals',
      'replace-section',
      'mashup',
      'sounds',
    ],
  },

  successes: {
    'music:text': (input) => bodyOf(input, 'text', 'Text generation completed.', []),

    'music:first': (input) => {
      const [first] = tracks(input)
      const [, second] = earlyTracks(input)
      // Seen live: both tracks, the second without its file. kie.ai's page shows one.
      const list = [first, input.provider === 'kie' ? undefined : second].filter((track) => track !== undefined)
      return bodyOf(input, 'first', 'First track generated successfully.', list)
    },

    'music:complete': (input) => bodyOf(input, 'complete', 'All generated successfully.', tracks(input)),
  },

  failure: ({ taskId, provider }) => ({
    code: provider === 'sunoapi' ? 400 : 501,
    msg: provider === 'sunoapi' ? 'Music generation failed' : 'Audio generation failed',
    data: { callbackType: 'error', task_id: taskId, data: null },
  }),

  overrides: {
    'music:text': { message, tracks: overTracks },
    'music:first': { message, tracks: overTracks },
    'music:complete': { message, tracks: overTracks },
  },

  record: (task) =>
    recordOf({
      taskId: task.taskId,
      parentMusicId: '',
      param: JSON.stringify(task.param),
      response: responseOf(task, { taskId: task.taskId, sunoData: camelCased(resultOf(task).data) }),
      status: wordOf(task, 'GENERATE_AUDIO_FAILED'),
      type: 'GENERATE',
      ...errorOf(task),
    }),

  jobResult: ({ data }) => ({ data }),
}

export interface MusicBodies {
  'music:text': MusicBody
  'music:first': MusicBody
  'music:complete': MusicBody
}

export interface MusicOverrides {
  'music:text': Tracks
  'music:first': Tracks
  'music:complete': Tracks
}

export interface Tracks extends Stated {
  readonly tracks?: Items<Track>
}

export type MusicBody = CallbackBody<{ callbackType: string; task_id: string; data: MusicTrack[] }>

export type MusicTrack = {
  id: string
  audio_url: string
  source_audio_url?: string | undefined
  stream_audio_url: string
  source_stream_audio_url?: string
  image_url: string
  source_image_url?: string
  prompt: string
  model_name: string
  title: string
  tags: string
  createTime: string | number
  duration?: number | undefined
}

function bodyOf({ taskId }: SampleInput, callbackType: string, msg: string, data: MusicTrack[]): MusicBody {
  return { code: 200, msg, data: { callbackType, task_id: taskId, data } }
}

/** Two songs. sunoapi.org adds Suno's own links. */
export function tracks({ taskId, provider }: SampleInput): MusicTrack[] {
  const isSuno = provider === 'sunoapi'
  return [
    { id: trackIdOf(taskId, 0), duration: 198.44 },
    { id: trackIdOf(taskId, 1), duration: 228.28 },
  ].map(({ id, duration }) => ({
    id,
    audio_url: `https://example.com/${id}.mp3`,
    ...(isSuno && { source_audio_url: `https://cdn.example.com/${id}.mp3` }),
    stream_audio_url: `https://example.com/${id}`,
    ...(isSuno && { source_stream_audio_url: `https://cdn.example.com/${id}` }),
    image_url: `https://example.com/${id}.jpeg`,
    ...(isSuno && { source_image_url: `https://cdn.example.com/${id}.jpeg` }),
    prompt: '[Verse] A lantern on the harbour wall',
    model_name: 'chirp-v4-5',
    title: 'Harbour Lantern',
    tags: 'folk, calm, acoustic',
    createTime: isSuno ? 1758044664461 : '2025-01-01 00:00:00',
    duration,
  }))
}

/** The tracks of a task before their files are there: they can be streamed. */
function earlyTracks(input: SampleInput): MusicTrack[] {
  return tracks(input).map((track) => ({ ...track, audio_url: '', source_audio_url: undefined, duration: undefined }))
}

/** The same for the same task, like the provider's. */
function trackIdOf(taskId: string, index: number): string {
  const digits = createHash('sha256')
    .update(`${taskId} ${String(index)}`)
    .digest('hex')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5')
}

function overTracks(body: SampleJson, value: unknown, context: WriterContext): void {
  const data = dataOf(body)
  const own = data.data as SampleJson[]
  data.data = laidOver(own.length > 0 ? own : earlyTracks(context.input), value, TRACK_FIELDS, context)
}

const TRACK_FIELDS = [
  ...['id', 'audioUrl', 'streamAudioUrl', 'sourceAudioUrl', 'sourceStreamAudioUrl', 'imageUrl', 'sourceImageUrl'],
  ...['prompt', 'modelName', 'title', 'tags', 'createdAt', 'duration'],
]
