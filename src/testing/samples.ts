import { createHash } from 'node:crypto'
import type { EventType } from '../events/types.js'

/** Whose spelling a sample has. */
export type Provider = 'sunoapi' | 'apibox' | 'kie'

export const PROVIDERS: readonly Provider[] = ['sunoapi', 'apibox', 'kie']

/** What samples are made of: each provider's shape for each event, after the pages of the provider. */
export interface SampleInput {
  readonly taskId: string
  readonly provider: Provider
}

/** What is sent, as JSON. */
export type Body = Record<string, unknown>

/** The bodies of successes, by event type. */
export const successes: Readonly<Record<Exclude<EventType, 'error'>, (input: SampleInput) => Body>> = {
  'music:text': (input) => music(input, 'text', 'Text generation completed.', []),

  'music:first': (input) => {
    const [first] = tracks(input)
    const [, second] = earlyTracks(input)
    // Seen live: both tracks, the second without its file. kie.ai's page shows one.
    const list = input.provider === 'kie' ? [first] : [first, second]
    return music(input, 'first', 'First track generated successfully.', list)
  },

  'music:complete': (input) => music(input, 'complete', 'All generated successfully.', tracks(input)),

  'lyrics:complete': ({ taskId, provider }) => {
    const isCamel = provider === 'sunoapi'
    const item = (text: string, title: string) => ({
      text,
      title,
      status: 'complete',
      [isCamel ? 'errorMessage' : 'error_message']: '',
    })
    const list = [
      item('[Verse]\nA lantern on the harbour wall\nKeeps counting every ship', 'Harbour Lantern'),
      item('[Verse]\nThe tide has letters in its hand\nAnd none of them are mine', 'Letters of the Tide'),
    ]
    const data = { callbackType: 'complete', [isCamel ? 'taskId' : 'task_id']: taskId, data: list }
    return { code: 200, msg: 'All generated successfully.', data }
  },

  'video:complete': ({ taskId, provider }) => ({
    code: 200,
    msg: provider === 'kie' ? 'success' : 'MP4 generated successfully.',
    data: { task_id: taskId, video_url: `https://example.com/videos/${taskId}.mp4` },
  }),

  'voice:ready': (input) => voice(input, 'voiceId', 'voice_5f0c2b', 'success'),

  'phrase:ready': (input) =>
    voice(input, 'validateInfo', 'Seven quiet rivers carry the morning home', 'wait_validating'),

  'wav:complete': ({ taskId, provider }) => ({
    code: 200,
    msg: 'success',
    data: {
      [provider === 'apibox' ? 'audio_wav_url' : 'audioWavUrl']: `https://example.com/${taskId}.wav`,
      task_id: taskId,
    },
  }),

  'stems:complete': ({ taskId, provider }) => ({
    code: 200,
    msg: `vocal ${provider === 'kie' ? 'separation' : 'Removal'} generated successfully.`,
    data: {
      task_id: taskId,
      [stemsKey(provider)]: {
        instrumental_url: `https://example.com/${taskId}_Instrumental.mp3`,
        origin_url: '',
        vocal_url: `https://example.com/${taskId}_Vocals.mp3`,
      },
    },
  }),

  // Times are numbers and strings, mixed within one note. Only kie.ai's newer page has the task id inside.
  'midi:complete': ({ taskId, provider }) => {
    const instruments = [
      { name: 'Drums', notes: [{ pitch: 36, start: '0.5', end: 0.625, velocity: 1 }] },
      { name: 'Electric Bass (finger)', notes: [{ pitch: 44, start: 7.6875, end: '7.90625', velocity: 0.8 }] },
    ]
    const isKie = provider === 'kie'
    const data = { ...(isKie && { taskId }), state: 'complete', instruments }
    return { ...(!isKie && { task_id: taskId }), code: 200, msg: 'success', data }
  },

  'cover:complete': ({ taskId }) => ({
    code: 200,
    data: { images: [1, 2].map((n) => `https://example.com/covers/${taskId}_${String(n)}.png`), taskId },
    msg: 'success',
  }),

  'recovery:complete': (input) => ({
    code: 200,
    msg: 'success',
    task_id: input.taskId,
    data: tracks(input).map(({ id, title }) => ({
      id,
      audio_url: `https://example.com/${String(id)}.m4a`,
      title,
      status: 'success',
      error: '',
    })),
  }),

  unknown: ({ taskId }) => ({
    code: 200,
    msg: 'success',
    data: { task_id: taskId, hologram_url: 'https://example.com/h' },
  }),
}

/** What kie.ai calls separation, the others call removal. */
export function stemsKey(provider: Provider): string {
  return provider === 'kie' ? 'vocal_separation_info' : 'vocal_removal_info'
}

function music({ taskId }: SampleInput, callbackType: string, msg: string, data: readonly unknown[]): Body {
  return { code: 200, msg, data: { callbackType, task_id: taskId, data } }
}

/** The tracks of a task before their files are there: they can be streamed. */
export function earlyTracks(input: SampleInput): readonly Body[] {
  return tracks(input).map((track) => ({ ...track, audio_url: '', source_audio_url: undefined, duration: undefined }))
}

/** Two songs. sunoapi.org adds Suno's own links. */
function tracks({ taskId, provider }: SampleInput): readonly Body[] {
  return [
    { id: trackIdOf(taskId, 0), duration: 198.44 },
    { id: trackIdOf(taskId, 1), duration: 228.28 },
  ].map(({ id, duration }) => ({
    id,
    audio_url: `https://example.com/${id}.mp3`,
    ...(provider === 'sunoapi' && { source_audio_url: `https://cdn.example.com/${id}.mp3` }),
    stream_audio_url: `https://example.com/${id}`,
    ...(provider === 'sunoapi' && { source_stream_audio_url: `https://cdn.example.com/${id}` }),
    image_url: `https://example.com/${id}.jpeg`,
    ...(provider === 'sunoapi' && { source_image_url: `https://cdn.example.com/${id}.jpeg` }),
    prompt: '[Verse] A lantern on the harbour wall',
    model_name: 'chirp-v4-5',
    title: 'Harbour Lantern',
    tags: 'folk, calm, acoustic',
    createTime: provider === 'sunoapi' ? 1758044664461 : '2025-01-01 00:00:00',
    duration,
  }))
}

/** The same for the same task, like the provider's. */
export function trackIdOf(taskId: string, index: number): string {
  const digits = createHash('sha256')
    .update(`${taskId} ${String(index)}`)
    .digest('hex')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5')
}

function voice({ taskId, provider }: SampleInput, field: string, value: string, status: string): Body {
  const errorCode = provider === 'kie' ? null : 0
  return { code: 200, msg: 'success', data: { taskId, [field]: value, status, errorCode, errorMessage: '' } }
}
