import { DeliveryError } from '../errors/errors.js'
import type { Work } from '../listeners/call-listeners.js'
import { HANDED_OFF, unavailable } from '../outcome/result.js'
import type { Handoff } from './handoff.js'
import { toStoredDelivery } from './stored-delivery.js'

/** The engine stores the delivery. */
export function handOff(handoff: Handoff): Work {
  return async (event) => {
    try {
      await handoff.accept(toStoredDelivery(event))
      return HANDED_OFF
    } catch (cause) {
      const message = 'The handoff could not store a delivery; the provider will try again.'
      return unavailable(new DeliveryError('HANDOFF_FAILED', message, { cause }))
    }
  }
}
