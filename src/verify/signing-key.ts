import crypto from 'node:crypto'
import { ConfigurationError } from '../errors/errors.js'

/** Not imported by name: a runtime that lacks one would not load the package at all. */
const { hash, timingSafeEqual } = crypto

/**
 * Signs short texts by HMAC-SHA256, in base64url. The two hashes of RFC 2104 are one call each; `createHmac` makes an object that has to
 * be finalized, and takes twice as long for texts of this size.
 */
export class SigningKey {
  /** The key's first pad, with room for a text behind it. */
  readonly #inner = Buffer.alloc(BLOCK_BYTES + MOST_BYTES)
  /** The key's second pad, with room for a digest behind it. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES)

  /** @throws ConfigurationError `RUNTIME_UNSUPPORTED` */
  constructor(secret: string) {
    if (typeof (hash as unknown) !== 'function') throw unsupported()
    const bytes = Buffer.from(secret)
    const key = bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes
    for (let index = 0; index < BLOCK_BYTES; index++) {
      this.#inner[index] = (key[index] ?? 0) ^ 0x36
      this.#outer[index] = (key[index] ?? 0) ^ 0x5c
    }
  }

  /** @throws RangeError for a text of more than 2,048 characters, which no callback URL has */
  sign(text: string): string {
    if (text.length > MOST_CHARACTERS) throw new RangeError('The text is too long to be signed.')
    const length = this.#inner.write(text, BLOCK_BYTES)
    const digest = hash('sha256', this.#inner.subarray(0, BLOCK_BYTES + length), 'binary')
    this.#outer.write(digest, BLOCK_BYTES, 'latin1')
    return hash('sha256', this.#outer, 'base64url')
  }

  /** Whether the signature is that of the text, as it is spelled: the same bytes have other spellings. */
  isSignature(given: string, text: string): boolean {
    const isPossible = text.length <= MOST_CHARACTERS && given.length === SIGNATURE_LENGTH
    // One byte for each character, or it is none of base64url.
    if (!isPossible || Buffer.byteLength(given) !== SIGNATURE_LENGTH) return false
    GIVEN.write(given)
    EXPECTED.write(this.sign(text))
    return timingSafeEqual(GIVEN, EXPECTED)
  }
}

function unsupported(): ConfigurationError {
  return new ConfigurationError(
    'RUNTIME_UNSUPPORTED',
    'This runtime has no hash() in node:crypto, by which callback URLs are signed. Use Node.js 20.19 or later, or a newer version of Bun or Deno.',
  )
}

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
/** Of base64url without padding. */
const SIGNATURE_LENGTH = 43
/** More than a payload has whose metadata take 1 KiB. */
const MOST_CHARACTERS = 2048
/** Three for each character. */
const MOST_BYTES = 3 * MOST_CHARACTERS

const GIVEN = Buffer.alloc(SIGNATURE_LENGTH)
const EXPECTED = Buffer.alloc(SIGNATURE_LENGTH)
