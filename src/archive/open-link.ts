import dns from 'node:dns'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { classify, type AddressClass } from './address.js'
import { FileFault } from './file-fault.js'

/** Whom to talk to. */
export interface LinkSettings {
  /** The only hosts, where there is a list: `files.example.com`, or `*.example.com` for all below it. */
  readonly allowHosts: readonly string[] | undefined
  /** Whether private addresses, and http to them, are allowed. */
  readonly allowPrivate: boolean
}

/**
 * Asks for a link, and follows redirects. Each hop is checked anew: the address that is checked is the one that is connected to, for the
 * name is looked up once. Sends no cookie and no key.
 *
 * @throws FileFault `ADDRESS_REFUSED`, `TOO_MANY_REDIRECTS`, `UNREACHABLE`
 */
export async function openLink(link: string, settings: LinkSettings, signal: AbortSignal): Promise<IncomingMessage> {
  let url = toUrl(link)
  let { allowPrivate } = settings
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const { response, address } = await ask(url, { ...settings, allowPrivate }, signal)
    const { location } = response.headers
    if (location === undefined || !REDIRECTS.has(Number(response.statusCode))) return response
    response.destroy()
    url = toUrl(location, url)
    // Whoever is public may not send us where only we can go.
    if (address === 'public') allowPrivate = false
  }
  throw new FileFault('TOO_MANY_REDIRECTS', `The link leads over more than ${String(MAX_REDIRECTS)} redirects.`)
}

const MAX_REDIRECTS = 5
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

function toUrl(link: string, base?: URL): URL {
  if (URL.canParse(link, base?.href)) return new URL(link, base)
  throw refused('The link is no address.')
}

interface Answer {
  readonly response: IncomingMessage
  /** What was connected to: public as soon as one of the host's addresses is. */
  readonly address: AddressClass
}

async function ask(url: URL, settings: LinkSettings, signal: AbortSignal): Promise<Answer> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  checkUrl(url, host, settings)
  const seen: AddressClass[] = []
  const check = (address: string) => {
    const found = classify(address)
    if (found === 'metadata') throw refused('The link leads to the metadata service of a cloud.')
    if (found === 'private' && !settings.allowPrivate) throw refused('The link leads to an address that is not public.')
    if (found === 'public' && url.protocol === 'http:') throw refused(NOT_HTTPS)
    seen.push(found)
  }
  // Node.js looks up names only.
  if (isIP(host) !== 0) check(host)
  const response = await send(url, host, checkedLookup(check), signal)
  return { response, address: seen.includes('public') ? 'public' : 'private' }
}

function checkUrl(url: URL, host: string, { allowHosts, allowPrivate }: LinkSettings): void {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowPrivate)) throw refused(NOT_HTTPS)
  if (url.username !== '' || url.password !== '') throw refused('The link has a user name or a password in it.')
  if (allowHosts !== undefined && !allowHosts.some((allowed) => isHostOf(host, allowed))) {
    throw refused('The link leads to a host that allowHosts does not have.')
  }
}

const NOT_HTTPS = 'The link is not https.'

function isHostOf(host: string, allowed: string): boolean {
  const name = allowed.toLowerCase()
  return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name
}

/** Looks a name up, and lets the connection be made to what was looked up only if all of it may be. */
function checkedLookup(check: (address: string) => void): LookupFunction {
  return (host, options, callback) => {
    dns.lookup(host, { ...options, all: true }, (error, addresses) => {
      try {
        if (error !== null) throw error
        for (const { address } of addresses) check(address)
      } catch (refusal) {
        return callback(refusal as Error, [])
      }
      callback(null, addresses)
    })
  }
}

function send(url: URL, host: string, lookup: LookupFunction, signal: AbortSignal): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const options = {
      host,
      port: url.port,
      path: url.pathname + url.search,
      // A connection of its own: one that is kept may have been made by others, without the check.
      agent: false,
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'suno-callbacks' },
      lookup,
      // All addresses of a name are asked for then.
      autoSelectFamily: true,
      signal,
    }
    let answer: IncomingMessage | undefined
    request(options, (response) => resolve((answer = response)))
      .on('error', (error) => {
        // After the answer: bytes behind its announced end, say.
        answer?.destroy(error)
        reject(error instanceof FileFault ? error : unreachable(error))
      })
      .end()
  })
}

function unreachable(cause: NodeJS.ErrnoException): FileFault {
  return new FileFault('UNREACHABLE', `The server could not be reached (${String(cause.code)}).`, { cause })
}

function refused(message: string): FileFault {
  return new FileFault('ADDRESS_REFUSED', message)
}
