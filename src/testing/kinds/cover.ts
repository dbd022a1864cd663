import type { CoverCompleteEvent } from '../../events/types.js'
import type { CallbackBody, SampledKind, Some, Stated } from './kind.js'
import { errorOf, headOf, progressOf, recordOf, responseOf, resultOf } from './record.js'
import { inData, message } from './write.js'

/** Cover images. Page: cover-suno-callbacks. */
export const cover: SampledKind<CoverBodies, CoverOverrides> = {
  endpoints: {
    submit: ['/api/v1/suno/cover/generate'],
    record: '/api/v1/suno/cover/record-info',
    jobs: ['cover-generate'],
  },

  successes: {
    'cover:complete': ({ taskId }) => ({
      code: 200,
      data: { images: [1, 2].map((n) => `https://example.com/covers/${taskId}_${String(n)}.png`), taskId },
      msg: 'success',
    }),
  },

  failure: ({ taskId }) => ({ code: 501, data: { images: null, taskId }, msg: 'Cover generation failed' }),
  overrides: { 'cover:complete': { message, images: inData('images') } },

  record: (task) => {
    const progress = progressOf(task)
    return recordOf({
      ...headOf(task, (date) => date.toISOString()),
      response: responseOf(task, { images: resultOf(task).images }),
      // 0 waits, 2 is generated, 3 failed. On success its error code is 200.
      successFlag: { running: 2, succeeded: 1, failed: 3 }[progress],
      ...(progress === 'succeeded' ? { errorCode: 200, errorMessage: '' } : errorOf(task)),
    })
  },

  jobResult: ({ images }) => ({ resultUrls: images }),
}

export interface CoverBodies {
  'cover:complete': CallbackBody<{ taskId: string; images: string[] }>
}

export interface CoverOverrides {
  'cover:complete': Stated & Some<Pick<CoverCompleteEvent, 'images'>>
}
