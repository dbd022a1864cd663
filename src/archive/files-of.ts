import type {
  CoverCompleteEvent,
  MidiCompleteEvent,
  MusicCompleteEvent,
  StemsCompleteEvent,
  SunoEvent,
  Track,
} from '../events/types.js'
import type { Promised } from './format.js'
import { readableName, safeName } from './key.js'

/** What can be kept: songs and recovered tracks, pictures of songs and covers, and the results of the other kinds. */
export const FILE_TYPES = ['audio', 'image', 'video', 'wav', 'stems', 'midi', 'lyrics'] as const

export type FileType = (typeof FILE_TYPES)[number]

/** A file that an event has, or that is made of one. */
export type PlannedFile = LinkedFile | TextFile | NotesFile

interface PlannedFileDetails {
  readonly type: FileType
  /** Its own among the files of its type of the event; part of a key as it stands. */
  readonly name: string
  /** The provider's id of its track, where it has one. */
  readonly id: string | null
  readonly title: string | null
}

export interface LinkedFile extends PlannedFileDetails {
  readonly promised: Promised
  /** Where it can be had, the best first. */
  readonly links: readonly string[]
}

export interface TextFile extends PlannedFileDetails {
  readonly text: string
}

export interface NotesFile extends PlannedFileDetails {
  readonly instruments: MidiCompleteEvent['instruments']
}

/** The files of an event: those of its last stage, because earlier ones have the same or less. `[]` for events that have none. */
export function filesOf(event: SunoEvent, include: readonly FileType[]): readonly PlannedFile[] {
  const files = allFilesOf(event).filter(({ type }) => include.includes(type))
  return withOwnNames(files.filter((file) => !('links' in file) || file.links.length > 0))
}

function allFilesOf(event: SunoEvent): readonly PlannedFile[] {
  switch (event.type) {
    case 'music:complete':
      return songs(event)
    case 'lyrics:complete':
      return event.lyrics.map(({ title, text }, index) =>
        lyrics(`lyrics-${String(index + 1)}`, { id: null, title, text }),
      )
    case 'video:complete':
      return [linked('video', 'video', 'video', [event.videoUrl])]
    case 'wav:complete':
      return [linked('wav', 'audio', 'wav', [event.audioWavUrl])]
    case 'stems:complete':
      return stems(event)
    case 'midi:complete':
      return [{ type: 'midi', name: 'notes', id: null, title: null, instruments: event.instruments }]
    case 'cover:complete':
      return covers(event)
    case 'recovery:complete':
      return event.recovered.map((track, index) =>
        linked('audio', nameOf(track, index), 'audio', [track.audioUrl], track),
      )
    case 'music:text':
    case 'music:first':
    case 'voice:ready':
    case 'phrase:ready':
    case 'error':
    case 'unknown':
      return []
  }
}

function songs({ tracks }: MusicCompleteEvent): readonly PlannedFile[] {
  return tracks.flatMap((track, index) => {
    const name = nameOf(track, index)
    const { audioUrl, sourceAudioUrl, streamAudioUrl, sourceStreamAudioUrl, imageUrl, sourceImageUrl } = track
    return [
      linked('audio', name, 'audio', [audioUrl, sourceAudioUrl, streamAudioUrl, sourceStreamAudioUrl], track),
      linked('image', name, 'image', [imageUrl, sourceImageUrl], track),
      ...(track.prompt === null ? [] : [lyrics(name, { ...track, text: track.prompt })]),
    ]
  })
}

function stems({ stems, originUrl, originData }: StemsCompleteEvent): readonly PlannedFile[] {
  return [
    // vocalUrl → vocal, backingVocalsUrl → backing-vocals
    ...Object.entries(stems).map(([field, link]: [string, string | null]) =>
      linked(
        'stems',
        field.replace(/Url$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
        'audio',
        [link],
      ),
    ),
    linked('stems', 'origin', 'audio', [originUrl]),
    ...originData.flatMap((parts, index) =>
      (['extract', 'remove'] as const).map((part) => {
        const file = parts[part]
        const title = file?.stemTypeGroupName ?? null
        const name = [part, String(index + 1), ...(title === null ? [] : [readableName(title)])].join('-')
        return linked('stems', name, 'audio', [file?.audioUrl ?? null], { id: file?.id ?? null, title })
      }),
    ),
  ]
}

function covers({ images }: CoverCompleteEvent): readonly PlannedFile[] {
  return images.map((link, index) => linked('image', `cover-${String(index + 1)}`, 'image', [link]))
}

/** What is known of a track. */
type Titled = Pick<Track, 'id' | 'title'>

/** By its id, because the order of tracks may differ from one body to the next. */
function nameOf({ id }: Titled, index: number): string {
  return id === null ? `track-${String(index + 1)}` : safeName(id)
}

function linked(
  type: FileType,
  name: string,
  promised: Promised,
  links: readonly (string | null)[],
  { id, title }: Titled = { id: null, title: null },
): LinkedFile {
  const known = links.filter((link) => link !== null)
  return { type, name, promised, links: [...new Set(known)], id, title }
}

function lyrics(name: string, { id, title, text }: Titled & { readonly text: string }): TextFile {
  return { type: 'lyrics', name, id, title, text }
}

/** Two tracks of one id would be one file. Not every disk tells capitals from small letters. */
function withOwnNames(files: readonly PlannedFile[]): readonly PlannedFile[] {
  const taken = new Set<string>()
  return files.map((file) => {
    let { name } = file
    for (let count = 2; taken.has(placeOf(file.type, name)); count++) name = `${file.name}-${String(count)}`
    taken.add(placeOf(file.type, name))
    return name === file.name ? file : { ...file, name }
  })
}

function placeOf(type: FileType, name: string): string {
  return `${type} ${name.toLowerCase()}`
}
