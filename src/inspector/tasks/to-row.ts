import type { Redact } from '../redact.js'
import type { TaskRow } from '../wire.js'
import type { BookTask } from './book-task.js'

/** A task as a row of the page. */
export function toRow(task: BookTask, redact: Redact): TaskRow {
  const { id, taskId, kind, title, coverUrl, stages, state, deliveryCount, last, firstAt, lastAt, expiresAt } = task
  return {
    ...{ id, kind, coverUrl, stages, state, deliveryCount, firstAt, lastAt, expiresAt },
    taskId: taskId === null ? null : redact(taskId),
    title: title === null ? null : redact(title),
    outcome: last?.outcome ?? null,
    httpStatus: last?.httpStatus ?? null,
    type: task.deliveries.findLast(({ type }) => type !== null)?.type ?? null,
    search: redact(task.search),
  }
}
