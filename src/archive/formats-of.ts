import type { PlannedFile } from './files-of.js'
import { formatsFor, type Format } from './format.js'

/** What a planned file may turn out to be; more than one where only its first bytes will tell. */
export function formatsOf(file: PlannedFile): readonly Format[] {
  if ('links' in file) return formatsFor(file.promised)
  return ['text' in file ? TEXT : MIDI]
}

const TEXT: Format = { extension: 'txt', contentType: 'text/plain; charset=utf-8' }
const MIDI: Format = { extension: 'mid', contentType: 'audio/midi' }

/** What the manifest is. */
export const JSON_FORMAT: Format = { extension: 'json', contentType: 'application/json' }
