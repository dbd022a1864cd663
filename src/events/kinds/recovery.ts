import * as z from 'zod/mini'
import type { Envelope } from '../envelope.js'
import { isBlank, isObject, snakeCase, toText } from '../values.js'
import { isFailedStatus } from '../failure.js'
import { isPending, isRunning } from '../progress.js'
import { expiryOf } from './expiry.js'
import { listOf, record, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { firstOf } from './places.js'
import { arrayWith, failure, optionalText, success } from './schema.js'

/**
 * New links for the tracks of an old task, each with a status of its own, so a success can hold failed ones. Page: recovery-audio,
 * where `data` is a bare array.
 */
export const recovery: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['recovery:complete'],

  isSilent: true,

  // With a stage, tracks are those of music, whatever else they say.
  recognise: (envelope) =>
    envelope.stage !== 'complete' && !isRunning(envelope, 'recovery') && tracksOf(envelope) !== undefined,

  read(envelope, receivedAt) {
    const tracks = tracksOf(envelope)
    // The stages before the last are those of music.
    if (tracks === undefined || isPending(envelope, 'recovery', () => tracks.every(isOver))) return null
    const recovered = tracks.flatMap(({ id, title, status, audioUrl }) =>
      audioUrl === null || isFailedStatus(status) ? [] : [{ id, title, audioUrl }],
    )
    const failures = tracks
      .filter(({ status, audioUrl }) => audioUrl === null || isFailedStatus(status))
      .map(({ id, title, error }) => ({ id, title, error }))
    if (recovered.length > 0) {
      const expiresAt = expiryOf(envelope, receivedAt)
      return { type: 'recovery:complete', kind: 'recovery', stage: 'complete', recovered, failures, expiresAt }
    }
    const allSaySo = tracks.every(({ status, error }) => isFailedStatus(status) || error !== null)
    return allSaySo ? { failed: true, message: failures.find(({ error }) => error)?.error ?? null } : null
  },
}

const track = record({ id: text, audioUrl: text, title: text, status: text, error: text })

const readTracks = listOf(track)

/** In `data` itself, or in `data.data` like the lists of other kinds. */
function tracksOf(envelope: Envelope): readonly ReturnType<typeof track>[] | undefined {
  return firstOf(envelope, (place) => (isRecoveryList(place.data) ? readTracks(place.data) : null))
}

function isOver({ audioUrl, status, error }: ReturnType<typeof track>): boolean {
  return audioUrl !== null || isFailedStatus(status) || error !== null
}

/** Tracks that tell their status, and nothing that only songs have. Lists of audio alone are sent by other vendors too. */
export function isRecoveryList(list: unknown): boolean {
  if (!Array.isArray(list)) return false
  const items = list.filter(isObject)
  const tellsItsStatus = items.some(({ id, status }) => toText(id) !== null && toText(status) !== null)
  return tellsItsStatus && !items.some((item) => OF_SONGS.some((name) => !isBlank(item[name])))
}

const OF_SONGS = ['duration', 'streamAudioUrl', 'imageUrl', 'modelName', 'prompt', 'tags', 'createTime'].flatMap(
  (name) => [name, snakeCase(name)],
)

/** The documented callbacks, whose task id stands at the root. */
function schemas() {
  const item = z.object({
    id: z.string(),
    audio_url: optionalText(),
    title: optionalText(),
    status: z.string(),
    error: optionalText(),
  })
  const recovered = arrayWith(item, ['audio_url'])
  return {
    'recovery:complete': z.extend(success(recovered), { task_id: z.string() }),
    error: z.extend(failure(z.nullish(z.array(item))), { task_id: z.string() }),
  }
}
