import type { RequestListener } from 'node:http'
import { answer, nodeReceiver } from './node-http.js'
import type { HandleEvent } from './receiver.js'
import { readSignedUrl } from './signed-url.js'

/**
 * The receiver by hand on node:http, with signed URLs.
 *
 * Does: what `node-http.ts` does, and before it reads the body it checks the HMAC of the URL (`signed-url.ts`), which gives the event the
 * caller's own id; 401 for any other. Does not: what those two do not.
 */
export function signedNodeReceiver(handle: HandleEvent, secret: string): RequestListener {
  const receive = nodeReceiver(handle)
  return (request, response) => {
    const orderId = readSignedUrl(request.url ?? '', secret)
    if (orderId === null) answer(response, 401)
    else receive(request, response, orderId)
  }
}
