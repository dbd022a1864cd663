import { DeliveryError } from './errors.js'
import type { SunoEvent } from './events.js'
import type { Handoff } from './handoff/handoff.js'
import { toStoredDelivery } from './handoff/stored-delivery.js'
import { toLogFields } from './log-fields.js'
import type { Logger } from './logger.js'
import type { Listener, ListenerContext, Subscription, Subscriptions } from './subscriptions.js'

/** What is done with an event while its key is held. Never rejects. */
export type Work = (event: SunoEvent, context: ListenerContext) => Promise<WorkResult>

export type WorkResult =
  | { readonly status: 'handled' }
  | { readonly status: 'handed-off' }
  | { readonly status: 'ignored' }
  | { readonly status: 'failed'; readonly error: AggregateError }
  | { readonly status: 'unavailable'; readonly error: DeliveryError }

/** Every listener runs, whatever becomes of the others; their errors come back as one. */
export function runListeners(subscriptions: Subscriptions, logger: Logger): Work {
  return async (event, context) => {
    const listeners = subscriptions.take(event.type)
    // The last one may have been a `once` that another event has taken since this one was let in.
    if (listeners.length === 0) return { status: 'ignored' }
    const results = await Promise.allSettled(listeners.map((one) => call(one, event, context, logger)))
    const errors = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []))
    subscriptions.settle(listeners, errors.length === 0)
    if (errors.length === 0) return { status: 'handled' }
    const message = `${String(errors.length)} of ${String(listeners.length)} listeners of ${event.type} failed`
    return { status: 'failed', error: new AggregateError(errors, message) }
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

async function call({ listener }: Subscription, event: SunoEvent, context: ListenerContext, logger: Logger) {
  try {
    return await (listener as Listener)(event, context)
  } catch (error) {
    const fields = { ...toLogFields(event), listener: listener.name === '' ? '(anonymous)' : listener.name, error }
    logger.error('A listener failed; the event will be tried again.', fields)
    throw error
  }
}
