import { ConfigurationError } from '../errors/errors.js'

/** What an address is for, as the messages say it. */
interface Purpose {
  readonly example: string
  /** What would happen with http. */
  readonly risk: string
}

const CALLBACKS: Purpose = {
  example: 'https://app.example.com/suno',
  risk: 'signed URLs would travel in the clear',
}

/** An address: https, or http where nothing leaves the machine or the container network. */
export function readUrl(text: string, what: string, { example, risk }: Purpose = CALLBACKS): URL {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.hash !== '') {
    throw new ConfigurationError(
      'BASE_URL_INVALID',
      `${what} must be an absolute http(s) address without credentials or fragment, such as "${example}".`,
    )
  }
  if (url.protocol === 'http:' && !isLocalHost(url.hostname)) {
    throw new ConfigurationError(
      'BASE_URL_INSECURE',
      `${what} must begin with https: ${risk}. (http is accepted for loopback and for hosts without a dot.)`,
    )
  }
  return url
}

/** A loopback address, or a name without a dot, as containers have. @param host as `URL` writes it */
export function isLocalHost(host: string): boolean {
  if (host.startsWith('[')) return host === '[::1]'
  return !host.includes('.') || host.endsWith('.localhost') || /^127\.\d+\.\d+\.\d+$/.test(host)
}
