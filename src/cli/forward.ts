import type { IncomingHttpHeaders } from 'node:http'
import type { Answer } from '../outcome/to-response.js'
import { OUTCOME_HEADER } from '../outcome/to-response.js'
import { post, PROVIDER_TIMEOUT_MS, type Posted } from './post.js'
import { kindIn, type Received } from './received.js'
import { readAddress, withKind } from './target.js'
import { UsageError } from './usage-error.js'

/** Where callbacks are passed on to. */
export interface Forwarding {
  /** Where the adapter of the app is mounted. */
  readonly url: URL
  /** Leaves the path as it is, without the kind. */
  readonly isExact: boolean
}

/**
 * Passes a callback on: its bytes, its query, with the signature in it, and its headers.
 *
 * @param body the bytes as they came
 */
export function forward(
  { path, query }: Received,
  body: Uint8Array,
  headers: IncomingHttpHeaders,
  { url, isExact }: Forwarding,
  signal: AbortSignal,
): Promise<Posted> {
  const kind = kindIn(path)
  const address = isExact || kind === null ? new URL(url) : withKind(url, kind)
  address.search = [address.search.slice(1), query.slice(1)].filter((part) => part !== '').join('&')
  return post({ url: address.href, body, headers: passedOn(headers), timeoutMs: PROVIDER_TIMEOUT_MS, signal })
}

/** What belongs to the connection to us stays here. */
function passedOn(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name))
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}

const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** The app's own answer, for the sender; 502 or 504 where there is none, so that a provider tries again. */
export function toAnswer({ answer, fault }: Posted): Answer {
  if (answer === null) {
    const status = fault === 'timeout' ? 504 : 502
    return { status, headers: { 'content-type': 'application/json' }, body: '{"status":"unreachable"}' }
  }
  const kept = ['content-type', 'retry-after', OUTCOME_HEADER].flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  return { status: answer.status, headers: Object.fromEntries(kept), body: answer.text }
}

/** A sentence where nothing listens there yet; null where something answers. */
export async function whyUnreachable({ url }: Forwarding, signal: AbortSignal): Promise<string | null> {
  try {
    await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(3_000)]),
    })
    return null
  } catch {
    return `Nothing answers at ${url.origin} yet: callbacks are passed on once the app listens there.`
  }
}

/**
 * @param own where callbacks are taken, which is no place to pass them on to
 * @throws UsageError
 */
export function readForwarding(
  text: string | undefined,
  isExact: boolean,
  own: { readonly port: number; readonly host: string },
): Forwarding | null {
  if (text === undefined) return null
  const url = readAddress(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isOwnHost = host === own.host || (OF_THIS_MACHINE.has(host) && OF_THIS_MACHINE.has(own.host))
  if (isOwnHost && Number(url.port || DEFAULT_PORTS[url.protocol]) === own.port) {
    throw new UsageError(
      `--forward-to is where listen itself takes callbacks: port ${String(own.port)}. Give the port of the app, and another one to listen ` +
        'at, such as suno-callbacks listen 3001 --forward-to 3000.',
    )
  }
  return { url, isExact }
}

/** Another address of this machine can have the same port for something else. */
const OF_THIS_MACHINE: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1', '0.0.0.0', '::'])

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 }
