import { DeliveryError } from './errors.js'
import type { SunoEvent } from './events.js'
import type { Handoff } from './handoff/handoff.js'
import { toStoredDelivery } from './handoff/stored-delivery.js'
import { toLogFields } from './log-fields.js'
import type { Logger } from './logger.js'
import type { Listener, ListenerContext, Subscription, Subscriptions } from './subscriptions.js'
import { allOf, isPromise, type Awaitable } from './time.js'

/** What is done with an event while its key is held. Never rejects. */
export type Work = (event: SunoEvent, context: ListenerContext) => Awaitable<WorkResult>

export type WorkResult =
  | { readonly status: 'handled' }
  | { readonly status: 'handed-off' }
  | { readonly status: 'ignored' }
  | { readonly status: 'failed'; readonly error: AggregateError }
  | { readonly status: 'unavailable'; readonly error: DeliveryError }

/** Every listener runs, whatever becomes of the others; their errors come back as one. */
export function runListeners(subscriptions: Subscriptions, logger: Logger): Work {
  return (event, context) => {
    const listeners = subscriptions.take(event.type)
    // The last one may have been a `once` that another event has taken since this one was let in.
    if (listeners.length === 0) return { status: 'ignored' }
    const calls = listeners.map((one) => call(one, event, context, logger))
    const conclude = (results: readonly CallResult[]): WorkResult => {
      const failures = results.filter((result) => result !== DONE)
      subscriptions.settle(listeners, failures.length === 0)
      if (failures.length === 0) return { status: 'handled' }
      const message = `${String(failures.length)} of ${String(listeners.length)} listeners of ${event.type} failed`
      const errors = failures.map(({ error }) => error)
      return { status: 'failed', error: new AggregateError(errors, message) }
    }
    const results = allOf(calls)
    return isPromise(results) ? results.then(conclude) : conclude(results)
  }
}

/** The engine stores the delivery. */
export function handOff(handoff: Handoff): Work {
  return async (event) => {
    try {
      await handoff.accept(toStoredDelivery(event))
      return { status: 'handed-off' }
    } catch (cause) {
      const message = 'The handoff could not store a delivery; the provider will try again.'
      return { status: 'unavailable', error: new DeliveryError('HANDOFF_FAILED', message, { cause }) }
    }
  }
}

type CallResult = typeof DONE | { readonly error: unknown }

const DONE = Symbol('done')

function call(
  { listener }: Subscription,
  event: SunoEvent,
  context: ListenerContext,
  logger: Logger,
): Awaitable<CallResult> {
  const failed = (error: unknown): CallResult => {
    const fields = { ...toLogFields(event), listener: listener.name === '' ? '(anonymous)' : listener.name, error }
    logger.error('A listener failed; the event will be tried again.', fields)
    return { error }
  }
  try {
    const result = (listener as Listener)(event, context)
    return isPromise(result) ? Promise.resolve(result).then(() => DONE, failed) : DONE
  } catch (error) {
    return failed(error)
  }
}
