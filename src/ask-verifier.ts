import { lowerCased, type Delivery } from './delivery.js'
import { DeliveryError } from './errors.js'
import type { Kind } from './events.js'
import type { Verdict } from './outcome.js'
import { TIMED_OUT, within, type Budget } from './time.js'
import { NOT_VERIFIED, rejected, unavailable } from './verdict.js'
import type { Verifier } from './verify/verifier.js'

/** A delivery whose body is read, and what it says so far. */
interface ReadDelivery {
  readonly delivery: Delivery
  readonly kind: Kind | null
  readonly taskId: string | null
  /** Null when a parser of the app's ran first. */
  readonly bytes: Uint8Array | null
}

/** The user's verifier, which may need what the body says. Null when it passed. Never rejects. */
export async function askVerifier(
  verify: Verifier,
  { delivery, kind, taskId, bytes }: ReadDelivery,
  budget: Budget,
): Promise<Verdict | null> {
  const seen = { kind, taskId }
  const query = new URLSearchParams(delivery.query)
  try {
    const request = { headers: lowerCased(delivery.headers), query, kind, taskId, rawBody: bytes }
    const answer = await within(Promise.resolve(verify(request)), budget.leftMs)
    if (answer === true) return null
    if (answer !== TIMED_OUT) return rejected('unauthorized', NOT_VERIFIED, seen)
    return unavailable(new DeliveryError('VERIFIER_FAILED', 'The verifier did not answer in time.'), seen)
  } catch (cause) {
    return unavailable(new DeliveryError('VERIFIER_FAILED', 'The verifier failed.', { cause }), seen)
  }
}
