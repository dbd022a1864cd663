import { DeliveryError } from '../errors/errors.js'
import type { Work } from '../listeners/call-listeners.js'
import type { Handoff } from './handoff.js'
import { toStoredDelivery } from './stored-delivery.js'

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
