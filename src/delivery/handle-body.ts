import * as z from 'zod/mini'
import { noSuchName } from '../errors/no-such-name.js'
import { option, optionsReader, readElsewhere, type Option } from '../errors/read-options.js'
import { readEnvelope } from '../events/envelope.js'
import { isKind, KINDS } from '../events/kinds/index.js'
import { readMetadata } from '../events/metadata.js'
import { toEvent, type Origin } from '../events/to-event.js'
import type { Kind, Metadata, Source } from '../events/types.js'
import { handleEvent, whyNotNow, type HandlingContext } from '../handling/handle-event.js'
import type { Settings } from '../options/options.js'
import { outcomeOf, outcomeWithoutEvent, type Outcome } from '../outcome/outcome.js'
import { internalFault, type Result } from '../outcome/result.js'
import { Budget } from '../time/time.js'
import type { Body, BodyLimits } from './delivery.js'
import { readBody } from './read-body.js'
import { bodyResult, TWO_TASK_IDS } from './verdict.js'

/** A body whose source the caller vouches for. */
export interface HandleRequest {
  /** The provider's body: parsed JSON, its text, or its bytes. */
  readonly body: Body
  /** The kind of its task; without it, the body's shape decides. */
  readonly kind?: Kind | null | undefined
  /** What listeners get as `event.metadata`. `{}` by default. */
  readonly metadata?: Metadata | undefined
  /** `record`: the provider was asked for it. `replay`: it came before, and is handled once more. */
  readonly source: Exclude<Source, 'callback'>
  /** When it came. Now by default. */
  readonly receivedAt?: Date | undefined
}

/** What such bodies are handled with. */
export interface HandleBodyContext {
  readonly settings: Settings
  readonly handling: HandlingContext
  readonly bodyLimits: BodyLimits
}

/**
 * The way of a body that is no request: no address, no signature, no deadline. From the event on it is that of a callback.
 *
 * @throws ConfigurationError `OPTION_INVALID`, `OPTION_UNKNOWN`, `KIND_UNKNOWN`, `METADATA_INVALID`, at once; the promise never rejects
 */
export function handleBody(request: HandleRequest, context: HandleBodyContext): Promise<Outcome> {
  const { kind, metadata, receivedAt = new Date(), ...given } = readRequest(request)
  return handle({ ...given, kind: kind ?? null, metadata: readMetadata(metadata, CALL), receivedAt }, context)
}

interface CheckedRequest extends Origin {
  readonly body: Body
}

async function handle(
  { body: content, ...origin }: CheckedRequest,
  { settings, handling: handlingContext, bodyLimits }: HandleBodyContext,
): Promise<Outcome> {
  const { kind, source } = origin
  const budget = new Budget(settings.maxRunMs)
  const end = (result: Result) => outcomeWithoutEvent(result, { kind }, source, budget.spentMs)
  try {
    const notNow = whyNotNow(handlingContext)
    if (notNow !== null) return end(notNow)
    const body = await readBody({ body: content }, bodyLimits)
    if ('fault' in body) return end(bodyResult(body))
    const envelope = readEnvelope(body.raw)
    if (envelope.taskIds.length > 1) return end(TWO_TASK_IDS)
    const event = toEvent(envelope, origin, settings.name)
    const handling = handleEvent(event, envelope, budget, handlingContext)
    return outcomeOf('status' in handling ? handling : await handling.result, event, budget.spentMs)
  } catch (bug) {
    return end(internalFault(bug))
  }
}

const CALL = 'handle(request)'

const readRequest = optionsReader(
  { call: CALL, example: '{ kind, body, source: "record" }' },
  () =>
    ({
      body: option(
        z.custom<Body>((body: unknown) => typeof body === 'string' || (typeof body === 'object' && body !== null)),
        'OPTION_INVALID',
        'handle: body must be the parsed JSON of the provider, its text, or its bytes.',
      ),
      kind: option(z.optional(z.nullable(z.custom<Kind>(isKind))), 'KIND_UNKNOWN', (name) =>
        noSuchName({ what: 'kind', name, names: KINDS, call: CALL }),
      ),
      metadata: readElsewhere<Metadata>(),
      source: option(
        z.enum(['record', 'replay']),
        'OPTION_INVALID',
        'handle: source must be "record" or "replay". Callbacks of strangers belong into receive(), which verifies them.',
      ),
      receivedAt: option(z.optional(z.date()), 'OPTION_INVALID', 'handle: receivedAt must be a valid Date.'),
    }) satisfies Record<keyof HandleRequest, Option>,
)
