import type { Kind } from '../../../events/types.js'
import type { TaskRow } from '../../wire.js'

/** What a task is called that has no title of its own. */
const NAMES: Readonly<Record<Kind, string>> = {
  music: 'Song',
  lyrics: 'Lyrics',
  video: 'Music video',
  voice: 'Custom voice',
  phrase: 'Phrase to record',
  wav: 'WAV file',
  stems: 'Stems',
  midi: 'MIDI notes',
  cover: 'Cover images',
  recovery: 'Recovered tracks',
}

export function titleOf({ title, kind, state }: Pick<TaskRow, 'title' | 'kind' | 'state'>): string {
  if (title !== null) return title
  if (kind !== null) return NAMES[kind]
  return state === 'rejected' ? 'Turned away' : 'Of no known kind'
}
