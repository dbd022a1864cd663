import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import { numberFrom, option, optionsReader, readElsewhere, type Option } from '../errors/read-options.js'
import { isKind, KINDS } from '../events/kinds/index.js'
import { readMetadata } from '../events/metadata.js'
import type { Kind, Metadata } from '../events/types.js'
import { readUrl } from './read-url.js'
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
  given: CallbackUrlOptions,
  { signingKeys, baseUrl }: CallbackUrlContext,
): string {
  if (!isKind(kind)) {
    const message = noSuchName({ what: 'kind', name: kind, names: KINDS, call: CALL })
    throw new ConfigurationError('KIND_UNKNOWN', `${message} All music operations are "music".`)
  }
  const options = readOptions(given)
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

const CALL = 'callbackUrl(kind, options)'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

const MAX_METADATA_BYTES = 1024

const readOptions = optionsReader(
  { call: CALL, toHint: toMetadataHint },
  () =>
    ({
      url: readElsewhere<string>(),
      expiresInMs: option(
        z.optional(z.union([numberFrom(HOUR_MS, Number.MAX_SAFE_INTEGER / 2), z.literal(Infinity)])),
        'EXPIRY_INVALID',
        'expiresInMs must be at least 3,600,000 (an hour), because a task and the retries of its callback take a while, or Infinity.',
      ),
      metadata: readElsewhere<Metadata>(),
    }) satisfies Record<keyof CallbackUrlOptions, Option>,
)

/** Ids are often passed beside the options instead of within. */
function toMetadataHint(names: readonly string[]): string {
  const ids = names.slice(0, 3).map((name) => `${/^[a-z_$][\w$]*$/i.test(name) ? name : JSON.stringify(name)}: …`)
  return `Ids of your own go into metadata: { ${ids.join(', ')} }.`
}

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
  return expiresInMs === Infinity ? 0 : Math.ceil((Date.now() + expiresInMs) / 1000)
}

function toMetadata(given: unknown): Metadata {
  const metadata = readMetadata(given, CALL)
  const bytes = Buffer.byteLength(JSON.stringify(metadata))
  if (bytes > MAX_METADATA_BYTES) {
    throw new ConfigurationError(
      'METADATA_TOO_LARGE',
      `metadata takes ${String(bytes)} bytes as JSON; ${String(MAX_METADATA_BYTES)} fit. Pass an id, and keep the rest under it.`,
    )
  }
  return metadata
}
