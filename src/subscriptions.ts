import { ConfigurationError } from './errors.js'
import type { EventMap, EventType, SunoEvent } from './events.js'
import { EVENT_TYPES } from './kinds/index.js'
import type { Outcome } from './outcome.js'

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

/** One listener of events. */
export interface Subscription {
  readonly name: EventType | '*'
  readonly listener: Listener<never>
  readonly once: boolean
}

/**
 * The listeners of events, in the order of their subscription. An emitter's `once` forgets its listener before the listener has
 * succeeded; ours is taken for a run, and put back when that run fails.
 */
export class Subscriptions {
  #listed: readonly Subscription[] = []
  /** `once` listeners at work. */
  readonly #taken = new Set<Subscription>()
  /** Who hears what, until the next change. */
  readonly #heard = new Map<EventType, readonly Subscription[]>()

  add(subscription: Subscription): void {
    this.#list([...this.#listed, subscription])
  }

  /** Every subscription of that listener to that name, a `once` at work included. */
  remove(name: EventType | '*', listener: Listener<never>): void {
    const isMeant = (one: Subscription) => one.name === name && one.listener === listener
    for (const one of this.#taken) if (isMeant(one)) this.#taken.delete(one)
    this.#list(this.#listed.filter((one) => !isMeant(one)))
  }

  /** True while nobody listens for anything. */
  get isEmpty(): boolean {
    return this.#listed.length + this.#taken.size === 0
  }

  /** Those who listen for an event of this type. */
  of(type: EventType): readonly Subscription[] {
    const known = this.#heard.get(type)
    if (known !== undefined) return known
    const heard = this.#listed.filter(({ name }) => name === type || name === '*')
    this.#heard.set(type, heard)
    return heard
  }

  /** The same, for a run: `once` listeners are taken off. */
  take(type: EventType): readonly Subscription[] {
    const heard = this.of(type)
    if (!heard.some(({ once }) => once)) return heard
    for (const one of heard) if (one.once) this.#taken.add(one)
    this.#list(this.#listed.filter((one) => !this.#taken.has(one)))
    return heard
  }

  /** After the run: what was taken is forgotten when it succeeded, and put back when it failed, unless it was removed meanwhile. */
  settle(taken: readonly Subscription[], succeeded: boolean): void {
    if (this.#taken.size === 0) return
    const mine = taken.filter((one) => this.#taken.delete(one))
    if (!succeeded && mine.length > 0) this.#list([...mine, ...this.#listed])
  }

  #list(listed: readonly Subscription[]): void {
    this.#listed = listed
    this.#heard.clear()
  }
}

/** @throws ConfigurationError `EVENT_UNKNOWN`, `LISTENER_INVALID` */
export function checkSubscription(name: unknown, listener: unknown): void {
  if (!NAMES.includes(name as SubscriptionName)) {
    throw new ConfigurationError(
      'EVENT_UNKNOWN',
      `There is no event ${JSON.stringify(name)}. The events are: ${NAMES.join(', ')}.`,
    )
  }
  if (typeof listener !== 'function') {
    throw new ConfigurationError(
      'LISTENER_INVALID',
      `The listener of ${JSON.stringify(name)} must be a function: on(${JSON.stringify(name)}, async (event) => { … }).`,
    )
  }
}

const NAMES: readonly SubscriptionName[] = [...EVENT_TYPES, '*', 'outcome']
