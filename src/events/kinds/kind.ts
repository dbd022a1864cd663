import type { ZodMiniObject, ZodMiniType } from 'zod/mini'
import type { Envelope } from '../envelope.js'
import type { BaseEvent, EventMap, EventType } from '../types.js'

/** One kind of callback: how it is recognised without a path, and how its result is read. */
export interface KindDefinition<Schemas extends CallbackSchemas = CallbackSchemas> {
  /** The documented callbacks. Built by each call, for few ever need them: ask `schemasOf`. */
  schemas(): Schemas
  /** The events of the kind, beside `error` and `unknown`. */
  readonly events: readonly EventType[]
  /** Whether its callbacks have no word for how far the task is: code 200 says then that it is over. */
  readonly isSilent: boolean
  /** Whether the body can only be of this kind. Asked when neither signature nor path names one. */
  recognise(envelope: Envelope): boolean
  /** Reads the result, wherever it stands, also of a body that says failed: `toEvent` decides then. Never throws. */
  read(envelope: Envelope, receivedAt: Date): Reading
}

/**
 * What a kind found: the event's own fields; `failed` when the parts of the result all say so themselves; null when there
 * is no result, or none that could be read.
 */
export type Reading = Found[keyof Found] | { readonly failed: true; readonly message: string | null } | null

/** The fields that a kind adds to what every event has, by event type. */
type Found = {
  [Type in Exclude<EventType, 'error' | 'unknown'>]: Pick<EventMap[Type], 'type' | 'kind' | 'stage'> &
    Omit<EventMap[Type], keyof BaseEvent>
}

/** The documented callbacks of a kind: that of each event, and that of a failure. */
export type CallbackSchemas = Readonly<Partial<Record<Exclude<EventType, 'unknown'>, CallbackSchema>>>

/** A body as the provider's page has it. */
export type CallbackSchema = ZodMiniObject<{ code: ZodMiniType; msg: ZodMiniType; data: ZodMiniType }>
