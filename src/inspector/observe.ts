import type { FileReport } from '../archive/observers.js'
import type { TaskCheck } from '../polling/check.js'
import type { InspectedReceiver, InspectorSettings } from './inspector-options.js'
import type { Recorder } from './recorder.js'
import type { TaskBook } from './tasks/task-book.js'
import type { FileState, RecordState } from './wire.js'

/** Writes into the book what the instance, its poller and its archive tell. */
export function observe(
  suno: Pick<InspectedReceiver, 'on'>,
  { poller, archive }: Pick<InspectorSettings, 'poller' | 'archive'>,
  book: TaskBook,
  recorder: Recorder,
): void {
  suno.on('outcome', (outcome) => {
    const at = Date.now() - outcome.durationMs
    recorder.add(() => book.addOutcome(outcome, Math.round(outcome.event?.receivedAt.getTime() ?? at)))
  })
  const addRecord = ({ kind, taskId, ...check }: TaskCheck, status: RecordState['status']) => {
    const message = check.status === 'unanswered' ? check.error.message : null
    const at = Date.now()
    recorder.add(() => book.addRecord(taskId, kind, { status, at, message }))
  }
  poller?.on('checked', (check) => addRecord(check, check.status))
  poller?.on('overdue', ({ check }) => addRecord(check, 'overdue'))
  archive?.on('file', (report) => {
    const { taskId } = report
    // Also for what was said of the same file while it came, which is older.
    if (taskId !== null) recorder.addLatest(nameOf(taskId, report.file), () => book.addFile(taskId, toFile(report)))
  })
  archive?.on('progress', ({ taskId, type, name, bytes, totalBytes }) => {
    if (taskId === null) return
    const file: FileState = { type, name, status: 'loading', key: null, bytes, totalBytes, error: null }
    recorder.addLatest(nameOf(taskId, file), () => book.addFile(taskId, file))
  })
}

function nameOf(taskId: string, { type, name }: Pick<FileState, 'type' | 'name'>): string {
  return `${taskId} ${type} ${name}`
}

function toFile({ file: { type, name, status, key, bytes, error } }: FileReport): FileState {
  const fault = error === null ? null : { code: error.code, message: error.message }
  return { type, name, status, key, bytes, totalBytes: bytes, error: fault }
}
