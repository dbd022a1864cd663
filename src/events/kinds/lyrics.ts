import * as z from 'zod/mini'
import { isFailedStatus } from '../failure.js'
import { listOf, record, schemaOf, text } from './fields.js'
import type { KindDefinition } from './kind.js'
import { arrayWith, eitherOf, failure, optionalText, success } from './schema.js'

/**
 * Lyrics: two variants or more, each with a status of its own, so a success can hold failed ones.
 * Page: generate-lyrics-callbacks; the list is `data.data`, in the oldest document `data.lyricsData`.
 */
export const lyrics: KindDefinition<ReturnType<typeof schemas>> = {
  schemas,
  events: ['lyrics:complete'],

  recognise({ data }) {
    const { data: list, lyricsData } = Body.parse(data)
    // `text` alone could be anybody's; tracks of music have no item status, those of a recovery no text.
    const isVariant = ({ status, text, errorMessage, audioUrl }: ReturnType<typeof item>) =>
      status !== null && (text ?? errorMessage) !== null && audioUrl === null
    return lyricsData !== null || (list ?? []).some(isVariant)
  },

  read({ stage, data }) {
    if (stage !== null && stage !== 'complete') return null
    const { data: list, lyricsData } = Body.parse(data)
    const items = [...(list ?? []), ...(lyricsData ?? [])]
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

const item = record({ text, title: text, status: text, errorMessage: text, audioUrl: text })

const Body = schemaOf(record({ data: listOf(item), lyricsData: listOf(item) }))

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
