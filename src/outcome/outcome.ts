import type { EventType, Kind, Source, SunoEvent } from '../events/types.js'
import { NO_LISTENERS, type ListenerReport } from './listener-report.js'
import type { Arrival, ProbeResult, Result } from './result.js'

/** What became of a delivery, or of a body that was given to `handle`. The HTTP answer, the logs and the metrics all derive from it. */
export type Outcome = OutcomeDetails & ((ResultOfEvent & EventDetails) | (ResultOfDelivery & DeliveryDetails))

/** The results that only an event can have. */
type ResultOfEvent = Extract<
  Result,
  { status: 'handled' | 'handed-off' | 'duplicate' | 'stale' | 'ignored' | 'in-flight' | 'deadline' }
>

/** The results that a delivery can have before there is an event. */
type ResultOfDelivery = Extract<Result, { status: 'rejected' | 'failed' | 'unavailable' }>

interface OutcomeDetails {
  /** How the body came: in a callback, in a record that was asked for, or played again. */
  readonly source: Source
  /** From the request's head to the answer, in milliseconds. */
  readonly durationMs: number
  /** How each listener did; empty where none was called. A repeat that was absorbed called none. */
  readonly listeners: readonly ListenerReport[]
}

/** What is known once the body was read. */
interface EventDetails {
  readonly type: EventType
  readonly kind: Kind | null
  readonly taskId: string | null
  readonly key: string
  /** What the listeners got. It has the body: do not log it whole. */
  readonly event: SunoEvent
}

/** What is known of a delivery that may have been turned away earlier: null where it had not come to that. */
interface DeliveryDetails {
  readonly type: EventType | null
  readonly kind: Kind | null
  readonly taskId: string | null
  readonly key: string | null
  readonly event: SunoEvent | null
}

/**
 * Of a probe of the doctor that was taken: `receive` alone resolves with it, and nobody who listens for outcomes is told. One that is turned
 * away, for its size for example, is `rejected` like any other request.
 */
export type ProbeOutcome = OutcomeDetails & ProbeResult & { readonly [Name in keyof DeliveryDetails]: null }

/** What a delivery is about, before its body was read to the end. */
export interface PartialDetails {
  readonly kind?: Kind | null
  readonly taskId?: string | null
}

/** Frozen: an observer cannot change what the others and the answer see. */
export function outcomeOf(result: Result, event: SunoEvent, durationMs: number): Outcome {
  const { type, kind, taskId, key, source } = event
  const { status } = result
  // What comes often is written out: a spread in front of other fields costs Node 20 some 10 µs, half of a delivery.
  switch (status) {
    case 'handled': {
      const { leaseLost, listeners } = result
      return Object.freeze({ status, leaseLost, type, kind, taskId, key, event, source, durationMs, listeners })
    }
    case 'handed-off':
    case 'duplicate':
    case 'stale':
    case 'ignored': {
      const listeners = NO_LISTENERS
      return Object.freeze({ status, type, kind, taskId, key, event, source, durationMs, listeners }) as Outcome
    }
    case 'in-flight':
    case 'rejected':
    case 'failed':
    case 'deadline':
    case 'unavailable': {
      const listeners = listenersOf(result)
      return Object.freeze({ ...result, type, kind, taskId, key, event, source, durationMs, listeners })
    }
  }
}

/** The same where there is no event. */
export function outcomeWithoutEvent(
  result: Result,
  { kind = null, taskId = null }: PartialDetails,
  source: Source,
  durationMs: number,
): Outcome {
  const listeners = listenersOf(result)
  const details = { type: null, kind, taskId, key: null, event: null, source, durationMs, listeners } as const
  if (result.status !== 'rejected') return Object.freeze({ ...result, ...details }) as Outcome
  // Written out too: strangers can send many.
  const { status, reason, error } = result
  return Object.freeze({ status, reason, error, ...details })
}

export function probeOutcome(arrived: Arrival, durationMs: number): ProbeOutcome {
  const details = { type: null, kind: null, taskId: null, key: null, event: null, source: 'callback' } as const
  return Object.freeze({ status: 'probed', arrived, ...details, durationMs, listeners: NO_LISTENERS })
}

function listenersOf(result: Result): readonly ListenerReport[] {
  return ('listeners' in result ? result.listeners : undefined) ?? NO_LISTENERS
}
