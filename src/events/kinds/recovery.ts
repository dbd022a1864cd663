import * as z from 'zod/mini'
import type { Envelope } from '../envelope.js'
import { isFailedStatus } from '../failure.js'
import { listOf, record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { arrayWith, failure, optionalText, success } from './schema.js'

/**
 * New links for the tracks of an old task, each with a status of its own, so a success can hold failed ones. Page: recovery-audio,
 * where `data` is a bare array.
 */
export const recovery: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['recovery:complete'],

  recognise: ({ data }) => tracksOf(data).some(tellsItsStatus),

  read({ data }) {
    const tracks = tracksOf(data)
    // Lists of audio alone are sent by other vendors too.
    if (!tracks.some(tellsItsStatus)) return null
    const recovered = tracks.flatMap(({ id, title, status, audioUrl }) =>
      audioUrl === null || isFailedStatus(status) ? [] : [{ id, title, audioUrl }],
    )
    const failures = tracks
      .filter(({ status, audioUrl }) => audioUrl === null || isFailedStatus(status))
      .map(({ id, title, error }) => ({ id, title, error }))
    if (recovered.length > 0) {
      return { type: 'recovery:complete', kind: 'recovery', stage: 'complete', recovered, failures }
    }
    const allSaySo = tracks.every(({ status, error }) => isFailedStatus(status) || error !== null)
    return allSaySo ? { failed: true, message: failures.find(({ error }) => error)?.error ?? null } : null
  },
}

const track = record({ id: text, audioUrl: text, title: text, status: text, error: text })

const Tracks = schemaOf(listOf(track))

/** In `data` itself, or in `data.data` like the lists of other kinds. */
function tracksOf(data: Envelope['data']): readonly ReturnType<typeof track>[] {
  return Tracks.parse(data !== null && 'data' in data ? data.data : data) ?? []
}

function tellsItsStatus({ id, status }: ReturnType<typeof track>): boolean {
  return id !== null && status !== null
}

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
