import type { BodyCode, BodyLimits } from '../../src/delivery/delivery.js'

/** Told apart by its code: the core may be another copy of the library. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
  constructor(readonly code: BodyCode) {
    super(code)
  }
}

/** What the head of a request says of its body. */
export interface BodyHead {
  readonly encoding: string | string[] | null | undefined
  readonly length: string | string[] | null | undefined
}

/** Why the body cannot be read, as far as its head tells, or null. */
export function refusalOf({ encoding, length }: BodyHead, { maxBytes }: BodyLimits): BodyCode | null {
  const isEncoded = encoding !== undefined && encoding !== null && !/^identity$/i.test(String(encoding))
  if (isEncoded) return 'CONTENT_ENCODING'
  return Number(length ?? 0) > maxBytes ? 'BODY_TOO_LARGE' : null
}
