import type { Outcome } from '../outcome/outcome.js'
import type { ObserversDescription } from './observers.js'

/** What an instance tells those who observe it. */
export interface OutcomeEvents {
  outcome: Outcome
}

export const OUTCOME_OBSERVERS: ObserversDescription<keyof OutcomeEvents> = {
  names: ['outcome'],
  call: 'suno.on(name)',
  failed: 'A listener of "outcome" failed; the delivery is not affected.',
}
