import { createHash } from 'node:crypto'
import type { SunoEvent } from '../events/types.js'
import type { ArchiverSettings } from './archiver-options.js'
import type { StoredFile } from './destination.js'
import { FileFault } from './file-fault.js'

interface StoreContext {
  readonly event: SunoEvent
  readonly settings: Pick<ArchiverSettings, 'to'>
}

/**
 * Stores what is made here: lyrics, notes, the manifest.
 *
 * @throws FileFault `DISK_FULL`, `DESTINATION_FAILED`
 */
export async function storeBytes(
  key: string,
  bytes: Uint8Array,
  contentType: string,
  { event, settings }: StoreContext,
): Promise<StoredFile> {
  try {
    await settings.to.put(key, once(bytes), { taskId: String(event.taskId), contentType, bytes: bytes.byteLength })
  } catch (error) {
    throw toDestinationFault(error)
  }
  return { bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes)
}

/** An error of a destination; one of our own that has come through it stays what it is. */
export function toDestinationFault(error: unknown): FileFault {
  if (error instanceof FileFault) return error
  const { code } = (error ?? {}) as { readonly code?: unknown }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message = 'The disk is full: make room, and the next try stores what is missing.'
    return new FileFault('DISK_FULL', message, { cause: error })
  }
  const said = typeof code === 'string' ? ` (${code})` : ''
  return new FileFault('DESTINATION_FAILED', `The destination could not store the file${said}.`, { cause: error })
}
