import type { EventType, Kind } from '../../src/index.js'
import { KINDS, kinds } from '../../src/events/kinds/index.js'
import { sample } from '../../src/testing/index.js'
import type { ProviderName } from '../../src/polling/index.js'

type Json = Readonly<Record<string, unknown>>

/** The events that a record can have, by kind. */
export const RESULTS: readonly { kind: Kind; type: Exclude<EventType, 'error' | 'unknown'> }[] = KINDS.flatMap((kind) =>
  kinds[kind].events.map((type) => ({ kind, type: type as Exclude<EventType, 'error' | 'unknown'> })),
)

/** The record of a task whose callback would be that sample, in the spelling of the pages. */
export function recordOf(type: Exclude<EventType, 'error' | 'unknown'>, provider: ProviderName, taskId: string): Json {
  const callback = sample(type, { provider, taskId })
  const data = callback.data as Json
  const found = (fields: Json): Json => ({ code: 200, msg: 'success', data: { taskId, ...fields, errorMessage: null } })
  switch (type) {
    case 'music:text':
      return found({ status: 'TEXT_SUCCESS', response: { taskId, sunoData: camel(data.data) } })
    case 'music:first':
      return found({ status: 'FIRST_SUCCESS', response: { taskId, sunoData: camel(data.data) } })
    case 'music:complete':
      return found({ status: 'SUCCESS', param: '{"model":"V5"}', response: { taskId, sunoData: camel(data.data) } })
    case 'lyrics:complete':
      // The oldest document calls the list otherwise.
      return found({
        status: 'SUCCESS',
        response: { taskId, [provider === 'apibox' ? 'lyricsData' : 'data']: camel(data.data) },
      })
    case 'video:complete':
      return found({ successFlag: 'SUCCESS', musicIndex: 0, response: { videoUrl: data.video_url } })
    case 'wav:complete':
      return provider === 'apibox'
        ? found({ status: 'SUCCESS', response: { audio_wav_url: data.audio_wav_url } })
        : found({ successFlag: 'SUCCESS', response: { audioWavUrl: data.audioWavUrl } })
    case 'stems:complete':
      return found({ successFlag: 'SUCCESS', response: camel(data.vocal_removal_info ?? data.vocal_separation_info) })
    case 'midi:complete':
      return found({ successFlag: 1, midiData: { state: 'complete', instruments: data.instruments } })
    case 'cover:complete':
      return found({ successFlag: 1, response: { images: data.images }, errorCode: 200 })
    case 'voice:ready':
    case 'phrase:ready':
      return { code: 200, msg: 'success', data }
    case 'recovery:complete':
      return callback
  }
}

/** The record of a task that failed, in the states of the pages. */
export function failedRecordOf(kind: Kind, taskId: string, errorCode: number): Json {
  const states: Readonly<Record<Kind, Json>> = {
    music: { status: 'GENERATE_AUDIO_FAILED' },
    lyrics: { status: 'GENERATE_LYRICS_FAILED' },
    video: { successFlag: 'GENERATE_MP4_FAILED' },
    wav: { successFlag: 'GENERATE_WAV_FAILED' },
    stems: { successFlag: 'GENERATE_AUDIO_FAILED' },
    midi: { successFlag: 3 },
    cover: { successFlag: 3 },
    voice: { status: 'fail' },
    phrase: { status: 'processing_validate_fail' },
    recovery: {},
  }
  if (kind === 'recovery') return { code: errorCode, msg: 'none recovered', task_id: taskId, data: [] }
  return { code: 200, msg: 'success', data: { taskId, ...states[kind], errorCode, errorMessage: 'It failed.' } }
}

/** `audio_url` → `audioUrl`, all the way down. */
function camel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camel)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, child]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camel(child),
    ]),
  )
}
