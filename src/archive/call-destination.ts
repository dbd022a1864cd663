import { FileFault } from './file-fault.js'

/**
 * Calls a destination, whose errors become faults: one of our own that has come through it stays what it is.
 *
 * @throws FileFault `DISK_FULL`, `DESTINATION_FAILED`, or what the bytes ended in
 */
export async function callDestination<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw toFault(error)
  }
}

/** What is said of one that takes too long. */
export const NO_ANSWER = 'The destination did not answer'

function toFault(error: unknown): FileFault {
  if (error instanceof FileFault) return error
  const { code } = (error ?? {}) as { readonly code?: unknown }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message = 'The disk is full: make room, and the next try stores what is missing.'
    return new FileFault('DISK_FULL', message, { cause: error })
  }
  const said = typeof code === 'string' ? ` (${code})` : ''
  return new FileFault('DESTINATION_FAILED', `The destination could not store the file${said}.`, { cause: error })
}
