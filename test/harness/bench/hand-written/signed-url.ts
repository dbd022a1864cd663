import { createHmac, timingSafeEqual } from 'node:crypto'

/** What a URL that is signed by hand carries. */
export interface SignedOrder {
  readonly orderId: string
  /** Unix seconds. */
  readonly expires: number
}

/** The query of a callback URL: the caller's own id and an expiry, under an HMAC-SHA256. */
export function signQuery({ orderId, expires }: SignedOrder, secret: string): string {
  const query = `order=${encodeURIComponent(orderId)}&expires=${String(expires)}`
  return `?${query}&signature=${macOf(query, secret).toString('base64url')}`
}

/**
 * The id that the URL carries, or null when it was not signed by us or has expired.
 *
 * Does: compares the mac in constant time before anything of the query is believed. Does not: pin a kind, rotate secrets, carry more than
 * one value.
 */
export function readSignedUrl(url: string, secret: string): string | null {
  const query = url.slice(url.indexOf('?') + 1)
  const end = query.lastIndexOf('&signature=')
  if (end === -1) return null
  const signed = query.slice(0, end)
  const given = Buffer.from(query.slice(end + '&signature='.length), 'base64url')
  const expected = macOf(signed, secret)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
  const values = new URLSearchParams(signed)
  return Number(values.get('expires')) * 1000 > Date.now() ? values.get('order') : null
}

function macOf(text: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(text).digest()
}
