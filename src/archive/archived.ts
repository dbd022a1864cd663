import type { FileCode } from './file-fault.js'
import type { FileType } from './files-of.js'

/** What became of the files of one event. */
export interface Archived {
  readonly taskId: string | null
  /** One for each file that the event has and `include` names; `[]` for an event without any. */
  readonly files: readonly ArchivedFile[]
}

export type ArchivedFile = ArchivedFileDetails &
  (
    | {
        /** `stored`: now. `present`: it was there already. */
        readonly status: 'stored' | 'present'
        readonly key: string
        readonly bytes: number
        /** In hex; null where the destination does not know that of a file that is present. */
        readonly sha256: string | null
        readonly contentType: string
        readonly error: null
      }
    | {
        /** `gone`: its links are dead. `failed`: another try may get it. */
        readonly status: 'failed' | 'gone'
        readonly key: null
        readonly bytes: null
        readonly sha256: null
        readonly contentType: null
        readonly error: FileError
      }
  )

interface ArchivedFileDetails {
  /** `manifest` only where it could not be stored. */
  readonly type: FileType | 'manifest'
  /** Its own among the files of its type of the event. */
  readonly name: string
  /** The link that it came from, or the first of those that it did not; null for what the event itself has, such as lyrics. */
  readonly url: string | null
}

export interface FileError {
  readonly code: FileCode
  /** It holds no link. */
  readonly message: string
  /** What the server answered, where that is the reason. */
  readonly httpStatus: number | null
}

/**
 * Not all files of an event are stored. What is stored is safe, and the next try fetches only the others: thrown in a listener, it fails
 * the delivery, and the provider's retry is that try.
 */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError'
  /** Of the first file that is not stored. */
  readonly code: FileCode
  readonly taskId: string | null
  /** All files of the event, the stored ones as well. */
  readonly files: readonly ArchivedFile[]

  constructor({ taskId, files }: Archived) {
    const missing = files.flatMap(({ type, name, error }) => (error === null ? [] : [{ type, name, ...error }]))
    super(toMessage(taskId, files.length, missing))
    this.code = (missing[0] as FileError).code
    this.taskId = taskId
    this.files = files
  }
}

interface MissingFile extends FileError {
  readonly type: ArchivedFile['type']
  readonly name: string
}

function toMessage(taskId: string | null, count: number, missing: readonly MissingFile[]): string {
  const list = missing.map(({ type, name, code, message }) => `${type} ${name}: ${code}, ${message}`)
  return `${String(missing.length)} of ${String(count)} files of task ${String(taskId)} are not stored. ${list.join(' ')}`
}
