import { isObject, readEnvelope, type Envelope } from '../events/envelope.js'
import { UNDELIVERED } from '../events/states.js'
import { toEvent } from '../events/to-event.js'
import type { Kind, SunoEvent } from '../events/types.js'

/** What a record says. `event`: the body is to be handled, and will be this event. */
export type RecordReading =
  { readonly state: 'event'; readonly body: object; readonly isLast: boolean } | { readonly state: 'running' }

/**
 * Reads a record without handling it: most records say that the task still runs. No `unknown` event ever comes of one: its key is a hash
 * of the body, and a record changes with time.
 *
 * @param ageMs since the task was submitted
 */
export function readRecord(body: object, kind: Kind, ageMs: number): RecordReading {
  const envelope = readEnvelope(body)
  const event = read(envelope, kind)
  const settled = isUndelivered(envelope) ? readUndelivered(body, kind, ageMs) : null
  if (settled !== null) return settled
  if (event.type === 'unknown') return RUNNING
  // A result may be stored a moment after its state: what is empty is believed later, and only where the record says that it is over.
  const isDoubtful = event.type === 'error' && event.reason === 'empty'
  if (isDoubtful && (ageMs < SETTLED_MS || envelope.states.length === 0)) return RUNNING
  return { state: 'event', body, isLast: isLast(event) }
}

/** Whether no other event of the task comes after it. */
export function isLast({ stage }: SunoEvent): boolean {
  return stage === 'complete' || stage === 'ready' || stage === 'error'
}

const RUNNING: RecordReading = { state: 'running' }

/** Longer than any task takes. */
const SETTLED_MS = 10 * 60_000

/**
 * `CALLBACK_EXCEPTION` hides how far the task is. Where there is no public address it is the state of every task from its first callback
 * on. What has a result is over: the kinds that have but one stage at once, music when it is old enough for a second track to have come.
 * The body then says so, in the words of a callback; its own state stays.
 */
function readUndelivered(body: object, kind: Kind, ageMs: number): RecordReading | null {
  if (kind === 'music' && ageMs < SETTLED_MS) return null
  const settled = withStage(body)
  const event = read(readEnvelope(settled), kind)
  if (event.type === 'unknown' || event.type === 'error') return null
  if (event.type === 'music:complete' && !event.tracks.every(hasFile)) return null
  return { state: 'event', body: settled, isLast: true }
}

function withStage(body: object): object {
  return isObject(body) && isObject(body.data)
    ? { ...body, data: { ...body.data, callbackType: 'complete' } }
    : { ...body, callbackType: 'complete' }
}

function hasFile({ audioUrl, sourceAudioUrl }: { audioUrl: string | null; sourceAudioUrl: string | null }): boolean {
  return (audioUrl ?? sourceAudioUrl) !== null
}

function isUndelivered({ states, stage }: Envelope): boolean {
  return stage === null && states.includes(UNDELIVERED)
}

function read(envelope: Envelope, kind: Kind): SunoEvent {
  return toEvent(envelope, { kind, metadata: {}, receivedAt: new Date(), source: 'record' }, undefined)
}

/** The address for callbacks that the record shows: at the root of its data, or among the parameters of the submission. */
export function callbackUrlIn(body: object): string | null {
  const { data } = body as { data?: unknown }
  const { callbackUrl, callBackUrl, param } = (data ?? {}) as Readonly<Record<string, unknown>>
  const { callBackUrl: submitted } = parameters(param)
  const url = [callbackUrl, callBackUrl, submitted].find((one) => typeof one === 'string' && one !== '')
  return (url as string | undefined) ?? null
}

function parameters(param: unknown): { callBackUrl?: unknown } {
  try {
    return typeof param === 'string' ? ((JSON.parse(param) ?? {}) as object) : {}
  } catch {
    return {}
  }
}
