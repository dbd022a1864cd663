import { readEnvelope, type Envelope } from '../events/envelope.js'
import { isUndelivered } from '../events/progress.js'
import { toEvent } from '../events/to-event.js'
import type { Kind, SunoEvent } from '../events/types.js'
import { isObject } from '../events/values.js'

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
  const isOld = ageMs >= SETTLED_MS
  const whole = kind === 'music' && isOld && isUndelivered(envelope) ? readOldMusic(body) : null
  if (whole !== null) return whole
  const event = read(envelope, kind)
  if (event.type === 'unknown') return RUNNING
  // A result may be stored a moment after its state: what is empty is believed later, and only where the record says that it is over.
  const isDoubtful = event.type === 'error' && event.reason === 'empty'
  if (isDoubtful && (!isOld || envelope.states.length === 0)) return RUNNING
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
 * `CALLBACK_EXCEPTION` hides how far a song is: one track may be the first of two, or all there is, as of a replaced section. Where
 * there is no public address it is the state of every task from its first callback on. When the task is old enough for a second track to
 * have come, and every track has its file, that is all. The body then says so, in the words of a callback; its own state stays.
 */
function readOldMusic(body: object): RecordReading | null {
  const settled = withStage(body)
  const event = read(readEnvelope(settled), 'music')
  const isWhole = event.type === 'music:complete' && event.tracks.every(({ audioUrl }) => audioUrl !== null)
  return isWhole ? { state: 'event', body: settled, isLast: true } : null
}

function withStage(body: object): object {
  return isObject(body) && isObject(body.data)
    ? { ...body, data: { ...body.data, callbackType: 'complete' } }
    : { ...body, callbackType: 'complete' }
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
