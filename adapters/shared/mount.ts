import type { WaitUntil } from '../../src/delivery/delivery.js'
import { splitUrl } from '../../src/delivery/split-url.js'
import { ConfigurationError } from '../../src/errors/errors.js'
import type { Kind } from '../../src/events/types.js'
import { isKind, KINDS } from '../../src/events/kinds/index.js'
import { noSuchName } from '../../src/errors/no-such-name.js'
import { refuseUnknownOptions } from '../../src/errors/refuse-unknown-options.js'
import { oneLine } from '../../src/log/log-fields.js'
import { SIGNATURE_PARAMETER } from '../../src/verify/signed-url.js'

/** Where an adapter is mounted. */
export interface MountOptions {
  /**
   * Pins the kind, so that any URL can be used: every request that reaches the adapter is a callback of that kind. `'any'`: of any
   * kind, which the signature or the body's shape decides.
   */
  readonly kind?: Kind | 'any' | undefined
  /** Prefix of the callback paths, where the framework strips none. `/suno` by default. */
  readonly path?: string | undefined
  /**
   * Asks the platform to let work go on behind the answer, where it would freeze the process: `after` of Next.js, a function that calls
   * `ctx.waitUntil`. What Vercel, Netlify, Supabase and Workers hand over is found without it. `false`: this process is never frozen.
   */
  readonly waitUntil?: WaitUntil | false | undefined
}

/** What a framework tells of a request. */
export interface MountRequest {
  readonly method: string | undefined
  /** Path and query, without the prefix that the framework has stripped. */
  readonly url: string | undefined
  /** The URL as it came, where a framework keeps it. */
  readonly originalUrl?: string | undefined
  /** The prefix that the framework has stripped, `''` for none. */
  readonly prefix: string
  /** The route's parameters, and its pattern if it has one. */
  readonly params?: unknown
  readonly route?: unknown
}

/** Whether a request is ours. */
export type Location =
  | { readonly is: 'ours'; readonly kind: Kind | undefined; readonly query: string }
  /** The host's. `isNearMiss`: a POST that was probably meant as a callback. */
  | { readonly is: 'not-ours'; readonly isNearMiss: boolean }

/** Is this request ours, and of which kind? The first that applies decides: option, route parameter, signature, path. */
export function locate(request: MountRequest, { kind, path }: MountOptions): Location {
  const { pathname, query } = splitUrl(request.url ?? '/')
  const named = kind === undefined ? nameOf(request, pathname, query, path) : kind === 'any' ? '' : kind
  if (named === null || (named !== '' && !isKind(named)))
    return { is: 'not-ours', isNearMiss: isNearMiss(request, pathname, path) }
  return { is: 'ours', kind: named === '' ? undefined : named, query }
}

/** @throws ConfigurationError `KIND_UNKNOWN`, `OPTION_INVALID`, `OPTION_UNKNOWN` */
export function checkMountOptions(options: MountOptions, maker: string, known: readonly string[]): void {
  if (typeof (options as unknown) !== 'object' || (options as unknown) === null) {
    throw new ConfigurationError(
      'OPTION_INVALID',
      `${maker}(suno, options): options must be an object such as { path: "/suno" }.`,
    )
  }
  const { kind, path, waitUntil } = options
  refuseUnknownOptions(options, ['kind', 'path', 'waitUntil', ...known], `${maker}(suno, options)`)
  if (kind !== undefined && kind !== 'any' && !isKind(kind)) {
    throw new ConfigurationError(
      'KIND_UNKNOWN',
      noSuchName({ what: 'kind', name: kind, names: [...KINDS, 'any'], call: `${maker}(suno, options)` }),
    )
  }
  if (path !== undefined && !(typeof path === 'string' && path.startsWith('/'))) {
    throw new ConfigurationError('OPTION_INVALID', 'path must be a string that begins with "/", such as "/suno".')
  }
  if (waitUntil !== undefined && waitUntil !== false && typeof waitUntil !== 'function') {
    throw new ConfigurationError(
      'OPTION_INVALID',
      'waitUntil must be a function that takes a promise, such as (work) => ctx.waitUntil(work), or false where the process is never frozen.',
    )
  }
}

/** How every adapter can be told where callbacks come. */
export const BY_PATH = 'tell it the prefix of your callback URLs with the option { path: "/hooks/suno" }'

/**
 * The warning of a POST that was probably meant as a callback: the path that came, and the ways to mend it. Never the query.
 *
 * @param ways in which this adapter is told where callbacks come
 */
export function unroutedHint({ url, originalUrl = url }: MountRequest, ways: string): string {
  const path = JSON.stringify(oneLine(splitUrl(originalUrl ?? '/').pathname))
  return (
    `A POST to ${path} reached the adapter, but this path names no callback. If it was meant as one: ${ways}, or pin the ` +
    `kind with the option { kind: "music" }, or "any". The kinds are: ${KINDS.join(', ')}.`
  )
}

/** The name of a kind, `''` for ours without a name, null for not ours. */
function nameOf(request: MountRequest, pathname: string, query: string, path: string | undefined): string | null {
  const { params, route, prefix } = request
  const hasParameter = typeof params === 'object' && params !== null && 'kind' in params && params.kind !== undefined
  if (hasParameter) return parameterName(params.kind)
  if (typeof route === 'string' && /[:*]kind\b/.test(route)) return ''
  const segment = segmentOf(pathname, prefix, path)
  if (hasSignature(query)) return isKind(segment) ? segment : ''
  return segment
}

/** A wildcard (`/suno/*kind`) gives a list of segments, whose last one is empty where the path ends with a slash. */
function parameterName(kind: unknown): string | null {
  const name: unknown = Array.isArray(kind) ? kind.join('/').replace(/\/$/, '') : kind
  return typeof name === 'string' ? name : null
}

/** What follows the prefix: `''`, a kind, or null when the path is not below it or goes on. */
function segmentOf(pathname: string, prefix: string, path: string | undefined): string | null {
  const own = trimEnd(path ?? '/suno')
  const isStripped = prefix !== '' && (path === undefined || trimEnd(prefix).endsWith(own))
  const stripped = isStripped ? segmentIn(pathname) : null
  if (stripped !== null) return stripped
  const rest = below(pathname, own)
  return rest === null ? null : segmentIn(rest)
}

/** `''` or a kind, with or without a slash on either side; else null. */
function segmentIn(rest: string): string | null {
  const from = rest.startsWith('/') ? 1 : 0
  const to = rest.length > from && rest.endsWith('/') ? rest.length - 1 : rest.length
  const segment = rest.slice(from, to)
  return segment === '' || isKind(segment) ? segment : null
}

function below(pathname: string, path: string): string | null {
  if (!pathname.startsWith(path)) return null
  const rest = pathname.slice(path.length)
  return rest === '' || rest.startsWith('/') ? rest : null
}

function trimEnd(path: string): string {
  return path.endsWith('/') ? path.replace(/\/+$/, '') : path
}

function hasSignature(query: string): boolean {
  return query.startsWith(`${SIGNATURE_PARAMETER}=`) || query.includes(`&${SIGNATURE_PARAMETER}=`)
}

/** A POST to a route that names no kind, or with a misspelt kind below the prefix. The host's other routes are not meant. */
function isNearMiss({ method, prefix, route }: MountRequest, pathname: string, path: string | undefined): boolean {
  if (method !== 'POST') return false
  const rest = prefix === '' ? below(pathname, trimEnd(path ?? '/suno')) : pathname
  return route !== undefined || (rest !== null && /^\/[^/]*\/?$/.test(rest))
}
