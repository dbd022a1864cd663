import { createHmac, timingSafeEqual } from 'node:crypto'
import { SECRET } from '../secret.js'

/** Whether a callback URL is one that this app has signed, and has not expired. The URLs are those of the library: the same work. */
export function isSigned(url: string): boolean {
  const value = /[?&]suno_signature=([\w.-]+)/.exec(url)?.[1]
  if (value === undefined) return false
  const end = value.lastIndexOf('.')
  const expected = createHmac('sha256', SECRET).update(value.slice(0, end)).digest()
  const given = Buffer.from(value.slice(end + 1), 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false
  const payload = Buffer.from(value.slice('v1.'.length, end), 'base64url').toString()
  const [, expiry] = JSON.parse(payload) as readonly [string, number, object]
  return expiry === 0 || expiry * 1000 > Date.now()
}
