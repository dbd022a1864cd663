import { answerData, answerText } from './deliver.js'
import { eventData } from './event-data.js'
import { detailOf, nameColumns, timeOf } from './event-line.js'
import { explainAnswer } from './explain-answer.js'
import type { JournalEntry } from './journal.js'
import type { Output } from './output.js'
import type { Posted } from './post.js'
import type { Received } from './received.js'

/**
 * Writes a callback that came, and what became of it where it was passed on.
 *
 * @param status what the sender is answered
 */
export function writeReceived(received: Received, posted: Posted | null, status: number, output: Output): void {
  const { outcome, receivedAt } = received
  const { type, kind, taskId } = outcome
  const explanation = posted === null ? null : explainAnswer(posted)
  const forwarded = posted === null || explanation === null ? null : answerData(posted, explanation)
  const fault = 'error' in outcome ? outcome.error.message : null
  const data = { record: 'callback', receivedAt, type, kind, taskId, outcome: outcome.status, status, fault }
  const columns = [timeOf(receivedAt), nameColumns(outcome), styledResult(outcome.status, status, output)]
  const detail = fault ?? (outcome.event === null ? 'a probe of the doctor' : detailOf(outcome.event))
  const line = [...columns, detail].join('  ').trimEnd()
  const below =
    forwarded === null || explanation === null ? '' : `\n          -> ${answerText(forwarded, explanation, output)}`
  output.data({ ...data, event: eventData(outcome.event), forwarded }, line + below)
}

function styledResult(outcome: string, status: number, output: Output): string {
  const text = `${String(status)} ${outcome}`
  return output.styled(status !== 200 ? 'red' : outcome === 'duplicate' ? 'yellow' : 'green', text)
}

/** What a journal keeps of it. The kind is that of the event where its URL named none. */
export function journalEntry({ outcome, receivedAt }: Received, body: Uint8Array, status: number): JournalEntry {
  const { type, kind, taskId, event } = outcome
  return { receivedAt, kind, metadata: event?.metadata ?? {}, body, type, taskId, outcome: outcome.status, status }
}
