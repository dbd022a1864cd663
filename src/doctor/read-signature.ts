import type { DeliveryError } from '../errors/errors.js'
import { readSignedCallback, toSigningKeys, type SignedCallback } from '../verify/signed-url.js'

/** What the signature of a URL says, or what is wrong with it; null where there is no secret to check it with. */
export function readSignature(url: URL, [first, ...rest]: readonly string[]): SignedCallback | DeliveryError | null {
  if (first === undefined) return null
  return readSignedCallback(url.search.slice(1), toSigningKeys([first, ...rest]), Date.now())
}
