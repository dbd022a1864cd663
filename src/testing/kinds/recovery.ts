import { randomUUID } from 'node:crypto'
import type { RecoveryCompleteEvent } from '../../events/types.js'
import type { SampleJson } from './body.js'
import type { CallbackBody, Items, SampledKind, Stated } from './kind.js'
import { tracks } from './music.js'
import { laidOver, message } from './write.js'

/** Tracks of old tasks, whose links are new. Page: recovery-audio. */
export const recovery: SampledKind<RecoveryBodies, RecoveryOverrides> = {
  endpoints: {
    submit: ['/api/v1/suno/recovery'],
    record: '/api/v1/suno/recovery/record-info',
    idField: 'task_id',
    urlFields: (_path, provider) => (provider === 'kie' ? ['call_back_url', 'callBackUrl'] : ['callBackUrl']),
    jobs: ['suno-recovery-audio'],
  },

  successes: {
    'recovery:complete': (input) => ({
      code: 200,
      msg: 'success',
      task_id: input.taskId,
      data: tracks(input).map(({ id, title }) => ({
        id,
        audio_url: `https://example.com/${id}.m4a`,
        title,
        status: 'success',
        error: '',
      })),
    }),
  },

  failure: (input) => {
    const [track] = tracks(input)
    const failed = { audio_url: '', status: 'failed', error: 'no_audio_id_mappings' }
    return {
      code: 500,
      msg: 'Audio recovery failed',
      task_id: input.taskId,
      data: [{ id: track?.id, title: track?.title, ...failed }],
    }
  },

  overrides: {
    'recovery:complete': {
      message,
      recovered: (body, value, context) => {
        body.data = laidOver(body.data as SampleJson[], value, ['id', 'title', 'audioUrl'], context)
      },
      failures: (body, value, context) => {
        const own = body.data as SampleJson[]
        const failed = { ...own[0], id: randomUUID(), audio_url: '', status: 'failed', error: 'clip_not_complete' }
        body.data = [...own, ...laidOver([failed], value, ['id', 'title', 'error'], context)]
      },
    },
  },

  // The callback's own body; 201 while it runs.
  record: ({ taskId, body }) => body ?? { code: 201, msg: 'The task is running', task_id: taskId, data: null },
  jobResult: (_result, body) => ({ data: body?.data }),
}

export interface RecoveryBodies {
  'recovery:complete': CallbackBody<{ id: string; audio_url: string; title: string; status: string; error: string }[]>
}

export interface RecoveryOverrides {
  'recovery:complete': Stated & {
    readonly recovered?: Items<RecoveryCompleteEvent['recovered'][number]>
    readonly failures?: Items<RecoveryCompleteEvent['failures'][number]>
  }
}
