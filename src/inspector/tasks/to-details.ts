import type { SunoEvent } from '../../events/types.js'
import { toSafeJson, type Redact } from '../redact.js'
import type { Copies, DeliveryDetails, ErrorText, JsonText, TaskDetails } from '../wire.js'
import { toCopies } from './copies.js'
import type { KeptDelivery } from './kept-delivery.js'
import type { BookTask } from './book-task.js'
import { MEANINGS } from './meaning.js'
import { toMedia, type ResultEvent } from './to-media.js'
import { toRow } from './to-row.js'

export interface DetailsContext {
  readonly redact: Redact
  readonly hasArchive: boolean
}

/** A task as the page shows it when its row is opened. */
export function toDetails(task: BookTask, { redact, hasArchive }: DetailsContext): TaskDetails {
  const { deliveries, failure, record, files } = task
  const furthest = furthestOf(deliveries)
  const details = {
    row: toRow(task, redact),
    deliveries: deliveries.map((delivery) => toDelivery(delivery, redact)).reverse(),
    media: furthest === null ? null : toMedia(furthest),
    failure,
    record,
    files: hasArchive ? [...files.values()] : null,
  }
  // Titles, lyrics and messages are the provider's: what passed the deliveries passes once more.
  return JSON.parse(String(toSafeJson(details, redact, 0))) as TaskDetails
}

/** The newest of the last stage that came with a result. */
function furthestOf(deliveries: readonly KeptDelivery[]): ResultEvent | null {
  const events = deliveries.flatMap(({ event }) => (event === null ? [] : [event]))
  const isOf = (stages: readonly ResultEvent['stage'][]) =>
    events.findLast((event): event is ResultEvent => stages.some((stage) => stage === event.stage))
  return isOf(['complete', 'ready']) ?? isOf(['first']) ?? isOf(['text']) ?? null
}

function toDelivery(delivery: KeptDelivery, redact: Redact): DeliveryDetails {
  const { id, at, source, type, kind, key, outcome, httpStatus, durationMs, listeners, error, metadata, event } =
    delivery
  const body = event === null ? null : toJsonText(event.raw, redact)
  return {
    ...{ id, at, source, type, kind, key, outcome, httpStatus, durationMs, metadata, body },
    meaning: MEANINGS[outcome],
    listeners: listeners.map((one) => ({ ...one, error: one.error === null ? null : toSafeError(one.error, redact) })),
    error: error === null ? null : toSafeError(error, redact),
    issues: event?.type === 'unknown' ? event.issues : [],
    event: event === null ? null : toJsonText({ ...event, raw: undefined }, redact),
    copies: event === null || body?.isCut !== false ? null : copiesOf(delivery, event, redact),
    canReplay: event !== null,
  }
}

function toSafeError({ name, code, message, stack }: ErrorText, redact: Redact): ErrorText {
  return { name, code, message: redact(message), stack: stack === null ? null : redact(stack) }
}

function copiesOf({ kind, metadata }: KeptDelivery, { type, raw }: SunoEvent, redact: Redact): Copies {
  return toCopies({ type, kind, metadata, body: String(toSafeJson(raw, redact, 0)) })
}

function toJsonText(value: unknown, redact: Redact): JsonText | null {
  const text = toSafeJson(value, redact)
  if (text === undefined) return null
  const bytes = Buffer.byteLength(String(toSafeJson(value, redact, 0)))
  return { text: text.slice(0, LONGEST_TEXT), bytes, isCut: text.length > LONGEST_TEXT }
}

const LONGEST_TEXT = 65_536
