import { DeliveryError } from '../errors/errors.js'
import type { Envelope } from '../events/envelope.js'
import { toKey } from '../events/key.js'
import { isProgress } from '../events/progress.js'
import { fitsOtherKind } from '../events/to-event.js'
import type { Kind, SunoEvent } from '../events/types.js'
import { noListener, whyNobody, type Subscriptions } from '../listeners/subscriptions.js'
import type { Settings } from '../options/options.js'
import { IGNORED, rejected, unavailable, type Result } from '../outcome/result.js'
import type { Budget } from '../time/time.js'
import { closing, type Handling } from './run.js'
import type { Runs } from './runs.js'

/** What events are handled with. */
export interface HandlingContext {
  readonly settings: Pick<Settings, 'handoff' | 'name' | 'staleStages'>
  readonly subscriptions: Subscriptions
  readonly runs: Runs
  readonly isClosing: () => boolean
}

/** Why nothing can be handled now, or null. Asked before a body is read. */
export function whyNotNow({
  settings,
  subscriptions,
  isClosing,
}: HandlingContext): ReturnType<typeof unavailable> | null {
  if (isClosing()) return unavailable(closing())
  return settings.handoff === null && subscriptions.isEmpty ? unavailable(noListener()) : null
}

/**
 * The way of an event from whatever source, as far as it is decided at once: it joins a run, begins one, or there is nothing to run.
 * The envelope says what an event that nothing listens for is.
 */
export function handleEvent(
  event: SunoEvent,
  envelope: Envelope,
  budget: Budget,
  context: HandlingContext,
): Handling | Result {
  // Listeners share it, and what becomes of it is answered and logged by it.
  Object.freeze(event)
  const { settings, subscriptions, runs, isClosing } = context
  if (settings.handoff === null) {
    // A run under way may have taken the last listener (`once`): repeats join it all the same.
    if (subscriptions.of(event.type).length === 0 && !runs.has(event.key)) {
      const result = whyNobody(event.type, subscriptions)
      return result === IGNORED && event.type === 'unknown' ? whyUnknown(envelope, event.kind) : result
    }
  }
  if (isClosing()) return unavailable(closing())
  return runs.handle(event, staleKeyOf(event, settings), budget)
}

/** The key whose completion makes the event stale: for a stage before the last, that of its task's last. Else null. */
function staleKeyOf({ type, taskId }: SunoEvent, { name, staleStages }: HandlingContext['settings']): string | null {
  const isEarly: boolean = type === 'music:text' || type === 'music:first'
  if (!isEarly || taskId === null || staleStages === 'deliver') return null
  return toKey({ name, kind: 'music', stage: 'complete', id: taskId })
}

/** What becomes of a body that no listener is there for and that is no event of its kind. */
function whyUnknown(envelope: Envelope, kind: Kind | null): Result {
  const other = kind === null ? null : fitsOtherKind(envelope, kind)
  if (kind !== null && other !== null) return rejected('unrecognised', otherKind(kind, other))
  return isProgress(envelope) ? IGNORED : rejected('unrecognised', UNRECOGNISED)
}

function otherKind(kind: Kind, other: Kind): DeliveryError {
  return new DeliveryError(
    'OTHER_KIND',
    `A body of kind "${other}" came to a callback URL of kind "${kind}". Submit tasks of "${other}" with callbackUrl("${other}"), or with the URL that ends in /${other}.`,
  )
}

const UNRECOGNISED = new DeliveryError(
  'UNRECOGNISED',
  'The body has no known shape. Listen for "unknown" to receive such bodies, and please report what the provider sent.',
)
