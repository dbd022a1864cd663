import { createHash } from 'node:crypto'
import type { SunoEvent } from '../events/types.js'
import { callDestination, NO_ANSWER } from './call-destination.js'
import type { StoredFile } from './destination.js'
import type { LookUpContext } from './look-up.js'
import { withTimeLimits } from './time-limits.js'

interface StoreContext extends LookUpContext {
  readonly event: SunoEvent
}

/**
 * Stores what is made here: lyrics, notes, the manifest.
 *
 * @throws FileFault `DISK_FULL`, `DESTINATION_FAILED`, `TOO_SLOW`; the reason of `signal`
 */
export async function storeBytes(
  key: string,
  bytes: Uint8Array,
  contentType: string,
  { event, settings, signal }: StoreContext,
): Promise<StoredFile> {
  const info = { taskId: String(event.taskId), contentType, bytes: bytes.byteLength }
  await withTimeLimits(settings, signal, NO_ANSWER, (limits) =>
    limits.forPut(callDestination(() => settings.to.put(key, once(bytes, limits.signal), info))),
  )
  return { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Not to their end when the time is over: by then a later try may have stored something newer. */
async function* once(bytes: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
  signal.throwIfAborted()
}
