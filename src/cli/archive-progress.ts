import type { ArchivedFile, FileProgress, FileReport } from '../archive/index.js'

/** How far an archive is: files and bytes, of each file that comes and of all. */
export class ArchiveProgress {
  #planned = 0
  /** Of the files that are over. */
  #bytes = 0
  readonly #counts: Record<ArchivedFile['status'], number> = { stored: 0, present: 0, failed: 0, gone: 0 }
  readonly #underWay = new Map<string, FileProgress>()

  /** So many files more are to come. */
  plan(files: number): void {
    this.#planned += files
  }

  note(progress: FileProgress): void {
    this.#underWay.set(placeOf(progress), progress)
  }

  end({ taskId, file }: FileReport): void {
    this.#underWay.delete(placeOf({ taskId, ...file }))
    this.#counts[file.status]++
    this.#bytes += file.bytes ?? 0
  }

  /** `3 of 5 files, 4.1 MB`; empty before there is a file. */
  toText(): string {
    if (this.#planned === 0) return ''
    const bytes = [...this.#underWay.values()].reduce((sum, { bytes }) => sum + bytes, this.#bytes)
    return `${String(this.#over)} of ${counted(this.#planned)}, ${sizeOf(bytes)}`
  }

  /** A bar for each file that comes, and one for all of them. */
  toBars(): readonly string[] {
    if (this.#planned === 0) return []
    const files = [...this.#underWay.values()]
    const begun = files.reduce((sum, file) => sum + shareOf(file), this.#over)
    return [...files.slice(0, MOST_BARS).map(barOf), `${bar(begun / this.#planned)}  all`]
  }

  /** `5 files: 3 stored, 2 there already, 0 missing.` */
  toSummary(): string {
    const { stored, present, failed, gone } = this.#counts
    const missing = failed + gone
    const counts = `${String(stored)} stored, ${String(present)} there already, ${String(missing)} missing.`
    const isIdle = stored + missing === 0 && present > 0
    return `${counted(this.#over)}: ${counts}${isIdle ? ' Nothing was fetched.' : ''}`
  }

  get #over(): number {
    return Object.values(this.#counts).reduce((sum, count) => sum + count, 0)
  }
}

/** Files that wait for another try have theirs as well: many may. */
const MOST_BARS = 8

function placeOf({ taskId, type, name }: Pick<FileProgress, 'taskId' | 'name'> & { readonly type: string }): string {
  return JSON.stringify([taskId, type, name])
}

function counted(count: number): string {
  return `${String(count)} ${count === 1 ? 'file' : 'files'}`
}

/** `[#####               ]  1.0 MB of 4.0 MB  audio track-1` */
function barOf(file: FileProgress): string {
  const { type, name, bytes, totalBytes } = file
  const size = totalBytes === null ? sizeOf(bytes) : `${sizeOf(bytes)} of ${sizeOf(totalBytes)}`
  return `${bar(shareOf(file))}  ${size}  ${type} ${name}`
}

/** How much of it is there, from 0 to 1; 0 where nobody knows. */
function shareOf({ bytes, totalBytes }: FileProgress): number {
  return totalBytes === null ? 0 : bytes / totalBytes
}

function bar(share: number): string {
  return `[${'#'.repeat(Math.floor(share * BAR_WIDTH)).padEnd(BAR_WIDTH)}]`
}

const BAR_WIDTH = 20

/** `816 B`, `17.0 kB`, `4.1 MB`. */
export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${String(bytes)} B`
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
