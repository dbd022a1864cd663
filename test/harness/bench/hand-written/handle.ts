import type { Keys } from './keys.js'

/** What a listener gets: the fields of the provider's page, renamed. */
export interface MusicEvent {
  readonly type: 'music:text' | 'music:first' | 'music:complete' | 'error'
  readonly taskId: string
  readonly code: number
  readonly message: string
  readonly tracks: readonly Track[]
}

interface Track {
  readonly id: string
  readonly title: string
  readonly audioUrl: string | null
  readonly streamAudioUrl: string | null
  readonly imageUrl: string | null
  readonly prompt: string
  readonly modelName: string
  readonly tags: readonly string[]
  readonly createdAt: Date
  readonly duration: number | null
}

export type Listener = (event: MusicEvent) => Promise<unknown>

/** From parsed JSON to the answer's status. */
export type Handle = (body: unknown) => Promise<number>

const DEADLINE_MS = 8_000

/**
 * The promise of the library for the documented music callbacks, as a good engineer writes it for one app: a body becomes a typed
 * event, its key is claimed, the listener is awaited within the deadline and the key completed, a failure gives it back, a repeat is
 * absorbed, and one that comes meanwhile is sent away.
 *
 * What it leaves out: every other kind, record and spelling; repeats that join; renewal of the lease, tokens, fairness when it is
 * lost; late stages; metrics, logs, and shutdown.
 */
export function createHandle(keys: Keys, listener: Listener): Handle {
  return async (body) => {
    const event = toEvent(body)
    if (event === null) return 422
    const key = `${event.type}:${event.taskId}`
    const claim = await keys.claim(key)
    if (claim === 'done') return 200
    if (claim === 'in-flight') return 409
    const work = run(key, event)
    return within(work)
  }

  async function run(key: string, event: MusicEvent): Promise<number> {
    try {
      await listener(event)
    } catch {
      await keys.release(key)
      return 500
    }
    await keys.complete(key)
    return 200
  }
}

/** 503 when the deadline comes first; the work goes on. */
function within(work: Promise<number>): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(503), DEADLINE_MS)
    work.then((status) => {
      clearTimeout(timer)
      resolve(status)
    }, reject)
  })
}

function toEvent(body: unknown): MusicEvent | null {
  const { code, msg, data } = (body ?? {}) as Partial<Callback>
  const { callbackType, task_id: taskId, data: tracks } = data ?? {}
  if (typeof code !== 'number' || typeof taskId !== 'string' || taskId === '') return null
  if (code !== 200) return { type: 'error', taskId, code, message: msg ?? '', tracks: [] }
  if (callbackType !== 'text' && callbackType !== 'first' && callbackType !== 'complete') return null
  const list = Array.isArray(tracks) ? tracks : []
  return { type: `music:${callbackType}`, taskId, code, message: msg ?? '', tracks: list.map(toTrack) }
}

function toTrack(track: RawTrack): Track {
  return {
    id: track.id,
    title: track.title,
    audioUrl: track.audio_url || null,
    streamAudioUrl: track.stream_audio_url || null,
    imageUrl: track.image_url || null,
    prompt: track.prompt,
    modelName: track.model_name,
    tags: track.tags.split(',').map((tag) => tag.trim()),
    createdAt: new Date(track.createTime),
    duration: track.duration ?? null,
  }
}

interface Callback {
  readonly code: number
  readonly msg: string
  readonly data: { readonly callbackType: string; readonly task_id: string; readonly data: readonly RawTrack[] }
}

interface RawTrack {
  readonly id: string
  readonly title: string
  readonly audio_url: string
  readonly stream_audio_url: string
  readonly image_url: string
  readonly prompt: string
  readonly model_name: string
  readonly tags: string
  readonly createTime: string
  readonly duration?: number
}
