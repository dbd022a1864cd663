import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import { option, optionsReader, readElsewhere, type Option } from '../errors/read-options.js'
import type { EventType, Kind } from '../events/types.js'
import { EVENT_TYPES, isKind, kindOfEvent, KINDS } from '../events/kinds/index.js'
import { sampledKinds, successBody, type SampleBody, type SampleOverrides } from './kinds/index.js'
import { PROVIDER_NAMES, type ProviderName } from '../polling/endpoints.js'
import { type SampleJson, type SampleInput } from './kinds/body.js'
import { overrideBody } from './override-body.js'
import { newTaskId } from './task-id.js'

export interface SampleOptions<Type extends EventType = EventType> {
  /** A fresh one by default, 32 hex characters like the provider's. */
  readonly taskId?: string | undefined
  /** Whose spelling. `sunoapi` by default. */
  readonly provider?: ProviderName | undefined
  /**
   * Of which kind an `error` is: `music` by default. In `sampleEvent` also that of an `unknown`, which has none by default. The other events
   * name theirs, and are of no other.
   */
  readonly kind?: Kind | undefined
  /** What it is to say instead of its own, in the words of the event: `{ tracks: [{ title: 'Mine' }] }`. */
  readonly overrides?: SampleOverrides[Type] | undefined
}

/**
 * The body of a callback as the provider would send it: a new object each time, to be changed at will.
 *
 * @example
 * await request(app).post(url.pathname + url.search).send(sample('music:complete', { taskId }))
 * @throws ConfigurationError `EVENT_UNKNOWN`, `KIND_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function sample<Type extends EventType>(type: Type, options: SampleOptions<Type> = {}): SampleBody<Type> {
  checkEventType(type, 'sample(type, options)')
  const { overrides, provider, kind, taskId } = readOptions(options)
  checkKindOf(type, options.kind, 'sample(type, options)')
  const body = bodyOf(type, kind, { taskId, provider })
  if (overrides !== undefined) {
    overrideBody(type, body, overrides, { taskId, provider }, `sample(${JSON.stringify(type)}), overrides`)
  }
  return body as SampleBody<Type>
}

/** As it is documented. */
function bodyOf(type: EventType, kind: Kind, input: SampleInput): SampleJson {
  return type === 'error' ? sampledKinds[kind].failure(input) : successBody(type, input)
}

/** @throws ConfigurationError `EVENT_UNKNOWN` */
export function checkEventType(type: EventType, call: string): void {
  if (EVENT_TYPES.includes(type)) return
  throw new ConfigurationError('EVENT_UNKNOWN', noSuchName({ what: 'event', name: type, names: EVENT_TYPES, call }))
}

/**
 * What names its kind itself is of no other. `error` and `unknown` are of any.
 *
 * @param kind as it was given, before there is a default
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function checkKindOf(type: EventType, kind: Kind | undefined, call: string): void {
  const own = kindOfEvent(type)
  if (own === null || kind === undefined || kind === own) return
  throw new ConfigurationError(
    'OPTION_INVALID',
    `${call}: ${type} is an event of ${own}, and kind is "${kind}". Leave kind out: it is for "error", which every kind has.`,
  )
}

/** The options that a sample and a sample event have in common. */
export function sampleOptions(call: string) {
  return {
    provider: option(z._default(z.enum(PROVIDER_NAMES), 'sunoapi'), 'OPTION_INVALID', (name) =>
      noSuchName({ what: 'provider', name, names: PROVIDER_NAMES, call }),
    ),
    kind: option(z._default(z.custom<Kind>(isKind), 'music'), 'KIND_UNKNOWN', (name) =>
      noSuchName({ what: 'kind', name, names: KINDS, call }),
    ),
    taskId: option(z._default(z.string(), newTaskId), 'OPTION_INVALID', `${call}: taskId must be a string.`),
  } satisfies Record<Exclude<keyof SampleOptions, 'overrides'>, Option>
}

const readOptions = optionsReader(
  { call: 'sample(type, options)' },
  () =>
    ({
      ...sampleOptions('sample(type, options)'),
      overrides: readElsewhere<object>(),
    }) satisfies Record<keyof SampleOptions, Option>,
)
