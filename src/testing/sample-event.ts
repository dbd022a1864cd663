import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { option, optionsReader, readElsewhere, type Option } from '../errors/read-options.js'
import { readEnvelope } from '../events/envelope.js'
import { kindOfEvent } from '../events/kinds/index.js'
import { readMetadata } from '../events/metadata.js'
import { toEvent } from '../events/to-event.js'
import type { EventMap, EventType, Metadata, Source } from '../events/types.js'
import type { SampleOverrides } from './kinds/index.js'
import { overrideNamesOf } from './override-body.js'
import { checkEventType, checkKindOf, sample, sampleOptions, type SampleOptions } from './sample.js'

/** Where a sample event comes from. */
interface SampleOrigin extends Omit<SampleOptions, 'overrides'> {
  /** What `callbackUrl(kind, { metadata })` was given. `{}` by default. */
  readonly metadata?: Metadata | undefined
  /** Now by default. */
  readonly receivedAt?: Date | undefined
  /** `callback` by default. */
  readonly source?: Source | undefined
}

/** Its origin, and what it is to say instead of the sample's own. */
export type SampleEventOptions<Type extends EventType = EventType> = SampleOrigin & SampleOverrides[Type]

/**
 * An event as a listener gets it, for unit tests of listeners: made of a sample, through the same reading as real ones, and frozen like
 * them.
 *
 * @example
 * await saveSong(sampleEvent('music:complete', { metadata: { orderId: '42' }, tracks: [{ title: 'Mine' }] }))
 * @throws ConfigurationError `EVENT_UNKNOWN`, `KIND_UNKNOWN`, `METADATA_INVALID`, `OPTION_INVALID`, `OPTION_UNKNOWN`; `OPTION_INVALID`
 * also where the overrides make another event of it
 */
export function sampleEvent<Type extends EventType>(
  type: Type,
  options: SampleEventOptions<Type> = {},
): EventMap[Type] {
  checkEventType(type, 'sampleEvent(type, options)')
  const call = `sampleEvent(${JSON.stringify(type)}, options)`
  const { taskId, provider, kind, metadata, receivedAt, source, ...overrides } = readOptions(type, options, call)
  checkKindOf(type, options.kind, call)
  const urlKind = type === 'unknown' ? (options.kind ?? null) : (kindOfEvent(type) ?? kind)
  const body = sample(type, { taskId, provider, kind: urlKind ?? undefined, overrides })
  const origin = { kind: urlKind, metadata: readMetadata(metadata, call), receivedAt, source }
  const event = toEvent(readEnvelope(body), origin, undefined)
  if (event.type !== type) {
    const message = `${call}: with these overrides it is no ${type}. A listener would get ${JSON.stringify(event.type)}.`
    throw new ConfigurationError('OPTION_INVALID', message)
  }
  return Object.freeze(event) as EventMap[Type]
}

function readOptions(type: EventType, options: object, call: string) {
  const origin = {
    ...sampleOptions(call),
    metadata: readElsewhere<Metadata>(),
    receivedAt: option(
      z._default(z.date(), () => new Date()),
      'OPTION_INVALID',
      `${call}: receivedAt must be a valid Date.`,
    ),
    source: option(
      z._default(z.enum(['callback', 'record', 'replay']), 'callback'),
      'OPTION_INVALID',
      `${call}: source must be "callback", "record" or "replay".`,
    ),
  } satisfies Record<keyof SampleOrigin, Option>
  const overrides = Object.fromEntries(overrideNamesOf(type).map((name) => [name, readElsewhere<unknown>()]))
  return optionsReader({ call }, () => ({ ...overrides, ...origin }))(options)
}
