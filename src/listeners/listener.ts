import type { EventMap, EventType, SunoEvent } from '../events/types.js'
import type { Outcome } from '../outcome/outcome.js'

/** What a listener gets beside the event. */
export interface ListenerContext {
  /**
   * Aborts when another attempt may take over: the lease was lost, `maxRunMs` has passed, or the grace of `close()` is over.
   * Never at the deadline: a listener that is only slow is left to finish.
   */
  readonly signal: AbortSignal
}

/** Gets an event. What it returns is awaited; what it throws fails the delivery, and the provider's retry runs it again. */
export type Listener<E extends SunoEvent = SunoEvent> = (event: E, context: ListenerContext) => unknown

/** Sees what became of each delivery. Not awaited, and cannot change the answer. */
export type OutcomeListener = (outcome: Outcome) => unknown

/** What can be subscribed to: an event, `*` for every event, `outcome` for what became of each delivery. */
export type SubscriptionName = EventType | '*' | 'outcome'

/** The listener that fits a name; of several names, one that takes the event of each. */
export type ListenerOf<Name extends SubscriptionName> = [Name] extends ['outcome']
  ? OutcomeListener
  : Listener<EventOf<Name>>

/** What a name stands for. */
type EventOf<Name extends SubscriptionName> = Name extends EventType
  ? EventMap[Name]
  : Name extends '*'
    ? SunoEvent
    : never
