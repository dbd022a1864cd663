import type { SunoEvent, Track } from '../../events/types.js'

/** What a row shows of an event, whatever becomes of its body. */
export function titleOf(event: SunoEvent): string | null {
  const title = titlesIn(event).find((one) => one !== null) ?? null
  return title === null ? null : title.slice(0, LONGEST_TITLE)
}

export function coverOf(event: SunoEvent): string | null {
  if (event.type === 'cover:complete') return event.images[0] ?? null
  const pictures = tracksOf(event).map(({ imageUrl, sourceImageUrl }) => imageUrl ?? sourceImageUrl)
  return pictures.find((url) => url !== null) ?? null
}

/** In ms since 1970. */
export function expiryOf(event: SunoEvent): number | null {
  return 'expiresAt' in event ? event.expiresAt.getTime() : null
}

/** What a search looks through. */
export function searchOf(event: SunoEvent): string {
  const { taskId, type, kind, message, metadata } = event
  const tracks = tracksOf(event).flatMap(({ id, tags, prompt }) => [id, ...tags, prompt])
  const words = [
    taskId,
    type,
    kind,
    ...titlesIn(event),
    ...Object.values(metadata),
    message,
    ...textsIn(event),
    ...tracks,
  ]
  const text = words.filter((word) => typeof word === 'string').map((word) => word.slice(0, LONGEST_SEARCH))
  return text.join(' ').slice(0, LONGEST_SEARCH).toLowerCase()
}

export function tracksOf(event: SunoEvent): readonly Track[] {
  return 'tracks' in event ? event.tracks : []
}

function titlesIn(event: SunoEvent): readonly (string | null)[] {
  const titled = 'lyrics' in event ? event.lyrics : 'recovered' in event ? event.recovered : tracksOf(event)
  return titled.map(({ title }) => title)
}

function textsIn(event: SunoEvent): readonly string[] {
  if (event.type === 'phrase:ready') return [event.phrase]
  if (event.type === 'voice:ready') return [event.voiceId]
  return 'lyrics' in event ? event.lyrics.map(({ text }) => text) : []
}

const LONGEST_TITLE = 300
/** In characters. */
export const LONGEST_SEARCH = 2_000
