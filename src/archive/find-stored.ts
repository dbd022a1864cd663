import type { StoredFile } from './destination.js'
import { lookUp, type LookUpContext } from './look-up.js'
import type { Place } from './plan-keys.js'

/** A file that is at its place. */
export interface KeptFile extends StoredFile {
  readonly key: string
  readonly contentType: string
}

/**
 * Looks for a file at all its places, because its format is not known before it has come; null when it is at none.
 *
 * @throws FileFault `DESTINATION_FAILED`, `TOO_SLOW`; the reason of `signal`
 */
export async function findStored(places: readonly Place[], context: LookUpContext): Promise<KeptFile | null> {
  for (const { key, format } of places) {
    const stored = await lookUp(key, context)
    if (stored !== null) return { key, ...stored, contentType: format.contentType }
  }
  return null
}
