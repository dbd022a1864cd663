import { isIP } from 'node:net'
import { ConfigurationError } from '../errors/errors.js'
import { isKind } from '../events/kinds/index.js'
import { SIGNATURE_PARAMETER } from '../verify/signed-url.js'

/** What is examined. */
export interface ExaminedAddress {
  readonly url: URL
  readonly isSecure: boolean
  /** Of a name or an address; an IPv6 address without brackets. */
  readonly host: string
  /** 4 or 6 where the host is an address, else 0. */
  readonly family: number
  readonly port: number
  /** The value of its signature; null: not signed. */
  readonly signature: string | null
  /** Without its query, which may be signed: what is shown. */
  readonly shown: string
}

/** @throws ConfigurationError `BASE_URL_INVALID`, which does not show what was given: it may be signed */
export function readTarget(given: string): ExaminedAddress {
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new ConfigurationError(
      'BASE_URL_INVALID',
      'diagnose(url, options): url must be an absolute http(s) address: where the adapter is mounted, such as ' +
        '"https://app.example.com/suno", or what callbackUrl() answers.',
    )
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isSecure = url.protocol === 'https:'
  return {
    url,
    isSecure,
    host,
    family: isIP(host),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    signature: url.searchParams.get(SIGNATURE_PARAMETER),
    shown: url.origin + url.pathname,
  }
}

/** The path at which the adapter of a callback URL is mounted: without the kind at its end. */
export function mountOf({ pathname }: URL): string {
  const parts = pathname.split('/').filter((part) => part !== '')
  return `/${(isKind(parts.at(-1)) ? parts.slice(0, -1) : parts).join('/')}`
}
