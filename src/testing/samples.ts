import type { EventType, Kind } from '../events.js'

/** Whose spelling a sample has. */
export type Provider = 'sunoapi' | 'apibox' | 'kie'

export const PROVIDERS: readonly Provider[] = ['sunoapi', 'apibox', 'kie']

/** What samples are made of: each provider's shape for each event, after the pages of the provider. */
export interface SampleInput {
  readonly taskId: string
  readonly provider: Provider
}

type Body = Record<string, unknown>

/** The bodies of successes, by event type. */
export const successes: Readonly<Record<Exclude<EventType, 'error'>, (input: SampleInput) => Body>> = {
  'music:text': (input) => music(input, 'text', 'Text generation completed.', []),

  'music:first': (input) => {
    const [first, second] = tracks(input.provider)
    // Seen live: both tracks, the second without its file. kie.ai's page shows one.
    const list = input.provider === 'kie' ? [first] : [first, { ...second, audio_url: '', duration: undefined }]
    return music(input, 'first', 'First track generated successfully.', list)
  },

  'music:complete': (input) => music(input, 'complete', 'All generated successfully.', tracks(input.provider)),

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

  unknown: ({ taskId }) => ({
    code: 200,
    msg: 'success',
    data: { task_id: taskId, hologram_url: 'https://example.com/h' },
  }),
}

/** The bodies of failures, by kind. */
export const failures: Readonly<Record<Kind, (input: SampleInput) => Body>> = {
  music: ({ taskId, provider }) => ({
    code: provider === 'sunoapi' ? 400 : 501,
    msg: provider === 'sunoapi' ? 'Music generation failed' : 'Audio generation failed',
    data: { callbackType: 'error', task_id: taskId, data: null },
  }),

  // kie.ai and api.box call it complete; only the code tells.
  lyrics: ({ taskId, provider }) =>
    provider === 'sunoapi'
      ? { code: 400, msg: 'Lyrics generation failed', data: { callbackType: 'error', taskId, data: null } }
      : {
          code: 400,
          msg: 'Song Description flagged for moderation',
          data: { callbackType: 'complete', task_id: taskId, data: null },
        },

  video: ({ taskId, provider }) => ({
    code: provider === 'kie' ? 500 : 400,
    msg: provider === 'kie' ? 'Internal Error - Please try again later' : 'Music video generation failed',
    data: { task_id: taskId, video_url: null },
  }),

  voice: (input) => voiceFailure(input, 'voiceId', 'fail', 'Voice generation failed'),

  phrase: (input) =>
    voiceFailure(input, 'validateInfo', 'processing_validate_fail', 'Validation phrase generation failed'),
}

function music({ taskId }: SampleInput, callbackType: string, msg: string, data: readonly unknown[]): Body {
  return { code: 200, msg, data: { callbackType, task_id: taskId, data } }
}

/** Two songs. sunoapi.org adds Suno's own links. */
function tracks(provider: Provider): readonly Body[] {
  return [
    { id: '8551d1f0-2c3b-4f5e-9a67-0c1d2e3f662c', duration: 198.44 },
    { id: 'bd15a7c2-9e8d-4b6a-8f70-1a2b3c4d1873', duration: 228.28 },
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

function voice({ taskId, provider }: SampleInput, field: string, value: string, status: string): Body {
  const errorCode = provider === 'kie' ? null : 0
  return { code: 200, msg: 'success', data: { taskId, [field]: value, status, errorCode, errorMessage: '' } }
}

function voiceFailure({ taskId, provider }: SampleInput, field: string, status: string, msg: string): Body {
  const isKie = provider === 'kie'
  return {
    code: isKie ? 500 : 400,
    msg,
    data: {
      taskId,
      [field]: isKie ? null : '',
      status,
      errorCode: 500,
      errorMessage: `${msg}: the recording was too short`,
    },
  }
}
