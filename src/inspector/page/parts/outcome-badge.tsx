import type { OutcomeStatus } from '../../wire.js'

type Tone = 'good' | 'calm' | 'busy' | 'bad'

const TONES: Readonly<Record<OutcomeStatus, Tone>> = {
  handled: 'good',
  'handed-off': 'good',
  duplicate: 'calm',
  stale: 'calm',
  ignored: 'calm',
  'in-flight': 'busy',
  rejected: 'bad',
  failed: 'bad',
  deadline: 'bad',
  unavailable: 'bad',
}

export const OUTCOMES = Object.keys(TONES) as readonly OutcomeStatus[]

/** What became of a delivery, and what it was answered. */
export function OutcomeBadge({ outcome, httpStatus }: { outcome: OutcomeStatus; httpStatus: number | null }) {
  return (
    <span class={`outcome tone-${TONES[outcome]}`}>
      <span class="outcome-word">{outcome}</span>{' '}
      {httpStatus !== null && <span class="outcome-http">{httpStatus}</span>}
    </span>
  )
}
