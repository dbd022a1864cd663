import { createHash } from 'node:crypto'
import type { DeliveryError } from '../errors/errors.js'
import { probeOutcome, type ProbeOutcome } from '../outcome/outcome.js'
import type { ReadBody } from './read-body.js'

/**
 * What a probe is told: that it reached a receiver with the secret, what of its body arrived, and whether a callback would be taken now.
 * No event comes of it, so that no store, listener or observer sees one.
 *
 * @param notNow why a callback would be answered 503
 */
export function answerProbe({ bytes }: ReadBody, notNow: DeliveryError | null, durationMs: number): ProbeOutcome {
  return probeOutcome(
    {
      bytes: bytes?.byteLength ?? null,
      sha256: bytes === null ? null : createHash('sha256').update(bytes).digest('hex'),
      parsed: bytes === null,
      accepts: notNow === null,
      ...(notNow !== null && { because: notNow.code }),
    },
    durationMs,
  )
}
