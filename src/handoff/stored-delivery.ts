import { readEnvelope } from '../events/envelope.js'
import { DeliveryError } from '../errors/errors.js'
import type { SunoEvent } from '../events/types.js'
import { isKind } from '../events/kinds/index.js'
import { isSource } from '../events/source.js'
import { toEvent } from '../events/to-event.js'
import { isMetadata } from '../events/metadata.js'
import type { StoredDelivery } from './handoff.js'

/** Event → what an engine stores. */
export function toStoredDelivery({ key, kind, metadata, receivedAt, source, raw }: SunoEvent): StoredDelivery {
  return { key, kind, metadata, receivedAt: receivedAt.toISOString(), source, raw }
}

/**
 * What an engine stored → the same event, under the same key whatever the name of this instance.
 *
 * @throws DeliveryError `STORED_INVALID`
 */
export function toStoredEvent(stored: StoredDelivery): SunoEvent {
  const { key, kind, metadata, receivedAt, source, raw } = readStored(stored)
  const origin = { kind, metadata, receivedAt: new Date(receivedAt), source }
  return Object.freeze({ ...toEvent(readEnvelope(raw), origin, undefined), key })
}

function readStored(stored: unknown): StoredDelivery {
  const { key, kind, metadata, receivedAt, source = 'callback', raw } = (stored ?? {}) as Record<string, unknown>
  const isGood = typeof key === 'string' && key !== '' && isTime(receivedAt) && isSource(source)
  if (isGood && (kind === null || isKind(kind)) && isMetadata(metadata) && raw !== undefined) {
    return { key, kind, metadata: Object.freeze({ ...metadata }), receivedAt, source, raw }
  }
  throw new DeliveryError(
    'STORED_INVALID',
    'run(stored) needs what accept(stored) of the handoff was given: { key, kind, metadata, receivedAt, source, raw }, unchanged.',
  )
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}
