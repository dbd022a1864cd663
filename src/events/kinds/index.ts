import type * as z from 'zod/mini'
import type { EventType, Kind } from '../types.js'
import { cover } from './cover.js'
import type { KindDefinition } from './kind.js'
import { lyrics } from './lyrics.js'
import { midi } from './midi.js'
import { music } from './music.js'
import { phrase } from './phrase.js'
import { recovery } from './recovery.js'
import { stems } from './stems.js'
import { video } from './video.js'
import { voice } from './voice.js'
import { wav } from './wav.js'

/** Every kind, by its name. */
export const kinds = {
  music,
  lyrics,
  video,
  voice,
  phrase,
  wav,
  stems,
  midi,
  cover,
  recovery,
} satisfies Readonly<Record<Kind, KindDefinition>>

/** The names of the kinds, which are also the last path segment of their callback URLs. */
export const KINDS = Object.keys(kinds) as readonly Kind[]

/** The names of all events. */
export const EVENT_TYPES: readonly EventType[] = [
  ...Object.values(kinds).flatMap((kind) => kind.events),
  'error',
  'unknown',
]

/** That of the event's name; null for `error` and `unknown`, which every kind has. */
export function kindOfEvent(type: EventType): Kind | null {
  return KINDS.find((kind) => kinds[kind].events.includes(type)) ?? null
}

export function isKind(name: unknown): name is Kind {
  return NAMES.has(name)
}

const NAMES: ReadonlySet<unknown> = new Set(KINDS)

/**
 * The body of a callback, as the provider's page has it: that of an event, or that of a failure, of one kind or of any. It is for those who
 * need a field that the event does not have; `event.raw` is `unknown`, because what is sent is not always what is documented. So a cast
 * says where the provider put things, and not that they are there. The page of each is named at its event.
 *
 * @example
 * suno.on('video:complete', (event) => {
 *   const body = event.raw as RawBody<'video:complete'>
 *   console.log(body.data.video_url)
 * })
 * suno.on('error', (event) => {
 *   if (event.kind === 'voice') console.log((event.raw as RawBody<'error', 'voice'>).data.status)
 * })
 */
export type RawBody<Type extends Exclude<EventType, 'unknown'>, K extends Kind = Kind> = {
  [One in K]: Type extends keyof SchemasOf<One> ? z.infer<SchemasOf<One>[Type]> : never
}[K]

type SchemasOf<K extends Kind> = ReturnType<(typeof kinds)[K]['schemas']>
