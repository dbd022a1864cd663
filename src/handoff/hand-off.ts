import { DeliveryError } from '../errors/errors.js'
import type { SunoEvent } from '../events/types.js'
import type { Work } from '../listeners/call-listeners.js'
import { NO_LISTENERS } from '../outcome/listener-report.js'
import { HANDED_OFF, unavailable, type Result } from '../outcome/result.js'
import type { Handoff } from './handoff.js'
import { toStoredDelivery } from './stored-delivery.js'

/** The engine stores the delivery; no listener runs. */
export function handOff(handoff: Handoff): Work {
  return (event) => ({ result: store(event, handoff), listeners: NO_LISTENERS })
}

async function store(event: SunoEvent, handoff: Handoff): Promise<Result> {
  try {
    await handoff.accept(toStoredDelivery(event))
    return HANDED_OFF
  } catch (cause) {
    const message = 'The handoff could not store a delivery; the provider will try again.'
    return unavailable(new DeliveryError('HANDOFF_FAILED', message, { cause }))
  }
}
