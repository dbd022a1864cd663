import type { EventType } from '../events/types.js'

/** The body of each sample. A task id stands where the provider writes it, and a field is missing where the provider sends none. */
export type SampleBody<Type extends EventType = EventType> = SampleBodies[Type]

interface SampleBodies {
  'music:text': Body<MusicData>
  'music:first': Body<MusicData>
  'music:complete': Body<MusicData>
  'lyrics:complete': Body<{ callbackType: string; taskId?: string; task_id?: string; data: LyricsItem[] }>
  'video:complete': Body<{ task_id: string; video_url: string }>
  'voice:ready': Body<VoiceData & { voiceId: string }>
  'phrase:ready': Body<VoiceData & { validateInfo: string }>
  'wav:complete': Body<{ task_id: string; audioWavUrl?: string; audio_wav_url?: string }>
  'stems:complete': Body<{ task_id: string; vocal_removal_info?: StemsInfo; vocal_separation_info?: StemsInfo }>
  'midi:complete': Body<{ taskId?: string; state: string; instruments: { name: string | null; notes: unknown[] }[] }>
  'cover:complete': Body<{ taskId: string; images: string[] }>
  'recovery:complete': Body<{ id: string; audio_url: string; title: string; status: string; error: string }[]>
  error: Body<unknown>
  unknown: Body<Record<string, unknown>>
}

/** Aliases, not interfaces: only they can be used as a record of whatever fields. */
type Body<Data> = {
  code: number
  msg: string
  /** Where it stands outside of `data`: of recoveries, and of MIDI but at kie.ai. */
  task_id?: string
  data: Data
}

type MusicData = { callbackType: string; task_id: string; data: MusicTrack[] }

type MusicTrack = {
  id: string
  audio_url: string
  source_audio_url?: string
  stream_audio_url: string
  source_stream_audio_url?: string
  image_url: string
  source_image_url?: string
  prompt: string
  model_name: string
  title: string
  tags: string
  createTime: string | number
  duration?: number
}

type LyricsItem = { text: string; title: string; status: string; errorMessage?: string; error_message?: string }

type VoiceData = { taskId: string; status: string; errorCode: number | null; errorMessage: string }

type StemsInfo = { instrumental_url: string; origin_url: string; vocal_url: string; [field: string]: unknown }
