import type { VideoCompleteEvent } from '../../events/types.js'
import type { CallbackBody, SampledKind, Some, Stated } from './kind.js'
import { errorOf, headOf, recordOf, responseOf, resultOf, toMillis, wordOf } from './record.js'
import { inData, message } from './write.js'

/** Music videos. Page: create-music-video-callbacks. */
export const video: SampledKind<VideoBodies, VideoOverrides> = {
  endpoints: {
    submit: ['/api/v1/mp4/generate'],
    record: '/api/v1/mp4/record-info',
    jobs: ['create-music-video'],
  },

  successes: {
    'video:complete': ({ taskId, provider }) => ({
      code: 200,
      msg: provider === 'kie' ? 'success' : 'MP4 generated successfully.',
      data: { task_id: taskId, video_url: `https://example.com/videos/${taskId}.mp4` },
    }),
  },

  failure: ({ taskId, provider }) => ({
    code: provider === 'kie' ? 500 : 400,
    msg: provider === 'kie' ? 'Internal Error - Please try again later' : 'Music video generation failed',
    data: { task_id: taskId, video_url: null },
  }),

  overrides: { 'video:complete': { message, videoUrl: inData('videoUrl') } },

  record: (task) =>
    recordOf({
      ...headOf(task, toMillis),
      response: responseOf(task, { videoUrl: resultOf(task).video_url }),
      successFlag: wordOf(task, 'GENERATE_MP4_FAILED'),
      ...errorOf(task),
    }),

  jobResult: ({ video_url }) => ({ resultUrls: [video_url] }),
}

export interface VideoBodies {
  'video:complete': CallbackBody<{ task_id: string; video_url: string }>
}

export interface VideoOverrides {
  'video:complete': Stated & Some<Pick<VideoCompleteEvent, 'videoUrl'>>
}
