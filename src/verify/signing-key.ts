import { hash, timingSafeEqual } from 'node:crypto'

/**
 * Signs short texts by HMAC-SHA256, in base64url. The two hashes of RFC 2104 are one call each; `createHmac` makes an object that has to
 * be finalized, and takes twice as long for texts of this size.
 */
export class SigningKey {
  /** The key's first pad, with room for a text behind it. */
  readonly #inner = Buffer.alloc(BLOCK_BYTES + MOST_BYTES)
  /** The key's second pad, with room for a digest behind it. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES)

  constructor(secret: string) {
    const bytes = Buffer.from(secret)
    const key = bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes
    for (let index = 0; index < BLOCK_BYTES; index++) {
      this.#inner[index] = (key[index] ?? 0) ^ 0x36
      this.#outer[index] = (key[index] ?? 0) ^ 0x5c
    }
  }

  /** Null for a text that is longer than any that is signed. */
  sign(text: string): string | null {
    if (text.length > MOST_BYTES / 3) return null
    const length = this.#inner.write(text, BLOCK_BYTES)
    const digest = hash('sha256', this.#inner.subarray(0, BLOCK_BYTES + length), 'binary')
    this.#outer.write(digest, BLOCK_BYTES, 'latin1')
    return hash('sha256', this.#outer, 'base64url')
  }

  /** Whether the signature is that of the text, as it is spelled: base64url has other spellings of the same bytes. */
  isSignature(given: string, text: string): boolean {
    const expected = this.sign(text)
    if (expected === null || given.length !== SIGNATURE_LENGTH) return false
    // Not one byte for each character: other characters than those of a signature.
    if (GIVEN.write(given) !== SIGNATURE_LENGTH || Buffer.byteLength(given) !== SIGNATURE_LENGTH) return false
    EXPECTED.write(expected)
    return timingSafeEqual(GIVEN, EXPECTED)
  }
}

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32
/** Of base64url without padding. */
const SIGNATURE_LENGTH = 43
/** Three bytes for each character of a payload whose metadata take 1 KiB. */
const MOST_BYTES = 3 * 2048

const GIVEN = Buffer.alloc(SIGNATURE_LENGTH)
const EXPECTED = Buffer.alloc(SIGNATURE_LENGTH)
