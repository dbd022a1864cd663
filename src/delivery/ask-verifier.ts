import { DeliveryError } from '../errors/errors.js'
import type { Kind } from '../events/types.js'
import { unavailable, type Result } from '../outcome/result.js'
import type { Verifier } from '../verify/verifier.js'
import { lowerCased, type Delivery } from './delivery.js'
import { NOT_VERIFIED } from './verdict.js'

/** A delivery whose body is read, and what it says so far. */
interface ReadDelivery {
  readonly delivery: Delivery
  readonly kind: Kind | null
  readonly taskId: string | null
  /** Null when a parser of the app ran first. */
  readonly bytes: Uint8Array | null
}

/** The user's verifier, which may need what the body says. Null when it passed. Never rejects, but may take any time. */
export async function askVerifier(
  verify: Verifier,
  { delivery, kind, taskId, bytes }: ReadDelivery,
): Promise<Result | null> {
  const query = new URLSearchParams(delivery.query)
  try {
    const request = { headers: lowerCased(delivery.headers), query, kind, taskId, rawBody: bytes }
    const answer: unknown = await verify(request)
    return answer === true ? null : NOT_VERIFIED
  } catch (cause) {
    return unavailable(new DeliveryError('VERIFIER_FAILED', 'The verifier failed.', { cause }))
  }
}
