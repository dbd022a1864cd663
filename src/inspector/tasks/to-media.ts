import type {
  MidiCompleteEvent,
  RecoveryCompleteEvent,
  Stems,
  StemsCompleteEvent,
  SunoEvent,
  Track,
} from '../../events/types.js'
import { safeUrl } from '../safe-url.js'
import type { Media, StemMedia, TrackMedia } from '../wire.js'
import { expiryOf } from './summary.js'

/** What can be heard, seen or read of an event; null for `error` and `unknown`. */
export function toMedia(event: SunoEvent): Media | null {
  const media = { ...NOTHING, type: event.type, expiresAt: expiryOf(event) }
  switch (event.type) {
    case 'music:text':
    case 'music:first':
    case 'music:complete':
      return { ...media, tracks: event.tracks.map(toTrack) }
    case 'lyrics:complete':
      return {
        ...media,
        lyrics: event.lyrics,
        failures: event.failures.map((one) => lineOf(one.title, one.errorMessage)),
      }
    case 'video:complete':
      return { ...media, videoUrl: safeUrl(event.videoUrl) }
    case 'voice:ready':
      return { ...media, voiceId: event.voiceId }
    case 'phrase:ready':
      return { ...media, phrase: event.phrase }
    case 'wav:complete':
      return { ...media, wavUrl: safeUrl(event.audioWavUrl) }
    case 'stems:complete':
      return { ...media, stems: toStems(event) }
    case 'midi:complete':
      return { ...media, ...toNotes(event) }
    case 'cover:complete':
      return { ...media, imageUrls: event.images.map(safeUrl).filter((url) => url !== null) }
    case 'recovery:complete':
      return {
        ...media,
        tracks: event.recovered.map(toRecovered),
        failures: event.failures.map((one) => lineOf(one.title ?? one.id, one.error)),
      }
    case 'error':
    case 'unknown':
      return null
  }
}

const NOTHING: Omit<Media, 'type' | 'expiresAt'> = {
  tracks: [],
  videoUrl: null,
  wavUrl: null,
  stems: [],
  lyrics: [],
  instruments: [],
  notesLeftOut: 0,
  imageUrls: [],
  voiceId: null,
  phrase: null,
  failures: [],
}

function toTrack(track: Track): TrackMedia {
  const { id, title, audioUrl, sourceAudioUrl, streamAudioUrl, sourceStreamAudioUrl, imageUrl, sourceImageUrl } = track
  const finished = safeUrl(audioUrl) ?? safeUrl(sourceAudioUrl)
  const { prompt: lyrics, modelName, tags, duration } = track
  return {
    ...{ id, title, lyrics, modelName, tags, duration },
    audioUrl: finished ?? safeUrl(streamAudioUrl) ?? safeUrl(sourceStreamAudioUrl),
    isStream: finished === null,
    imageUrl: safeUrl(imageUrl) ?? safeUrl(sourceImageUrl),
  }
}

function toRecovered({ id, title, audioUrl }: RecoveryCompleteEvent['recovered'][number]): TrackMedia {
  const unknown = { imageUrl: null, lyrics: null, modelName: null, tags: [], duration: null }
  return { id, title, audioUrl: safeUrl(audioUrl), isStream: false, ...unknown }
}

/** backingVocalsUrl → backing-vocals */
function toStems({ stems, originUrl, originData }: StemsCompleteEvent): readonly StemMedia[] {
  const plain = Object.entries(stems satisfies Stems).map(([field, url]: [string, string | null]) => {
    const name = field.replace(/Url$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    return { name, url, duration: null }
  })
  const advanced = originData.flatMap(({ extract, remove }) =>
    [extract, remove].flatMap((file) => {
      const name = file?.stemTypeGroupName ?? (file === extract ? 'extract' : 'remove')
      return file === null ? [] : [{ name, url: file.audioUrl, duration: file.duration }]
    }),
  )
  return [...plain, ...advanced, { name: 'origin', url: originUrl, duration: null }].flatMap(
    ({ name, url, duration }) => {
      const audioUrl = safeUrl(url)
      return audioUrl === null ? [] : [{ name, audioUrl, duration }]
    },
  )
}

function toNotes({ instruments }: MidiCompleteEvent): Pick<Media, 'instruments' | 'notesLeftOut'> {
  let left = MOST_NOTES
  const shown = instruments.map(({ name, notes }) => {
    const some = notes.slice(0, left)
    left -= some.length
    return { name, notes: some }
  })
  const count = instruments.reduce((sum, { notes }) => sum + notes.length, 0)
  return { instruments: shown, notesLeftOut: count - (MOST_NOTES - left) }
}

const MOST_NOTES = 5_000

function lineOf(title: string | null, error: string | null): string {
  return [title, error].filter((part) => part !== null).join(': ')
}
