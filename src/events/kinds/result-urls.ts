import type { Envelope } from '../envelope.js'
import { readEither } from '../values.js'
import type { Kind, Stems } from '../types.js'
import { texts } from './fields.js'

/**
 * The files of kie.ai's jobs, `{"resultUrls": ["…"]}`, that can be of this kind. The list has no names: the ending of each address tells
 * what it is, where it tells anything.
 */
export function resultUrlsOf(kind: Kind, envelope: Envelope): readonly string[] {
  return resultUrls(envelope).filter((url) => isPossible(kind, url))
}

/** Whether the files of a job can only be of this kind. */
export function areOnlyOf(kind: Kind, envelope: Envelope): boolean {
  const urls = resultUrls(envelope)
  return urls.some((url) => kindOfFile(url) === kind) && urls.every((url) => isPossible(kind, url))
}

/** Of a stem with a name that we do not know, only the sound tells. */
function isPossible(kind: Kind, url: string): boolean {
  const told = kindOfFile(url)
  return told === null || told === kind || (told === 'music' && kind === 'stems')
}

function resultUrls({ places }: Envelope): readonly string[] {
  for (const place of places) {
    const urls = readEither(texts, place.result_urls, place.resultUrls)
    if (urls.length > 0) return urls
  }
  return NONE
}

const NONE: readonly string[] = []

/** `…/7f3c_Backing_Vocals.mp3` → `backingVocalsUrl`; null for a file that is named after no stem of ours. */
export function stemOf(url: string): keyof Stems | null {
  const name = nameOf(url).replace(/\.\w+$/, '')
  return STEMS.find(([stem]) => name === stem || name.endsWith(`_${stem}`))?.[1] ?? null
}

/** The names of stem files; the longer of two that end alike comes first. */
const STEMS: readonly (readonly [string, keyof Stems])[] = [
  ['backing_vocals', 'backingVocalsUrl'],
  ['vocals', 'vocalUrl'],
  ['instrumental', 'instrumentalUrl'],
  ['drums', 'drumsUrl'],
  ['bass', 'bassUrl'],
  ['guitar', 'guitarUrl'],
  ['keyboard', 'keyboardUrl'],
  ['piano', 'pianoUrl'],
  ['percussion', 'percussionUrl'],
  ['strings', 'stringsUrl'],
  ['synth', 'synthUrl'],
  ['fx', 'fxUrl'],
  ['brass', 'brassUrl'],
  ['woodwinds', 'woodwindsUrl'],
]

function kindOfFile(url: string): Kind | null {
  if (stemOf(url) !== null) return 'stems'
  return ENDINGS.get(/\.(\w+)$/.exec(nameOf(url))?.[1] ?? '') ?? null
}

const ENDINGS: ReadonlyMap<string, Kind> = new Map([
  ['wav', 'wav'],
  ['mp4', 'video'],
  ['png', 'cover'],
  ['jpg', 'cover'],
  ['jpeg', 'cover'],
  ['webp', 'cover'],
  ['mid', 'midi'],
  ['mp3', 'music'],
  ['m4a', 'music'],
])

/** The last segment of the path, in lower case. */
function nameOf(url: string): string {
  const path = url.trim().toLowerCase().split(/[?#]/, 1).join('')
  return path.slice(path.lastIndexOf('/') + 1).replace(/%20| /g, '_')
}
