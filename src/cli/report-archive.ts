import { join } from 'node:path'
import type { Archive, ArchivedFile, ArchiveError, FileProgress } from '../archive/index.js'
import { oneLine } from '../log/log-fields.js'
import { sizeOf, type ArchiveProgress } from './archive-progress.js'
import { remedyOf } from './explain-file.js'
import type { Output } from './output.js'

/** Where it is told what becomes of files. */
export interface Reporting {
  readonly folder: string
  readonly progress: ArchiveProgress
  readonly output: Output
}

/** Tells what becomes of each file, and with `--json` how far it is. */
export function reportArchive(archive: Archive, { folder, progress, output }: Reporting): void {
  archive.on('file', (report) => {
    progress.end(report)
    writeFile(report.taskId, report.file, folder, output)
  })
  const isNews = atMostEvery(PROGRESS_MS)
  archive.on('progress', (file) => {
    progress.note(file)
    if (output.isJson && isNews(file)) output.data({ record: 'progress', ...file }, '')
  })
}

/** Between two lines of `--json` about one file, in ms. */
const PROGRESS_MS = 200

/** Whether it is time for the next line about the file: one for each piece that comes would be thousands. */
function atMostEvery(ms: number): (file: FileProgress) => boolean {
  const toldAt = new Map<string, number>()
  return ({ taskId, type, name }) => {
    const place = JSON.stringify([taskId, type, name])
    const now = performance.now()
    if (now - (toldAt.get(place) ?? -Infinity) < ms) return false
    toldAt.set(place, now)
    return true
  }
}

/** `stored   audio     songs/5c79…be8e/8551…5b2a.mp3  4.1 MB` */
function writeFile(taskId: string | null, file: ArchivedFile, folder: string, output: Output): void {
  const { type, name, status, key, bytes, error } = file
  const path = key === null ? null : join(folder, key)
  const fix = error === null ? null : remedyOf(error.code)
  const start = `${output.styled(error === null ? 'green' : 'red', status.padEnd(7))}  ${type.padEnd(8)}`
  const detail =
    error === null
      ? `${String(path)}  ${sizeOf(bytes)}`
      : [`${oneLine(name)}  ${error.code}: ${error.message}`, fix ?? ''].join(' ').trimEnd()
  output.data({ record: 'file', taskId, ...file, path, fix }, `${start}  ${detail}`)
}

/** Tells that not all files of a task are stored: each of them is told of already, but for the manifest. */
export function writeFailure({ code, message, taskId, files }: ArchiveError, folder: string, output: Output): void {
  for (const file of files) if (file.type === 'manifest') writeFile(taskId, file, folder, output)
  const missing = files.filter(({ error }) => error !== null).length
  const text = `failed   ${String(missing)} of ${String(files.length)} files of task ${oneLine(String(taskId))} are not stored.`
  output.data({ record: 'failed', taskId, code, message }, text)
}
