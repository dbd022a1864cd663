/**
 * When the providers delete a file: 14 days after it was made. sunoapi.org keeps WAV files for 15, but a body does not say whose
 * it is, so the earlier date stands for both.
 */
export function expiryOf(receivedAt: Date): Date {
  return new Date(receivedAt.getTime() + LIFETIME_MS)
}

const LIFETIME_MS = 14 * 24 * 60 * 60 * 1000
