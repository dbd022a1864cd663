import type { EventType, Kind } from '../../events/types.js'
import { overridesOfAnyKind, unknownBody, type BodiesOfAnyKind, type OverridesOfAnyKind } from './any-kind.js'
import { cover } from './cover.js'
import type { SampleJson, SampleInput } from './body.js'
import type { SampledKind } from './kind.js'
import { lyrics } from './lyrics.js'
import { midi } from './midi.js'
import { music } from './music.js'
import { phrase } from './phrase.js'
import { recovery } from './recovery.js'
import { stems } from './stems.js'
import { video } from './video.js'
import { voice } from './voice.js'
import { wav } from './wav.js'
import type { Writer } from './write.js'

/** Every kind, by its name. */
export const sampledKinds = {
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
} satisfies Readonly<Record<Kind, object>>

/** The body of each sample. A task id stands where the provider writes it, and a field is missing where the provider sends none. */
export type SampleBody<Type extends EventType = EventType> = AllBodies[Type]

/**
 * What a sample is to say instead of its own, in the words of the event. What is not given stays as the sample has it. A list has as many
 * items as you give, each laid over the sample's own at its place: `tracks: [{ title: 'Mine' }]` is one track, with all that a track has.
 */
export type SampleOverrides = AllOverrides

/** The body of a success, as it is documented; of `unknown` too. */
export function successBody(type: Exclude<EventType, 'error'>, input: SampleInput): SampleJson {
  return type === 'unknown' ? unknownBody(input) : successes[type](input)
}

/** How the overrides of an event are written, by their names. */
export function writersOf(type: EventType): Readonly<Record<string, Writer>> {
  return writers[type]
}

type SampledKinds = typeof sampledKinds

/** `A | B` → `A & B`. */
type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (all: infer All) => void
  ? All
  : never

type TypesOf<Sampled> =
  Sampled extends SampledKind<infer Bodies, infer Overrides> ? { bodies: Bodies; overrides: Overrides } : never

type Types = { [K in Kind]: TypesOf<SampledKinds[K]> }[Kind]

type AllBodies = BodiesOfAnyKind & Intersection<Types['bodies']>

type AllOverrides = OverridesOfAnyKind & Intersection<Types['overrides']>

type Success = Exclude<EventType, 'error' | 'unknown'>

const successes = merged('successes') as Readonly<Record<Success, (input: SampleInput) => SampleJson>>

const writers = { ...merged('overrides'), ...overridesOfAnyKind } as Readonly<
  Record<EventType, Readonly<Record<string, Writer>>>
>

function merged(name: 'successes' | 'overrides'): object {
  return Object.assign({}, ...Object.values(sampledKinds).map((kind) => kind[name])) as object
}
