import crypto, { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { SigningKey } from '../../src/verify/signing-key.js'

const hmac = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('base64url')

test('signs as createHmac does, with secrets shorter and longer than a block', () => {
  const secrets = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 })
  const texts = fc.string({ unit: 'binary', maxLength: 1000 })
  fc.assert(
    fc.property(secrets, texts, (secret, text) => {
      const key = new SigningKey(secret)
      expect(key.sign(text)).toBe(hmac(secret, text))
      // The key is used again and again: nothing of the last text is left in it.
      expect(key.sign('v1.short')).toBe(hmac(secret, 'v1.short'))
    }),
  )
})

test.each([1, 63, 64, 65, 200])('signs with a secret of %i bytes', (length) => {
  const secret = 's'.repeat(length)
  expect(new SigningKey(secret).sign('v1.text')).toBe(hmac(secret, 'v1.text'))
})

test('accepts its own signature, and no other spelling of it', () => {
  const key = new SigningKey('a secret of some length')
  const signature = key.sign('v1.text')
  expect(key.isSignature(signature, 'v1.text')).toBe(true)
  expect(key.isSignature(signature, 'v1.texu')).toBe(false)
  expect(new SigningKey('another secret of length').isSignature(signature, 'v1.text')).toBe(false)
  const [first = ''] = signature
  const alike = [
    `${signature}=`,
    signature.slice(0, -1),
    '',
    // Its low byte is the right one.
    String.fromCharCode(first.charCodeAt(0) + 0x100) + signature.slice(1),
    // Other bits that base64 does not read.
    signature.slice(0, -1) + String.fromCharCode(signature.charCodeAt(42) + 1),
  ]
  for (const given of alike) expect(key.isSignature(given, 'v1.text')).toBe(false)
})

test('signs no text that is longer than any of a callback URL', () => {
  const key = new SigningKey('a secret of some length')
  const longest = 'ü'.repeat(2048)
  expect(key.sign(longest)).toBe(hmac('a secret of some length', longest))
  expect(() => key.sign(`${longest}.`)).toThrow(RangeError)
  expect(key.isSignature(key.sign(longest), `${longest}.`)).toBe(false)
})

test('a runtime without hash of node:crypto is told so by a code, and only where URLs are signed', async () => {
  const { hash } = crypto
  Object.assign(crypto, { hash: undefined })
  vi.resetModules()
  try {
    const { SunoCallbacks } = await import('../../src/index.js')
    expect(() => new SunoCallbacks({ secret: 'a secret of some length' })).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', code: 'RUNTIME_UNSUPPORTED' }),
    )
    expect(new SunoCallbacks({ verify: false })).toBeInstanceOf(SunoCallbacks)
  } finally {
    Object.assign(crypto, { hash })
    vi.resetModules()
  }
})
