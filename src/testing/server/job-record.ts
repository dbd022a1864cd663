import { sampledKinds } from '../kinds/index.js'
import type { SampleJson } from '../kinds/body.js'
import { progressOf, resultOf } from '../kinds/record.js'
import type { KeptTask } from './kept-task.js'

/** What kie.ai's `jobs/recordInfo` answers, of whatever kind. Page: get-task-detail. */
export function jobRecord(task: KeptTask): SampleJson {
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
      resultJson:
        progress === 'succeeded' ? JSON.stringify(sampledKinds[task.kind].jobResult(resultOf(task), body)) : '',
      failCode: isFailed ? String(body?.code) : null,
      failMsg: isFailed ? body?.msg : null,
      costTime: completedAt === null ? null : completedAt.getTime() - createdAt.getTime(),
      completeTime: completedAt?.getTime() ?? null,
      createTime: createdAt.getTime(),
    },
  }
}
