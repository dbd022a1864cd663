import type { OutcomeStatus } from '../wire.js'

/** What an outcome means to who looks at it. */
export const MEANINGS: Readonly<Record<OutcomeStatus, string>> = {
  handled: 'All listeners have finished.',
  'handed-off': 'The queue has it; listeners run in its workers.',
  duplicate: 'The store knows this event as handled: no listener was called.',
  stale: 'The task is complete already, so that this earlier stage was left out: no listener was called.',
  ignored: 'No listener is subscribed to this event.',
  'in-flight': 'Another process is at work on this event: the provider tries again.',
  rejected: 'Turned away. To send the same again changes nothing.',
  failed: 'A listener failed, or the app is set up so that the body cannot be read: the provider tries again.',
  deadline: 'The listeners take longer than deadlineMs. They go on, and the retry finds the event done.',
  unavailable: 'Not now: no listener yet, the store or a verifier does not answer, or the app is closing.',
}
