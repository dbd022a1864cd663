import type { ArchiverSettings } from './archiver-options.js'
import { callDestination, NO_ANSWER } from './call-destination.js'
import type { StoredFile } from './destination.js'
import { withTimeLimits, type TimeLimitSettings } from './time-limits.js'

export interface LookUpContext {
  readonly settings: Pick<ArchiverSettings, 'to'> & TimeLimitSettings
  readonly signal: AbortSignal
}

/**
 * What the destination has under a key; null when nothing. A destination that never answers is given up, so that others get its slot.
 *
 * @throws FileFault `DESTINATION_FAILED`, `TOO_SLOW`; the reason of `signal`
 */
export function lookUp(key: string, { settings, signal }: LookUpContext): Promise<StoredFile | null> {
  return withTimeLimits(settings, signal, NO_ANSWER, (limits) =>
    limits.within(callDestination(() => settings.to.has(key))),
  )
}
