import * as z from 'zod/mini'
import type { Envelope } from '../envelope.js'
import { isObject, readEither, toText } from '../values.js'
import { isFailedStatus } from '../failure.js'
import { isPending, isRunning } from '../progress.js'
import { listOf, record, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { fieldNames, firstOf, hasField } from './places.js'
import { arrayWith, eitherOf, failure, optionalText, success } from './schema.js'

/**
 * Lyrics: two variants or more, each with a status of its own, so a success can hold failed ones.
 * Page: generate-lyrics-callbacks; the list is `data.data`, in the oldest document and in kie.ai's jobs `lyricsData`.
 */
export const lyrics: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['lyrics:complete'],

  isSilent: false,

  recognise: (envelope) =>
    (hasField(envelope, FIELDS) || envelope.places.some(({ data }) => Array.isArray(data) && data.some(isVariant))) &&
    !isRunning(envelope, 'lyrics'),

  read(envelope) {
    const items = itemsOf(envelope)
    // The stages before the last are those of music.
    if (isPending(envelope, 'lyrics', () => items.every(isOver))) return null
    const succeeded = items.flatMap(({ status, text, title }) =>
      text === null || isFailedStatus(status) ? [] : [{ title, text }],
    )
    const failures = items
      .filter(({ status, text }) => text === null || isFailedStatus(status))
      .map(({ title, errorMessage }) => ({ title, errorMessage }))
    if (succeeded.length > 0) {
      return { type: 'lyrics:complete', kind: 'lyrics', stage: 'complete', lyrics: succeeded, failures }
    }
    const allSaySo =
      items.length > 0 && items.every((item) => isFailedStatus(item.status) || item.errorMessage !== null)
    return allSaySo ? { failed: true, message: failures.find((item) => item.errorMessage)?.errorMessage ?? null } : null
  },
}

const FIELDS = fieldNames('lyricsData')

/** Tracks of music and of a recovery have a file, and no text. */
function isVariant(value: unknown): boolean {
  if (!isObject(value) || readEither(toText, value.audio_url, value.audioUrl) !== null) return false
  if (toText(value.text) !== null) return true
  return (
    'text' in value &&
    toText(value.status) !== null &&
    readEither(toText, value.error_message, value.errorMessage) !== null
  )
}

function itemsOf(envelope: Envelope): readonly Item[] {
  const items = firstOf(envelope, (place) => {
    const { data: list, lyricsData } = readResult(place)
    const all = [...(list ?? []), ...(lyricsData ?? [])]
    return all.length === 0 ? null : all
  })
  return items ?? []
}

type Item = ReturnType<typeof item>

function isOver({ text, status, errorMessage }: Item): boolean {
  return text !== null || isFailedStatus(status) || errorMessage !== null
}

const item = record({ text, title: text, status: text, errorMessage: text })

const readResult = record({ data: listOf(item), lyricsData: listOf(item) })

/**
 * The documented callbacks. sunoapi.org has `taskId` and `errorMessage`, the others `task_id` and `error_message`; the oldest document
 * has `lyricsData`. kie.ai and api.box call a failure `complete`.
 */
function schemas() {
  const item = z.object({
    text: optionalText(),
    title: optionalText(),
    status: z.string(),
    errorMessage: optionalText(),
    error_message: optionalText(),
  })
  const variants = z.nullish(arrayWith(item, ['text']))
  const taskId = { taskId: optionalText(), task_id: optionalText() }
  const succeeded = z.object({ callbackType: z.literal('complete'), ...taskId, data: variants, lyricsData: variants })
  const failed = z.object({
    callbackType: z.enum(['error', 'complete']),
    ...taskId,
    data: z.nullish(z.array(item)),
  })
  return {
    'lyrics:complete': success(succeeded.check(eitherOf('task_id', 'taskId'), eitherOf('data', 'lyricsData'))),
    error: failure(failed.check(eitherOf('task_id', 'taskId'))),
  }
}
