import { ConfigurationError } from '../errors/errors.js'
import type { EventType } from '../events/types.js'
import { EVENT_TYPES } from '../events/kinds/index.js'
import type { Listener, SubscriptionName } from './listener.js'

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
