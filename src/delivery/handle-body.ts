import { ConfigurationError } from '../errors/errors.js'
import { refuseUnknownOptions } from '../errors/refuse-unknown-options.js'
import { readEnvelope } from '../events/envelope.js'
import { isKind, KINDS } from '../events/kinds/index.js'
import { isMetadata, NO_METADATA } from '../events/metadata.js'
import { toEvent } from '../events/to-event.js'
import type { Kind, Metadata, Source } from '../events/types.js'
import { handleEvent, whyNotNow, type HandlingContext } from '../handling/handle-event.js'
import type { Settings } from '../options/options.js'
import { outcomeOf, outcomeWithoutEvent, type Outcome } from '../outcome/outcome.js'
import type { Result } from '../outcome/result.js'
import { Budget } from '../time/time.js'
import type { Body, BodyLimits } from './delivery.js'
import { readBody } from './read-body.js'
import { bodyResult, internalFault, TWO_TASK_IDS } from './verdict.js'

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
  checkRequest(request)
  return handle(request, context)
}

async function handle(
  { body: content, kind = null, metadata = NO_METADATA, source, receivedAt = new Date() }: HandleRequest,
  { settings, handling: handlingContext, bodyLimits }: HandleBodyContext,
): Promise<Outcome> {
  const budget = new Budget(settings.maxRunMs)
  const end = (result: Result) => outcomeWithoutEvent(result, { kind }, source, budget.spentMs)
  try {
    const notNow = whyNotNow(handlingContext)
    if (notNow !== null) return end(notNow)
    const body = await readBody({ body: content }, bodyLimits)
    if ('fault' in body) return end(bodyResult(body))
    const envelope = readEnvelope(body.raw)
    if (envelope.taskIds.length > 1) return end(TWO_TASK_IDS)
    const origin = { kind, metadata: Object.freeze({ ...metadata }), receivedAt, source }
    const event = toEvent(envelope, origin, settings.name)
    const handling = handleEvent(event, budget, handlingContext)
    return outcomeOf('status' in handling ? handling : await handling.result, event, budget.spentMs)
  } catch (bug) {
    return end(internalFault(bug))
  }
}

function checkRequest(request: HandleRequest): void {
  const invalid = (message: string) => new ConfigurationError('OPTION_INVALID', `handle: ${message}`)
  if (typeof (request as unknown) !== 'object' || (request as unknown) === null) {
    throw invalid('it takes an object such as { kind, body, source: "record" }.')
  }
  refuseUnknownOptions(request, ['body', 'kind', 'metadata', 'source', 'receivedAt'], 'handle')
  const { body, kind, metadata, source, receivedAt } = request as { readonly [Name in keyof HandleRequest]: unknown }
  if (typeof body !== 'string' && (typeof body !== 'object' || body === null)) {
    throw invalid('body must be the parsed JSON of the provider, its text, or its bytes.')
  }
  if (kind !== undefined && kind !== null && !isKind(kind)) {
    throw new ConfigurationError(
      'KIND_UNKNOWN',
      `handle: there is no kind ${JSON.stringify(kind)}. The kinds are: ${KINDS.join(', ')}.`,
    )
  }
  if (metadata !== undefined && !isMetadata(metadata)) {
    throw new ConfigurationError('METADATA_INVALID', 'handle: metadata must be an object of strings.')
  }
  if (source !== 'record' && source !== 'replay') {
    throw invalid(
      'source must be "record" or "replay". Callbacks of strangers belong into receive(), which verifies them.',
    )
  }
  if (receivedAt !== undefined && !(receivedAt instanceof Date && !Number.isNaN(receivedAt.getTime()))) {
    throw invalid('receivedAt must be a valid Date.')
  }
}
