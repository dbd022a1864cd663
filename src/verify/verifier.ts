import type { Kind } from '../events/types.js'

/** What a verifier may look at. */
export interface VerificationRequest {
  /** With lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly query: URLSearchParams
  /** From the signature, the path or the adapter's option. */
  readonly kind: Kind | null
  /** The id that the event will carry. */
  readonly taskId: string | null
  /** The body's bytes; null when a body parser of the app ran first. */
  readonly rawBody: Uint8Array | null
}

/**
 * Decides whether a delivery is genuine. Only `true` lets it pass; anything else is answered 401. A verifier that throws or rejects
 * could not decide: 503, and the provider tries again.
 */
export type Verifier = (request: VerificationRequest) => boolean | Promise<boolean>
