import { toResponse, type SunoEvent } from 'suno-callbacks'
import { DOCUMENTED, faultOf } from './answers.js'
import { checkEvent } from './check-event.js'
import type { ReceivedOutcome } from './deliver.js'
import type { Expectation } from './expectation.js'
import type { FuzzCase } from './fuzz-case.js'
import type { Records } from './setups.js'

/** What is wrong with the outcomes of one case, in words. */
export function checkOutcomes(
  one: FuzzCase,
  outcomes: readonly ReceivedOutcome[],
  { events }: Records,
  expected: Expectation,
): readonly string[] {
  return [
    ...outcomes.flatMap((outcome) => checkAnswer(outcome)),
    ...outcomes.flatMap((outcome) => checkStatus(one, outcome, expected)),
    ...checkEvents(outcomes, events, expected),
  ]
}

/** The status and body that the README says, and no more. */
export function checkAnswer(outcome: ReceivedOutcome): readonly string[] {
  const { status, headers, body } = toResponse(outcome)
  const name = nameOf(outcome)
  const documented = DOCUMENTED.get(name)
  const fault = faultOf({ status, headers: new Map(Object.entries(headers)), body })
  return [
    ...(documented === status
      ? []
      : [`${name} is answered ${String(status)}, and documented as ${String(documented)}`]),
    ...(fault === null ? [] : [fault]),
  ]
}

/** `handled`, `rejected malformed`, … */
export function nameOf(outcome: ReceivedOutcome): string {
  return outcome.status === 'rejected' ? `rejected ${outcome.reason}` : outcome.status
}

function checkStatus({ setup }: FuzzCase, outcome: ReceivedOutcome, { refused }: Expectation): readonly string[] {
  const name = nameOf(outcome)
  if (outcome.status === 'failed' && 'code' in outcome.error && outcome.error.code === 'INTERNAL') {
    return [`a bug of the library: ${String(outcome.error.cause)}`]
  }
  if (refused !== null) {
    const due = refused === 'failed' ? 'failed' : `rejected ${refused}`
    return name === due ? [] : [`${name} instead of ${due}`]
  }
  const allowed = ALLOWED[setup]
  if (name === 'rejected unrecognised' && outcome.type !== 'unknown')
    return [`${String(outcome.type)} is rejected as unrecognised`]
  return allowed.includes(name) ? [] : [`${name} instead of ${allowed.join(' or ')}`]
}

/** What may become of a delivery that is in order. */
const ALLOWED: Readonly<Record<FuzzCase['setup'], readonly string[]>> = {
  open: ['handled', 'duplicate', 'stale'],
  signed: ['handled', 'duplicate', 'stale'],
  kie: ['handled', 'duplicate', 'stale'],
  narrow: ['handled', 'duplicate', 'ignored', 'rejected unrecognised'],
  handoff: ['handed-off', 'duplicate', 'stale'],
  failing: ['failed'],
  undecided: ['unavailable'],
}

function checkEvents(
  outcomes: readonly ReceivedOutcome[],
  events: readonly SunoEvent[],
  expected: Expectation,
): readonly string[] {
  const worked = outcomes.filter(({ status }) => status === 'handled' || status === 'handed-off')
  if (events.length !== worked.length)
    return [`${String(events.length)} events of ${String(worked.length)} handled deliveries`]
  if (worked.length > 1) return ['a repeat was handled again']
  const [outcome] = worked
  const [event] = events
  if (outcome === undefined || event === undefined) return []
  const told = (['type', 'kind', 'taskId', 'key'] as const).filter((name) => outcome[name] !== event[name])
  const differs = told.map((name) => `the outcome's ${name} is not the event's`)
  return expected.refused === null ? [...differs, ...checkEvent(event, expected)] : differs
}
