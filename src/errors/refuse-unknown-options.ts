import { ConfigurationError } from './errors.js'

/**
 * A misspelt option would be silently without effect.
 *
 * @param where begins the message, for functions that are called beside others
 * @throws ConfigurationError `OPTION_UNKNOWN`
 */
export function refuseUnknownOptions(options: object, names: readonly string[], where?: string): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown === undefined) return
  const there = where === undefined ? 'There' : `${where}: there`
  throw new ConfigurationError(
    'OPTION_UNKNOWN',
    `${there} is no option ${JSON.stringify(unknown)}. The options are: ${names.join(', ')}.`,
  )
}
