import type { Kind, Metadata, Source } from '../events/types.js'

/**
 * Gives deliveries to a queue engine instead of running listeners in this process. The receiver then answers 200 as soon as the
 * engine has stored the delivery; workers call `suno.run(stored)`.
 */
export interface Handoff {
  /** Resolves when the engine has stored it, and not before. Two calls with one key must store it once. Rejects otherwise: 503. */
  accept(stored: StoredDelivery): Promise<void>
}

/** A verified delivery as plain JSON: what an engine stores. Never headers, URL or signature. */
export interface StoredDelivery {
  /** What makes two deliveries the same event. */
  readonly key: string
  readonly kind: Kind | null
  readonly metadata: Metadata
  /** When the delivery arrived, ISO 8601. */
  readonly receivedAt: string
  /** How the body came. */
  readonly source: Source
  /** The provider's body, parsed. */
  readonly raw: unknown
}
