import type { Kind, Metadata } from '../events/types.js'
import { SIGNATURE_PARAMETER } from '../verify/signed-url.js'
import { hasSecret, instanceOf, type Environment } from './environment.js'
import { UsageError } from './usage-error.js'

/** An address that was given to send callbacks to. */
export interface Target {
  /** The one kind that it is for, where it is signed already; null: any. */
  readonly kind: Kind | null
  /** Whether it was signed when it was given: then it is used as it is. */
  readonly isSigned: boolean
  /** The address of a callback: with the kind in its path, signed where there is a secret. Without a kind it cannot be signed. */
  readonly to: (kind: Kind | null, metadata?: Metadata) => string
}

/** How an address is read. */
interface TargetOptions {
  readonly env: Environment
  /** Leaves the path as it is. */
  readonly isExact: boolean
  /** Of which kind a signed address is that does not say it itself. */
  readonly kinds?: readonly Kind[]
}

/**
 * `http://127.0.0.1:3000/suno`, where an adapter is mounted; or a port, for `http://localhost:<port>/suno`; or a signed callback URL.
 *
 * @throws UsageError, which never shows the address: it may be signed
 */
export function readTarget(text: string, { env, isExact, kinds = [] }: TargetOptions): Target {
  const url = readAddress(text)
  const signature = url.searchParams.get(SIGNATURE_PARAMETER)
  if (signature !== null) {
    return { kind: kindOf(signature) ?? onlyOf(kinds), isSigned: true, to: () => url.href }
  }
  return {
    kind: null,
    isSigned: false,
    to: (kind, metadata) => {
      if (kind === null) return url.href
      const address = isExact ? url.href : withKind(url, kind).href
      // What can only travel in a signature is refused there.
      if (!hasSecret(env) && metadata === undefined) return address
      return instanceOf(env).callbackUrl(kind, { url: address, metadata })
    },
  }
}

/** @throws UsageError */
export function readAddress(text: string): URL {
  const address = /^\d+$/.test(text) ? `http://localhost:${text}/suno` : text
  const url = /^https?:\/\//.test(address) && URL.canParse(address) ? new URL(address) : null
  // Of port 0 there is only what listens: it is any that is free.
  if (url !== null && url.port !== '0') return url
  throw new UsageError(
    'A URL must begin with http:// or https://, such as http://127.0.0.1:3000/suno. A port alone stands for /suno on this machine. Ports go ' +
      'from 1 to 65535.',
  )
}

/** The same address with the kind as the last part of its path. */
export function withKind(url: URL, kind: Kind): URL {
  const address = new URL(url)
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/${kind}`
  return address
}

/** What a signature says that it is for, unchecked: `v1.<base64url of [kind, expiry, metadata]>.<mac>`. */
function kindOf(signature: string): Kind | null {
  try {
    const payload = Buffer.from(String(signature.split('.')[1]), 'base64url').toString()
    return (JSON.parse(payload) as readonly [Kind])[0]
  } catch {
    return null
  }
}

function onlyOf([kind, ...others]: readonly Kind[]): Kind {
  if (kind !== undefined && others.length === 0) return kind
  throw new UsageError('The signature of the URL does not say which kind it is for. Say it with one --kind.')
}
