import type { SunoEvent } from 'suno-callbacks'
import { EVENT_TYPES } from './built.js'
import type { Expectation } from './expectation.js'

type Accepted = Extract<Expectation, { readonly refused: null }>

/** What is wrong with an event, in words. */
export function checkEvent(event: SunoEvent, expected: Accepted): readonly string[] {
  const own = Object.entries(event).filter(([name]) => !BASE_FIELDS.has(name))
  const isSuccess = event.type !== 'error' && event.type !== 'unknown'
  const rules: readonly (readonly [string, boolean])[] = [
    [`the type is ${event.type}`, EVENT_TYPES.includes(event.type)],
    ['the task id is not that of the body', event.taskId === expected.taskId],
    ['there is no task id', event.taskId !== null || event.type === 'unknown'],
    ['the kind is not the one that was pinned', expected.kind === null || event.kind === expected.kind],
    ['the type is not one of its kind', !isSuccess || event.type === `${event.kind}:${event.stage}`],
    ['a success has nothing in it', !isSuccess || hasResult(event, own)],
    [
      'a success has a code of a failure and no file',
      !isSuccess || event.code === null || event.code < 400 || own.some(([, value]) => hasAddress(value)),
    ],
    ['an empty string stands for nothing', !own.some(([, value]) => hasEmptyText(value))],
    ['the metadata is not that of the URL', JSON.stringify(event.metadata) === JSON.stringify(expected.metadata)],
    ['the metadata can be changed', Object.isFrozen(event.metadata)],
    ['raw is not the body', JSON.stringify(event.raw) === JSON.stringify(expected.raw)],
    [
      'the key is not safe',
      /^[!-~]{1,300}$/.test(event.key) && event.key.startsWith(`${event.kind ?? 'any'}:${event.stage}:`),
    ],
  ]
  return rules.flatMap(([fault, holds]) => (holds ? [] : [fault]))
}

const BASE_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'kind',
  'stage',
  'taskId',
  'key',
  'code',
  'message',
  'metadata',
  'receivedAt',
  'source',
  'raw',
])

/** A file that can be had outweighs a word for failure: the task was paid for. */
function hasAddress(value: unknown): boolean {
  if (typeof value === 'string') return /^https?:/i.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasAddress)
}

/** What listeners come for. A kind that is not named here must at least have a field of its own with something in it. */
function hasResult(event: SunoEvent, own: readonly (readonly [string, unknown])[]): boolean {
  if (event.type === 'music:text') return true
  if (event.type === 'music:first' || event.type === 'music:complete') {
    return event.tracks.some(
      // The first stage may name a track whose file is still to come.
      (track) =>
        (event.type === 'music:first' ? track.id : null) ??
        track.audioUrl ??
        track.streamAudioUrl ??
        track.sourceAudioUrl ??
        track.sourceStreamAudioUrl,
    )
  }
  if (event.type === 'lyrics:complete')
    return event.lyrics.length > 0 && event.lyrics.every(({ text }) => isFilled(text))
  if (event.type === 'video:complete') return isFilled(event.videoUrl)
  return own.some(([, value]) => isFilled(value))
}

function isFilled(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== ''
  if (typeof value !== 'object' || value === null) return value !== null && value !== undefined
  return Object.values(value).some(isFilled)
}

function hasEmptyText(value: unknown): boolean {
  if (typeof value === 'string') return value === ''
  return typeof value === 'object' && value !== null && Object.values(value).some(hasEmptyText)
}
