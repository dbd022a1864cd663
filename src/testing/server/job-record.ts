import { isBlank, objectOrNothing } from '../../events/envelope.js'
import type { Body } from '../samples.js'
import type { KeptTask } from './kept-task.js'
import { progressOf, resultOf } from './record-body.js'

/** What kie.ai's `jobs/recordInfo` answers, of whatever kind. Page: get-task-detail. */
export function jobRecord(task: KeptTask): Body {
  const { taskId, model, body, createdAt, completedAt } = task
  const progress = progressOf(task)
  const isFailed = progress === 'failed'
  return {
    code: 200,
    msg: 'success',
    data: {
      taskId,
      model,
      state: { running: 'generating', succeeded: 'success', failed: 'fail' }[progress],
      param: JSON.stringify(task.param),
      resultJson: progress === 'succeeded' ? JSON.stringify(jobResult(task)) : '',
      failCode: isFailed ? String(body?.code) : null,
      failMsg: isFailed ? body?.msg : null,
      costTime: completedAt === null ? null : completedAt.getTime() - createdAt.getTime(),
      completeTime: completedAt?.getTime() ?? null,
      createTime: createdAt.getTime(),
    },
  }
}

/** As far as it was measured: songs and lyrics by their own lists, files as a list of links. */
function jobResult(task: KeptTask): unknown {
  const result = resultOf(task)
  switch (task.kind) {
    case 'music':
      return { data: result.data }
    case 'lyrics':
      return { resultObject: { lyricsData: result.data } }
    case 'wav':
      return { resultUrls: [result.audioWavUrl] }
    case 'video':
      return { resultUrls: [result.video_url] }
    case 'cover':
      return { resultUrls: result.images }
    case 'stems':
      return { resultUrls: linksOf(result.vocal_separation_info) }
    case 'phrase':
      return { verify_phrase_text: result.validateInfo }
    case 'recovery':
      return { data: task.body?.data }
    case 'midi':
    case 'voice':
      return result
  }
}

function linksOf(info: unknown): readonly unknown[] {
  return Object.values(objectOrNothing(info)).filter((link) => !isBlank(link))
}
