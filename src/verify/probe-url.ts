import { readUrl } from './read-url.js'
import { PROBE, SIGNATURE_PARAMETER, signCallback, toSigningKeys } from './signed-url.js'

/**
 * The same address, signed as a probe: a receiver that has the secret answers what arrived of a POST to it, and does nothing else. It is
 * good for ten minutes, so that one that is found in a log later is worth nothing.
 *
 * @param secrets the first signs
 * @throws ConfigurationError `BASE_URL_INVALID`, `BASE_URL_INSECURE`
 */
export function probeUrl(url: string, secrets: readonly [string, ...string[]]): string {
  const address = readUrl(url, 'url')
  const expiry = Math.ceil((Date.now() + PROBE_LIFE_MS) / 1000)
  address.searchParams.set(
    SIGNATURE_PARAMETER,
    signCallback({ kind: PROBE, expiry, metadata: {} }, toSigningKeys(secrets)),
  )
  return address.href
}

/** How long a probe is good for. */
export const PROBE_LIFE_MS = 10 * 60 * 1000
