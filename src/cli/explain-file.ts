import type { FileCode } from '../archive/index.js'

/** What mends that a file is not stored; null where the message of its error says it, or nothing does. */
export function remedyOf(code: FileCode): string | null {
  return REMEDIES.get(code) ?? null
}

const AGAIN = 'Run the same again: only what is missing is fetched.'
const LATER = `The file server lags behind, or has a fault. ${AGAIN}`

const REMEDIES: ReadonlyMap<FileCode, string> = new Map([
  [
    'ADDRESS_REFUSED',
    '--allow-private fetches from private addresses, and over http there, for a provider on this machine.',
  ],
  ['UNREACHABLE', `Can this machine reach the internet without a proxy? ${AGAIN}`],
  ['HTTP_STATUS', LATER],
  ['ENCODED', LATER],
  ['EMPTY', LATER],
  ['WRONG_TYPE', LATER],
  ['CUT_OFF', LATER],
  ['STALLED', LATER],
  ['TOO_SLOW', LATER],
  ['TOO_LARGE', '--max-file-bytes is that limit.'],
  ['DESTINATION_FAILED', 'Is --to a folder that this user may write to?'],
  ['MIDI_WRITER_MISSING', 'npm install @tonejs/midi'],
  ['ABORTED', AGAIN],
])
