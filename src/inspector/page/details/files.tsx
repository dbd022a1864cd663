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
  return (
    <section class="block" aria-label="Archive">
      <h3>Archive</h3>
      {files.length === 0 && <p class="faint">None of its files was asked for.</p>}
      <ul class="files">
        {files.map((file) => (
          <li key={`${file.type} ${file.name}`}>
            <span class="file-name">{file.name}</span>
            <span class={`tone-${TONES[file.status]}`}>{file.status}</span>
            <span class="number">{sizeOf(file)}</span>
            {file.key !== null && <code class="file-key">{file.key}</code>}
            {file.error !== null && <p class="file-error">{`${file.error.code}: ${file.error.message}`}</p>}
          </li>
        ))}
      </ul>
    </section>
  )
}

function sizeOf({ bytes, totalBytes, status }: FileState): string {
  if (bytes === null) return ''
  return status === 'loading' && totalBytes !== null
    ? `${formatBytes(bytes)} of ${formatBytes(totalBytes)}`
    : formatBytes(bytes)
}
