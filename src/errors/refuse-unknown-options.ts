import { ConfigurationError } from './errors.js'
import { noSuchName } from './no-such-name.js'

/**
 * A misspelt option would be silently without effect.
 *
 * @param call begins the message, as users write it
 * @param toHint what may have been meant by names of which none is near
 * @throws ConfigurationError `OPTION_UNKNOWN`
 */
export function refuseUnknownOptions(
  options: object,
  names: readonly string[],
  call?: string,
  toHint?: (unknown: readonly string[]) => string,
): void {
  const unknown = Object.keys(options).filter((name) => !names.includes(name))
  if (unknown.length === 0) return
  const [name] = unknown
  throw new ConfigurationError(
    'OPTION_UNKNOWN',
    noSuchName({ what: 'option', name, names, call, hint: toHint?.(unknown) }),
  )
}
