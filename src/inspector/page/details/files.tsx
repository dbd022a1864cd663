import type { FileState } from '../../wire.js'
import { formatBytes } from '../model/format.js'

const TONES: Readonly<Record<FileState['status'], string>> = {
  loading: 'busy',
  stored: 'good',
  present: 'good',
  failed: 'bad',
  gone: 'bad',
}

/** What the archive has of the files of the task. */
export function Files({ files }: { readonly files: readonly FileState[] }) {
  if (files.length === 0) return null
  const hasFailed = files.some(({ status }) => TONES[status] === 'bad')
  return (
    <details class="archive" open={hasFailed}>
      <summary>
        Archive <span class="faint">{summaryOf(files)}</span>
      </summary>
      <ul class="files">
        {[...files].sort(byType).map((file) => (
          <li key={`${file.type} ${file.name}`}>
            <span>{file.type}</span>
            <span class={`tone-${TONES[file.status]}`}>{file.status}</span>
            <span class="number">{sizeOf(file)}</span>
            <code class="file-key">{file.key ?? file.name}</code>
            {file.error !== null && <p class="file-error">{`${file.error.code}: ${file.error.message}`}</p>}
          </li>
        ))}
      </ul>
    </details>
  )
}

/** `6 stored, 1 failed`. */
function summaryOf(files: readonly FileState[]): string {
  const words = [...new Set(files.map(({ status }) => status))]
  return words.map((word) => `${String(files.filter(({ status }) => status === word).length)} ${word}`).join(', ')
}

function byType(one: FileState, other: FileState): number {
  return one.type.localeCompare(other.type) || one.name.localeCompare(other.name)
}

function sizeOf({ bytes, totalBytes, status }: FileState): string {
  if (bytes === null) return ''
  return status === 'loading' && totalBytes !== null
    ? `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`
    : formatBytes(bytes)
}
