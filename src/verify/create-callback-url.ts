import { readUrl } from './read-url.js'
import { ConfigurationError } from '../errors/errors.js'
import type { Kind, Metadata } from '../events/types.js'
import { isKind, KINDS } from '../events/kinds/index.js'
import { isMetadata } from '../events/metadata.js'
import { SIGNATURE_PARAMETER, signCallback, type SigningKeys } from './signed-url.js'

export interface CallbackUrlOptions {
  /**
   * Your own ids, handed to listeners as `event.metadata`. A plain object of strings, 1 KiB in all; signed, but readable by the
   * provider. `event.metadata` of another event fits; a value that is undefined is refused, not left out.
   */
  readonly metadata?: Metadata | undefined
  /** How long the URL is accepted, in ms. 24 hours by default, at least one hour; `Infinity` for ever. */
  readonly expiresInMs?: number | undefined
  /** The whole address, where the adapter is not mounted at `baseUrl`. */
  readonly url?: string | undefined
}

/** What addresses are made with: null where the app has configured none. */
interface CallbackUrlContext {
  readonly signingKeys: SigningKeys | null
  readonly baseUrl: URL | null
}

/** The address of one kind; signed where there is a secret. */
export function createCallbackUrl(
  kind: Kind,
  options: CallbackUrlOptions,
  { signingKeys, baseUrl }: CallbackUrlContext,
): string {
  if (!isKind(kind)) {
    throw new ConfigurationError(
      'KIND_UNKNOWN',
      `There is no kind ${JSON.stringify(kind)}. The kinds are: ${KINDS.join(', ')}. All music operations are "music".`,
    )
  }
  const url = toAddress(kind, options.url, baseUrl)
  if (signingKeys === null) {
    refuseWithoutSecret(options)
    return url.href
  }
  const expiry = toExpiry(options.expiresInMs ?? DAY_MS)
  url.searchParams.set(
    SIGNATURE_PARAMETER,
    signCallback({ kind, expiry, metadata: toMetadata(options.metadata) }, signingKeys),
  )
  return url.href
}

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

const MAX_METADATA_BYTES = 1024

function toAddress(kind: Kind, url: string | undefined, baseUrl: URL | null): URL {
  if (url !== undefined) return readUrl(url, 'url')
  if (baseUrl === null) {
    throw new ConfigurationError(
      'BASE_URL_MISSING',
      'callbackUrl() needs the public address of this app. Set the option baseUrl (or SUNO_CALLBACK_BASE_URL in the environment) to ' +
        'where the adapter is mounted, such as "https://app.example.com/suno", or pass the whole address as url.',
    )
  }
  const address = new URL(baseUrl)
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/${kind}`
  return address
}

function refuseWithoutSecret({ metadata, expiresInMs }: CallbackUrlOptions): void {
  const remedy = 'Set the option secret (or SUNO_CALLBACK_SECRET in the environment).'
  if (metadata !== undefined) {
    throw new ConfigurationError(
      'METADATA_NEEDS_SECRET',
      `metadata travels in the signature, and there is no secret. ${remedy}`,
    )
  }
  if (expiresInMs !== undefined) {
    throw new ConfigurationError(
      'EXPIRY_NEEDS_SECRET',
      `The expiry travels in the signature, and there is no secret. ${remedy}`,
    )
  }
}

/** Unix seconds; 0 for never. */
function toExpiry(expiresInMs: number): number {
  if (expiresInMs === Infinity) return 0
  if (typeof expiresInMs === 'number' && expiresInMs >= HOUR_MS && expiresInMs <= Number.MAX_SAFE_INTEGER / 2) {
    return Math.ceil((Date.now() + expiresInMs) / 1000)
  }
  throw new ConfigurationError(
    'EXPIRY_INVALID',
    'expiresInMs must be at least 3,600,000 (an hour), because a task and the retries of its callback take a while, or Infinity.',
  )
}

function toMetadata(metadata: unknown = {}): Metadata {
  if (!isMetadata(metadata)) {
    throw new ConfigurationError(
      'METADATA_INVALID',
      'metadata must be an object of strings, such as { orderId: "42" }. Write numbers and dates as text.',
    )
  }
  const bytes = Buffer.byteLength(JSON.stringify(metadata))
  if (bytes > MAX_METADATA_BYTES) {
    throw new ConfigurationError(
      'METADATA_TOO_LARGE',
      `metadata takes ${String(bytes)} bytes as JSON; ${String(MAX_METADATA_BYTES)} fit. Pass an id, and keep the rest under it.`,
    )
  }
  return metadata
}
