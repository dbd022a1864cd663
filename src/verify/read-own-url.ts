import type { Kind, Metadata } from '../events/types.js'
import { PROBE, readSignedCallback, type SigningKeys } from './signed-url.js'

/**
 * What a signed callback URL of ours says, whenever it was made: it comes from whom the caller trusts, so its expiry, which limits what
 * strangers can do with it, is not asked. Null for any other text.
 */
export function readOwnUrl(url: string, keys: SigningKeys | null): { kind: Kind; metadata: Metadata } | null {
  if (keys === null || !URL.canParse(url)) return null
  const callback = readSignedCallback(new URL(url).search.slice(1), keys, NEVER_EXPIRED_MS)
  if (callback instanceof Error) return null
  const { kind, metadata } = callback
  return kind === PROBE ? null : { kind, metadata }
}

const NEVER_EXPIRED_MS = 0
