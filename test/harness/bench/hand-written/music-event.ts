/** A callback of the music endpoints, as listeners get it. */
export interface MusicEvent {
  readonly type: 'music:text' | 'music:first' | 'music:complete' | 'music:error'
  readonly taskId: string
  /** What makes two callbacks the same event. */
  readonly key: string
  readonly code: number
  readonly message: string | null
  readonly tracks: readonly Track[]
  /** What the signed URL carried; null where URLs are not signed. */
  readonly orderId: string | null
  readonly receivedAt: Date
  readonly raw: unknown
}

export interface Track {
  readonly id: string | null
  readonly audioUrl: string | null
  readonly streamAudioUrl: string | null
  readonly sourceAudioUrl: string | null
  readonly sourceStreamAudioUrl: string | null
  readonly imageUrl: string | null
  readonly sourceImageUrl: string | null
  readonly prompt: string | null
  readonly modelName: string | null
  readonly title: string | null
  readonly tags: readonly string[]
  readonly createdAt: Date | null
  /** Seconds. */
  readonly duration: number | null
}

/**
 * Reads a parsed callback by hand, in the one shape of the page generate-music-callbacks. Null: it has another.
 *
 * Does: every documented field, an empty string as null, failure by code and by stage, a `complete` only with a track that can be
 * played. Does not: other spellings and places of fields, records, other kinds, what the provider sends beside its pages.
 */
export function readMusicEvent(raw: unknown, orderId: string | null): MusicEvent | null {
  if (!isObject(raw) || !isObject(raw.data) || typeof raw.code !== 'number') return null
  const { callbackType, task_id: taskId, data: list } = raw.data
  if (typeof taskId !== 'string' || taskId === '' || taskId.length > LONGEST_ID || !isStage(callbackType)) return null
  const tracks = Array.isArray(list) ? list.filter(isObject).map(toTrack) : []
  const stage = raw.code >= 400 ? 'error' : callbackType
  if (stage === 'complete' && !tracks.some(isPlayable)) return null
  return {
    type: `music:${stage}`,
    taskId,
    key: `music:${stage}:${taskId}`,
    code: raw.code,
    message: textOrNull(raw.msg),
    tracks,
    orderId,
    receivedAt: new Date(),
    raw,
  }
}

const LONGEST_ID = 128

type JsonObject = Readonly<Record<string, unknown>>

type Stage = 'text' | 'first' | 'complete' | 'error'

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isStage(value: unknown): value is Stage {
  return value === 'text' || value === 'first' || value === 'complete' || value === 'error'
}

function isPlayable({ audioUrl, sourceAudioUrl }: Track): boolean {
  return audioUrl !== null || sourceAudioUrl !== null
}

function toTrack(track: JsonObject): Track {
  return {
    id: textOrNull(track.id),
    audioUrl: textOrNull(track.audio_url),
    streamAudioUrl: textOrNull(track.stream_audio_url),
    sourceAudioUrl: textOrNull(track.source_audio_url),
    sourceStreamAudioUrl: textOrNull(track.source_stream_audio_url),
    imageUrl: textOrNull(track.image_url),
    sourceImageUrl: textOrNull(track.source_image_url),
    prompt: textOrNull(track.prompt),
    modelName: textOrNull(track.model_name),
    title: textOrNull(track.title),
    tags: typeof track.tags === 'string' ? track.tags.split(',').map((tag) => tag.trim()) : [],
    // A text there has no zone, and names no instant.
    createdAt: typeof track.createTime === 'number' ? new Date(track.createTime) : null,
    duration: typeof track.duration === 'number' ? track.duration : null,
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
