import { DeliveryError } from '../errors/errors.js'
import type { Kind, Metadata } from '../events/types.js'
import { isKind } from '../events/kinds/index.js'
import { isMetadata } from '../events/metadata.js'
import { SigningKey } from './signing-key.js'

/**
 * Our signed callback URLs: one query parameter, `suno_signature=v1.<payload>.<mac>`. The payload is the base64url of
 * `[kind, expiry in Unix seconds or 0, metadata]`, the mac is the base64url of HMAC-SHA256 over `v1.<payload>`. It verifies the
 * source, pins the kind and carries the caller's own ids. Host and path are not covered, so a proxy may rewrite them.
 */
export const SIGNATURE_PARAMETER = 'suno_signature'

/**
 * The kind of a URL that is no callback's: whoever has the secret asks by it whether a POST arrives, and how. `callbackUrl` makes none, so
 * none of the URLs that a provider gets is one.
 */
export const PROBE = 'probe'

/** What a signed URL says. */
export interface SignedCallback {
  readonly kind: Kind | typeof PROBE
  readonly metadata: Metadata
  /** Unix seconds; 0: never. */
  readonly expiry: number
}

/** Signs with the first secret and checks with all. */
export type SigningKeys = readonly [SigningKey, ...SigningKey[]]

export function toSigningKeys(secrets: readonly [string, ...string[]]): SigningKeys {
  const [first, ...rest] = secrets
  return [new SigningKey(first), ...rest.map((secret) => new SigningKey(secret))]
}

/** The value of the query parameter. */
export function signCallback({ kind, expiry, metadata }: SignedCallback, [key]: SigningKeys): string {
  const payload = Buffer.from(JSON.stringify([kind, expiry, metadata])).toString('base64url')
  return `v1.${payload}.${key.sign(`v1.${payload}`)}`
}

/** Checks the query of a callback URL. The mac is compared before anything of the payload is read. */
export function readSignedCallback(query: string, keys: SigningKeys, nowMs: number): SignedCallback | DeliveryError {
  const values = signaturesIn(query)
  const value = values[0]
  if (value === undefined) return isWholeUrl(query) ? NOT_THE_QUERY : MISSING
  const dot = value.lastIndexOf('.')
  const signed = value.slice(0, dot)
  const given = value.slice(dot + 1)
  if (values.length > 1 || !signed.startsWith('v1.')) return INVALID
  if (!keys.some((key) => key.isSignature(given, signed))) return INVALID
  const callback = parse(signed.slice('v1.'.length))
  if (callback === null) return INVALID
  return callback.expiry !== 0 && callback.expiry * 1000 <= nowMs ? EXPIRED : callback
}

const MISSING = new DeliveryError(
  'SIGNATURE_MISSING',
  `The callback URL has no ${SIGNATURE_PARAMETER}. Submit tasks with the URL that callbackUrl() answers.`,
)

/** The URL in the place of its query: what it has in front makes the parameter another. */
function isWholeUrl(query: string): boolean {
  return query.indexOf(`?${SIGNATURE_PARAMETER}=`) > 0
}

const NOT_THE_QUERY = new DeliveryError(
  'SIGNATURE_MISSING',
  'The delivery has a whole URL as its query. Pass only what follows the question mark: new URL(request.url, "http://localhost").search.',
)

const INVALID = new DeliveryError(
  'SIGNATURE_INVALID',
  'The signature of the callback URL is not ours. If the URL was made by this app, it was made with a secret that is not in use here.',
)

const EXPIRED = new DeliveryError(
  'SIGNATURE_EXPIRED',
  'The callback URL has expired. If tasks take that long, make it with a larger expiresInMs.',
)

/** All of them; whoever calls us as we asked sends one, and nothing else that would have to be parsed. */
function signaturesIn(query: string): readonly string[] {
  const only = ONLY_SIGNATURE.exec(query)?.[1]
  return only === undefined ? new URLSearchParams(query).getAll(SIGNATURE_PARAMETER) : [only]
}

const ONLY_SIGNATURE = new RegExp(`^${SIGNATURE_PARAMETER}=([\\w.-]+)$`)

/** The payload is ours once the mac is right; a kind may still be one of a newer version. */
function parse(payload: string): SignedCallback | null {
  try {
    const [kind, expiry, metadata] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as readonly unknown[]
    if (typeof expiry !== 'number' || !isMetadata(metadata)) return null
    // A probe that never dies is none: one that is found in a log is to be worth nothing.
    if (!isKind(kind) && !(kind === PROBE && expiry !== 0)) return null
    return { kind, expiry, metadata: Object.freeze(metadata) }
  } catch {
    return null
  }
}
