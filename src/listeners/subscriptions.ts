import { ConfigurationError, DeliveryError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import type { EventType } from '../events/types.js'
import { EVENT_TYPES } from '../events/kinds/index.js'
import { IGNORED, unavailable, type Result } from '../outcome/result.js'
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
  /** The listeners of each type that was asked for, until the next change. */
  readonly #byType = new Map<EventType, readonly Subscription[]>()

  add(subscription: Subscription): void {
    this.#list([...this.#listed, subscription])
  }

  /** Every subscription of that listener to that name, a `once` at work included. */
  remove(name: EventType | '*', listener: Listener<never>): void {
    const isMeant = (one: Subscription) => one.name === name && one.listener === listener
    for (const one of this.#taken) if (isMeant(one)) this.#taken.delete(one)
    this.#list(this.#listed.filter((one) => !isMeant(one)))
  }

  /** True while there is no listener at all. */
  get isEmpty(): boolean {
    return this.#listed.length + this.#taken.size === 0
  }

  /**
   * Whether `once` listeners of an event of this type are at work on another one; whether they are still there afterwards depends on how that
   * goes.
   */
  isBusy(type: EventType): boolean {
    for (const { name } of this.#taken) if (name === type || name === '*') return true
    return false
  }

  /** The listeners of an event of this type. */
  of(type: EventType): readonly Subscription[] {
    const known = this.#byType.get(type)
    if (known !== undefined) return known
    const found = this.#listed.filter(({ name }) => name === type || name === '*')
    this.#byType.set(type, found)
    return found
  }

  /** The same, for a run: `once` listeners are taken off. */
  take(type: EventType): readonly Subscription[] {
    const found = this.of(type)
    if (!found.some(({ once }) => once)) return found
    for (const one of found) if (one.once) this.#taken.add(one)
    this.#list(this.#listed.filter((one) => !this.#taken.has(one)))
    return found
  }

  /** After the run: what was taken is forgotten when it succeeded, and put back when it failed, unless it was removed meanwhile. */
  settle(taken: readonly Subscription[], succeeded: boolean): void {
    if (this.#taken.size === 0) return
    const mine = taken.filter((one) => this.#taken.delete(one))
    if (!succeeded && mine.length > 0) this.#list([...mine, ...this.#listed])
  }

  /** `once` listeners that have succeeded after they were put back: they are not to run once more. */
  drop(succeeded: readonly Subscription[]): void {
    for (const one of succeeded) this.#taken.delete(one)
    this.#list(this.#listed.filter((one) => !(one.once && succeeded.includes(one))))
  }

  #list(listed: readonly Subscription[]): void {
    this.#listed = listed
    this.#byType.clear()
  }
}

/** What becomes of an event that no listener is there for now. */
export function whyNobody(type: EventType, subscriptions: Subscriptions): Result {
  if (subscriptions.isEmpty) return unavailable(noListener())
  return subscriptions.isBusy(type) ? unavailable(listenerBusy(type)) : IGNORED
}

/** The app is still starting: there is no listener at all. */
export function noListener(): DeliveryError {
  return new DeliveryError(
    'NO_LISTENER',
    'No listener is subscribed yet: deliveries are answered 503, and jobs are tried again. Subscribe with on(…) before the server listens, or the worker starts.',
  )
}

/** Why an event has to wait whose only listeners are `once` listeners at work. */
function listenerBusy(type: EventType): DeliveryError {
  return new DeliveryError(
    'LISTENER_BUSY',
    `The only listener of ${type} was subscribed with once() and is at work on another delivery; should that fail, it gets this one. Use on(…) to receive every event.`,
  )
}

/** @throws ConfigurationError `EVENT_UNKNOWN`, `LISTENER_INVALID` */
export function checkSubscription(name: unknown, listener: unknown): void {
  if (!NAMES.includes(name as SubscriptionName)) {
    throw new ConfigurationError('EVENT_UNKNOWN', noSuchName({ what: 'event', name, names: NAMES }))
  }
  if (typeof listener !== 'function') {
    throw new ConfigurationError(
      'LISTENER_INVALID',
      `The listener of ${JSON.stringify(name)} must be a function: on(${JSON.stringify(name)}, async (event) => { … }).`,
    )
  }
}

const NAMES: readonly SubscriptionName[] = [...EVENT_TYPES, '*', 'outcome']
