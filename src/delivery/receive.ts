import { DeliveryError } from '../errors/errors.js'
import { readEnvelope } from '../events/envelope.js'
import { isKind } from '../events/kinds/index.js'
import { NO_METADATA } from '../events/metadata.js'
import { toEvent } from '../events/to-event.js'
import type { Kind, Metadata } from '../events/types.js'
import { handleEvent, whyNotNow, type HandlingContext } from '../handling/handle-event.js'
import type { Settings } from '../options/options.js'
import {
  outcomeOf,
  outcomeWithoutEvent,
  type Outcome,
  type PartialDetails,
  type ProbeOutcome,
} from '../outcome/outcome.js'
import { internalFault, rejected, type Result } from '../outcome/result.js'
import type { TimerList } from '../time/timer-list.js'
import { isPromise } from '../time/time.js'
import { PROBE, readSignedCallback } from '../verify/signed-url.js'
import { PendingAnswer, type AnswerContext } from './answer.js'
import { answerProbe } from './answer-probe.js'
import { askVerifier } from './ask-verifier.js'
import { checkDelivery, checkHeaders } from './check-delivery.js'
import type { BodyLimits, Delivery, WaitUntil } from './delivery.js'
import { readBody } from './read-body.js'
import { bodyResult, KIND_MISMATCH, NO_SUCH_KIND, START, TWO_TASK_IDS, type Progress } from './verdict.js'

/** What deliveries are received with. */
export interface ReceivingContext {
  readonly settings: Settings
  readonly handling: HandlingContext
  readonly answers: AnswerContext<Outcome | ProbeOutcome, Progress>
  readonly bodyLimits: BodyLimits
  /** Timers of the body's share of the deadline. */
  readonly bodyTimers: TimerList
}

/** Takes one request all its way, within its deadline. Never rejects. */
export function receive(given: Delivery, context: ReceivingContext): Promise<Outcome | ProbeOutcome> {
  const answer = new PendingAnswer(context.answers, START)
  void take(given, context, answer)
  const outcome = answer.startDeadline()
  const waitUntil = (given as Delivery | null | undefined)?.waitUntil
  return waitUntil === undefined ? outcome : outcome.then((one) => announceRest(one, waitUntil, answer, context))
}

/** Tells the platform what goes on behind the answer. What it makes of that cannot change the outcome, nor end the process. */
function announceRest(
  outcome: Outcome | ProbeOutcome,
  waitUntil: WaitUntil,
  { progress }: PendingAnswer<Outcome | ProbeOutcome, Progress>,
  { settings }: ReceivingContext,
): Outcome | ProbeOutcome {
  const rest = progress.step === 'handling' ? progress.handling.rest() : null
  if (rest !== null) {
    new Promise((resolve) => resolve(waitUntil(rest))).catch((error: unknown) => {
      const message = 'waitUntil failed: work that goes on behind the answer may be stopped with the process.'
      settings.logger.warn(message, { error })
    })
  }
  return outcome
}

/** The steps of the way. Each answers what the next one needs, or the result that ends it. Never rejects. */
async function take(
  given: Delivery,
  { settings, handling: handlingContext, bodyLimits, bodyTimers }: ReceivingContext,
  answer: PendingAnswer<Outcome | ProbeOutcome, Progress>,
): Promise<void> {
  const end = (result: Result, details: PartialDetails = {}) =>
    answer.resolve(outcomeWithoutEvent(result, details, 'callback', answer.budget.spentMs))
  try {
    const receivedAt = new Date()
    const addressed = checkDelivery(given)
    if (addressed instanceof DeliveryError) return end({ status: 'failed', error: addressed })
    const address = readAddress(addressed, settings, receivedAt)
    if ('status' in address) return end(address)
    const { kind, metadata } = address
    const notNow = whyNotNow(handlingContext)
    if (notNow !== null && kind !== PROBE) return end(notNow, { kind })

    const details = kind === PROBE ? {} : { kind }
    const delivery = checkHeaders(addressed)
    if (delivery instanceof DeliveryError) return end({ status: 'failed', error: delivery }, details)
    answer.progress = { step: 'reading', details }
    const reading = readBody(delivery, bodyLimits)
    // The same handler as the deadline's, which is right: the step says that it was the body that took too long.
    const timer = isPromise(reading) ? bodyTimers.set(answer, answer.budget.startedAt) : null
    const body = await reading
    timer?.stop()
    if (answer.isSettled()) return
    if ('fault' in body) return end(bodyResult(body), details)
    if (kind === PROBE) return answer.resolve(answerProbe(body, notNow?.error ?? null, answer.budget.spentMs))

    const envelope = readEnvelope(body.raw)
    if (envelope.taskIds.length > 1) return end(TWO_TASK_IDS, { kind })

    if (settings.verify !== null) {
      const known = { kind, taskId: envelope.taskIds[0] ?? null }
      answer.progress = { step: 'verifying', details: known }
      const refusal = await askVerifier(settings.verify, { delivery, ...known, bytes: body.bytes })
      if (refusal !== null) return end(refusal, known)
      if (answer.isSettled()) return
    }

    const event = toEvent(envelope, { kind, metadata, receivedAt, source: 'callback' }, settings.name)
    const handling = handleEvent(event, envelope, answer.budget, handlingContext)
    if ('status' in handling) return answer.resolve(outcomeOf(handling, event, answer.budget.spentMs))
    answer.progress = { step: 'handling', event, handling }
    answer.resolve(outcomeOf(await handling.result, event, answer.budget.spentMs))
  } catch (bug) {
    end(internalFault(bug))
  }
}

/** What the URL of a delivery says. */
interface Address {
  readonly kind: Kind | typeof PROBE | null
  readonly metadata: Metadata
}

/** The signed URL, before anything of the body is touched; else what the path says. */
function readAddress({ query, kind }: Delivery, { signingKeys }: Settings, now: Date): Address | Result {
  if (kind !== undefined && !isKind(kind)) return NO_SUCH_KIND
  if (signingKeys === null) return { kind: kind ?? null, metadata: NO_METADATA }
  const signed = readSignedCallback(query ?? '', signingKeys, now.getTime())
  if (signed instanceof DeliveryError) return rejected('unauthorized', signed)
  // A probe goes where the callbacks of any kind go.
  return kind === undefined || kind === signed.kind || signed.kind === PROBE ? signed : KIND_MISMATCH
}
