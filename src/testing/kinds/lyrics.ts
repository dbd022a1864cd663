import type { LyricsCompleteEvent } from '../../events/types.js'
import type { SampleJson } from './body.js'
import type { CallbackBody, Items, SampledKind, Stated } from './kind.js'
import { camelCased, errorOf, recordOf, responseOf, resultOf, wordOf } from './record.js'
import { dataOf, laidOver, message, write } from './write.js'

/** Lyrics. Page: generate-lyrics-callbacks. */
export const lyrics: SampledKind<LyricsBodies, LyricsOverrides> = {
  endpoints: {
    submit: ['/api/v1/lyrics'],
    record: '/api/v1/lyrics/record-info',
    jobs: ['generate-lyrics'],
  },

  successes: {
    'lyrics:complete': ({ taskId, provider }) => {
      const isCamel = provider === 'sunoapi'
      const item = (text: string, title: string): LyricsItem => ({
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
  },

  // kie.ai and api.box call it complete; only the code tells.
  failure: ({ taskId, provider }) =>
    provider === 'sunoapi'
      ? { code: 400, msg: 'Lyrics generation failed', data: { callbackType: 'error', taskId, data: null } }
      : { code: 400, msg: FLAGGED, data: { callbackType: 'complete', task_id: taskId, data: null } },

  overrides: {
    'lyrics:complete': {
      message,
      lyrics: (body, value, context) => {
        const data = dataOf(body)
        data.data = laidOver(data.data as SampleJson[], value, ['title', 'text'], context)
      },
      failures: (body, value, context) => {
        const data = dataOf(body)
        const [own = {}, ...others] = data.data as SampleJson[]
        const failed = { ...own, text: '', status: 'failed' }
        write(failed, 'errorMessage', FLAGGED)
        data.data = [own, ...others, ...laidOver([failed], value, ['title', 'errorMessage'], context)]
      },
    },
  },

  record: (task) =>
    recordOf({
      taskId: task.taskId,
      param: JSON.stringify(task.param),
      response: responseOf(task, {
        taskId: task.taskId,
        [task.provider === 'apibox' ? 'lyricsData' : 'data']: camelCased(resultOf(task).data),
      }),
      status: wordOf(task, 'GENERATE_LYRICS_FAILED'),
      type: 'LYRICS',
      ...errorOf(task),
    }),

  jobResult: ({ data }) => ({ resultObject: { lyricsData: data } }),
}

export interface LyricsBodies {
  'lyrics:complete': CallbackBody<{ callbackType: string; taskId?: string; task_id?: string; data: LyricsItem[] }>
}

export interface LyricsOverrides {
  'lyrics:complete': Stated & {
    readonly lyrics?: Items<LyricsCompleteEvent['lyrics'][number]>
    readonly failures?: Items<LyricsCompleteEvent['failures'][number]>
  }
}

export type LyricsItem = { text: string; title: string; status: string; errorMessage?: string; error_message?: string }

const FLAGGED = 'Song Description flagged for moderation'
