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
export const kinds: Readonly<Record<Kind, KindDefinition>> = {
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
}

/** The names of the kinds, which are also the last path segment of their callback URLs. */
export const KINDS = Object.keys(kinds) as readonly Kind[]

/** The names of all events. */
export const EVENT_TYPES: readonly EventType[] = [
  ...Object.values(kinds).flatMap((kind) => kind.events),
  'error',
  'unknown',
]

export function isKind(name: unknown): name is Kind {
  return NAMES.has(name)
}

const NAMES: ReadonlySet<unknown> = new Set(KINDS)
