import { DeliveryError } from '../errors/errors.js'
import type { SunoEvent } from '../events/types.js'
import type { Handling } from '../handling/run.js'
import { outcomeOf, outcomeWithoutEvent, type Outcome, type PartialDetails } from '../outcome/outcome.js'
import { rejected, unavailable, type Result } from '../outcome/result.js'
import { TOO_SLOW, type BodyFault } from './read-body.js'

export const NO_SUCH_KIND = rejected('unrecognised', new DeliveryError('UNRECOGNISED', 'There is no such kind.'))

export const KIND_MISMATCH = rejected(
  'unauthorized',
  new DeliveryError('KIND_MISMATCH', 'The callback URL was signed for another kind than its path names.'),
)

export const TWO_TASK_IDS = rejected(
  'malformed',
  new DeliveryError('TWO_TASK_IDS', 'The body names two different tasks.'),
)

export const NOT_VERIFIED = rejected(
  'unauthorized',
  new DeliveryError('NOT_VERIFIED', 'The verifier did not accept the delivery.'),
)

const VERIFIER_TOO_SLOW = unavailable(new DeliveryError('VERIFIER_FAILED', 'The verifier did not answer in time.'))

/** How far a delivery has come: the steps of its way that can take time. */
export type Progress =
  | { readonly step: 'reading'; readonly details: PartialDetails }
  | { readonly step: 'verifying'; readonly details: PartialDetails }
  | { readonly step: 'handling'; readonly event: SunoEvent; readonly handling: Handling }

/** Nothing is waited for before the body. */
export const START: Progress = { step: 'reading', details: {} }

/** What is answered to a delivery that has come to that step when its deadline passes. */
export function lateOutcome(progress: Progress, durationMs: number): Outcome {
  switch (progress.step) {
    case 'reading':
      return outcomeWithoutEvent(bodyResult(TOO_SLOW), progress.details, 'callback', durationMs)
    case 'verifying':
      return outcomeWithoutEvent(VERIFIER_TOO_SLOW, progress.details, 'callback', durationMs)
    case 'handling':
      return outcomeOf(progress.handling.late, progress.event, durationMs)
  }
}

export function bodyResult({ fault, error }: BodyFault): Result {
  return fault === 'failed' ? { status: 'failed', error } : rejected(fault, error)
}
