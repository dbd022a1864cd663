import { BlockList, isIP } from 'node:net'
import type { InspectorSettings } from '../inspector-options.js'
import { ACTION_HEADER, type ErrorAnswerCode } from '../wire.js'
import { header, type PageRequest, type RequestHeaders } from './page-request.js'

/** Why a request is not answered. */
export interface Refusal {
  readonly code: ErrorAnswerCode
  /** Which rule it was, and what mends it. */
  readonly message: string
}

type AccessSettings = Pick<InspectorSettings, 'authorize' | 'allowedHosts' | 'readOnly'>

/** Whether a request may be answered; the first rule that it breaks. Never rejects. */
export async function refusalOf(request: PageRequest, settings: AccessSettings): Promise<Refusal | null> {
  const refusal = hostRefusal(request, settings) ?? originRefusal(request, settings)
  if (refusal !== null) return refusal
  return settings.authorize !== null && !(await isAuthorized(request, settings.authorize)) ? NOT_AUTHORIZED : null
}

async function isAuthorized(given: PageRequest, authorize: NonNullable<AccessSettings['authorize']>): Promise<boolean> {
  const { method, path, headers, peer, request } = given
  try {
    // Nothing else is a yes: an object may be a forgotten promise, or a session without a user.
    const isAllowed: unknown = await authorize({ method, path, headers, peer, request })
    return isAllowed === true
  } catch {
    return false
  }
}

/** Without a check of the app's own: only this machine, asked by its own name, and through nothing. */
function hostRefusal({ peer, headers }: PageRequest, { authorize, allowedHosts }: AccessSettings): Refusal | null {
  if (authorize === null) {
    if (peer === null) return UNKNOWN_PEER
    if (!isLoopback(peer)) return OTHER_PEER
    const forwarding = Object.keys(headers).find((name) => FORWARDING.test(name))
    if (forwarding !== undefined) return forwarded(forwarding)
  }
  if (authorize !== null && allowedHosts === null) return null
  const host = hostOf(headers)
  return isAllowed(host, allowedHosts ?? []) ? null : OTHER_HOST
}

/** Pages of other sites may neither read nor act, whatever headers the app adds for its own API. */
function originRefusal({ method, headers }: PageRequest, settings: AccessSettings): Refusal | null {
  const isAction = method !== 'GET' && method !== 'HEAD'
  const origin = header(headers, 'origin')
  if (origin === undefined ? isAction : !isOwnOrigin(origin, headers, settings)) return OTHER_ORIGIN
  if (!isAction) return null
  const site = header(headers, 'sec-fetch-site')
  if (site !== undefined && site !== 'same-origin') return OTHER_ORIGIN
  if (header(headers, ACTION_HEADER) === undefined) return NO_HEADER
  return settings.readOnly ? READ_ONLY : null
}

/** By host and port: what is in front of the app may have taken off the TLS. */
function isOwnOrigin(origin: string, headers: RequestHeaders, { authorize, allowedHosts }: AccessSettings): boolean {
  if (!URL.canParse(origin)) return false
  const { host, hostname } = new URL(origin)
  if (host === '') return false
  // A proxy may have written the host anew; only one that the app trusts is in front of it.
  const proxied = authorize === null ? undefined : header(headers, 'x-forwarded-host')?.toLowerCase()
  if (host === hostOf(headers) || host === proxied) return true
  return authorize !== null && (allowedHosts ?? []).some((allowed) => allowed === host || allowed === hostname)
}

function hostOf(headers: RequestHeaders): string {
  return (header(headers, 'host') ?? header(headers, ':authority') ?? '').toLowerCase()
}

function isAllowed(host: string, allowedHosts: readonly string[]): boolean {
  const name = host.replace(/:\d+$/, '')
  return [...OWN_HOSTS, ...allowedHosts].some((allowed) => allowed === host || allowed === name)
}

const OWN_HOSTS = ['localhost', '127.0.0.1', '[::1]']

function isLoopback(address: string): boolean {
  const plain = address.replace(/%.*$/, '')
  const version = isIP(plain)
  return version !== 0 && LOOPBACK.check(plain, version === 6 ? 'ipv6' : 'ipv4')
}

/** It knows IPv4 in IPv6, too. */
const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** What proxies and tunnels add. Behind one, everybody comes from this machine. */
const FORWARDING =
  /^(forwarded|via|x-forwarded-.*|x-real-ip|x-client-ip|true-client-ip|cf-.*|ngrok-.*|fly-.*|x-vercel-.*)$/

const FIX = 'Give the option authorize to open it to others.'

const UNKNOWN_PEER: Refusal = {
  code: 'FORBIDDEN_PEER',
  message: `The page is only for this machine, and the platform does not tell where the request comes from. ${FIX}`,
}

const OTHER_PEER: Refusal = {
  code: 'FORBIDDEN_PEER',
  message: `The page is only for this machine, and the request comes from another address. ${FIX}`,
}

const OTHER_HOST: Refusal = {
  code: 'FORBIDDEN_HOST',
  message:
    'The page is only for localhost and the hosts of the option allowedHosts, and the request names another one in its header "host".',
}

const OTHER_ORIGIN: Refusal = {
  code: 'FORBIDDEN_ORIGIN',
  message:
    'The request comes from another site, or does not say from which: its header "origin" must name the host of the page.',
}

const NO_HEADER: Refusal = {
  code: 'FORBIDDEN_HEADER',
  message: `The header "${ACTION_HEADER}: 1" is missing, which the page sends and other sites cannot.`,
}

const NOT_AUTHORIZED: Refusal = { code: 'NOT_AUTHORIZED', message: 'The check of the option authorize said no.' }

const READ_ONLY: Refusal = { code: 'READ_ONLY', message: 'The inspector was made with readOnly: true.' }

function forwarded(name: string): Refusal {
  const message = `The page is only for this machine, and the request came through a proxy or a tunnel: it has the header "${name}". ${FIX}`
  return { code: 'FORBIDDEN_PROXY', message }
}
