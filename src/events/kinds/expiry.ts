import type { Envelope } from '../envelope.js'

/**
 * When the providers delete a file: 14 days after it was made. sunoapi.org keeps songs and WAV files for 15, but a body does not say
 * whose it is, so the earlier date stands for all. It counts from the time of completion, else of creation, that the body names; where it
 * names none, or one that is still to come, from `receivedAt`.
 *
 * @param createdAt when the files themselves say that they were made
 */
export function expiryOf(envelope: Envelope, receivedAt: Date, createdAt?: Date | null): Date {
  const madeAt = envelope.completedAt ?? createdAt ?? envelope.createdAt ?? receivedAt
  return new Date(Math.min(madeAt.getTime(), receivedAt.getTime()) + LIFETIME_MS)
}

const LIFETIME_MS = 14 * 24 * 60 * 60 * 1000
