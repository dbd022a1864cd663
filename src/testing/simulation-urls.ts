import { ConfigurationError } from '../errors/errors.js'
import type { SimulatedProviderOptions } from './simulated-provider-options.js'

/** Where callbacks go: known, or asked for each task. */
export type SimulationUrls = NonNullable<SimulatedProviderOptions['urls']>

/**
 * A list is read now, a function when a run asks it.
 *
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function readUrls(urls: unknown): SimulationUrls {
  if (urls === undefined) return missingUrls
  if (typeof urls === 'function') return urls as SimulationUrls
  return readAddresses(urls).map((url) => url.href)
}

/**
 * At least one address.
 *
 * @throws ConfigurationError `OPTION_INVALID`
 */
export function readAddresses(urls: unknown): readonly URL[] {
  const list: readonly unknown[] = Array.isArray(urls) ? urls : [urls]
  if (list.length === 0) throw invalid('urls must have at least one address.')
  return list.map(readAddress)
}

/** An address to send to. The message never shows it: it may be signed. */
function readAddress(text: unknown): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw invalid('urls must be absolute http(s) addresses, such as "http://127.0.0.1:3000/suno/music".')
  }
  return url
}

function missingUrls(): never {
  throw invalid('simulatedProvider(options).run(): urls are missing: where the callbacks go.')
}

function invalid(message: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', message)
}
