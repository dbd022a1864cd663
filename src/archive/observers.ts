import type { ObserversDescription } from '../listeners/observers.js'
import type { ArchivedFile, ArchiveError } from './archived.js'
import type { FileType } from './files-of.js'

/** What an archive tells its observers. */
export interface ArchiveEvents {
  /** What became of a file. */
  file: FileReport
  /** How far a file is, each time that bytes of it came. */
  progress: FileProgress
  /** Not all files of an event are stored. */
  failed: ArchiveError
}

export interface FileReport {
  readonly taskId: string | null
  readonly file: ArchivedFile
}

export interface FileProgress {
  readonly taskId: string | null
  readonly type: FileType
  readonly name: string
  /** That came so far, in this try. */
  readonly bytes: number
  /** As announced; null where the server does not say. */
  readonly totalBytes: number | null
}

export type ArchiveEventName = keyof ArchiveEvents

export type ArchiveListener<Name extends ArchiveEventName> = (event: ArchiveEvents[Name]) => unknown

export const ARCHIVE_OBSERVERS: ObserversDescription<ArchiveEventName> = {
  names: ['file', 'progress', 'failed'],
  call: 'archive.on(name)',
  failed: 'A listener of the archive failed; archiving goes on.',
}
