import type { LookupAddress } from 'node:dns'
import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls'
import { oneLine } from '../../log/log-fields.js'
import { trusted } from '../ask.js'
import { codeOf } from '../../errors/errors.js'
import { fail, pass, skip, warn, type Judges, type Verdict } from '../check.js'
import type { DoctorSettings } from '../diagnose-options.js'
import type { ExaminedAddress } from '../target.js'

/** What the server has shown of itself. */
export type Handshake =
  | { readonly target: ExaminedAddress; readonly fault: string; readonly certificate: null }
  | {
      readonly target: ExaminedAddress
      readonly fault: null
      readonly certificate: PeerCertificate
      /** Why its chain is not trusted, by OpenSSL's name; null: it is. */
      readonly distrust: string | null
      /** `TLSv1.3`, for example. */
      readonly version: string
    }

/** Makes a connection whatever is shown, so that everything that is wrong can be told at once. Nothing is sent on it. */
export function shakeHands(
  target: ExaminedAddress,
  { address }: LookupAddress,
  { timeoutMs, ca, signal }: DoctorSettings,
): Promise<Handshake> {
  const { host, family, port } = target
  return new Promise((resolve) => {
    const socket = connect({
      host: address,
      port,
      // An address is no name that a server could choose its certificate by.
      ...(family === 0 && { servername: host }),
      ca: trusted(ca),
      rejectUnauthorized: false,
      timeout: Math.min(timeoutMs, HANDSHAKE_MS),
    })
    const end = (handshake: Handshake) => {
      signal.removeEventListener('abort', stop)
      socket.destroy()
      resolve(handshake)
    }
    const stop = () => end({ target, fault: 'stopped', certificate: null })
    signal.addEventListener('abort', stop)
    socket.once('timeout', () => end({ target, fault: 'timeout', certificate: null }))
    socket.on('error', (error) => end({ target, fault: String(codeOf(error)), certificate: null }))
    socket.once('secureConnect', () => {
      const reason: unknown = socket.authorizationError
      const distrust = typeof reason === 'string' ? reason : (codeOf(reason) ?? null)
      const certificate = socket.getPeerCertificate()
      end({ target, fault: null, certificate, distrust, version: String(socket.getProtocol()) })
    })
  })
}

/** Whether a client that checks what it is shown would go on. */
export function isTrusted(handshake: Handshake): boolean {
  return Object.values(tlsChecks).every((judge) => judge(handshake).status !== 'fail')
}

export const tlsChecks = {
  'tls.handshake': (handshake) => {
    const { target } = handshake
    if (handshake.fault === null) return pass(`${target.host} speaks ${handshake.version}.`)
    if (PLAIN.has(handshake.fault)) {
      return fail(
        `Port ${String(target.port)} does not speak TLS: it is plain http behind an https URL.`,
        'Give the port that serves https, or put a proxy with a certificate in front.',
      )
    }
    return fail(
      `No TLS connection at port ${String(target.port)} (${handshake.fault}).`,
      'Look at the log of the server or proxy that holds the certificate: does it know this name?',
    )
  },

  'tls.chain': (handshake) => {
    if (handshake.fault !== null) return NO_CERTIFICATE
    const { distrust, certificate } = handshake
    // Name and expiry of the server's own certificate have checks of their own, and are looked at after its chain.
    const isToldElsewhere = distrust === OF_NAME || (OF_TIME.has(String(distrust)) && !isValidNow(certificate))
    if (distrust === null || isToldElsewhere) return pass('The certificate is of a trusted authority.')
    const [summary, fix] = DISTRUST.get(distrust) ?? OTHER_DISTRUST
    return fail(`${summary} (${distrust}).`, fix)
  },

  'tls.name': (handshake) => {
    if (handshake.fault !== null) return NO_CERTIFICATE
    const { target, certificate } = handshake
    if (checkServerIdentity(target.host, certificate) === undefined) {
      return pass(`The certificate is for ${target.host}.`)
    }
    // Whoever made it may have written anything.
    const names = oneLine(certificate.subjectaltname ?? String(certificate.subject.CN))
    return fail(
      `The certificate is not for ${target.host}, but for ${names}.`,
      'Get a certificate for this name, or submit the name that it is for.',
    )
  },

  'tls.expiry': (handshake) => {
    if (handshake.fault !== null) return NO_CERTIFICATE
    const { valid_from: from, valid_to: to } = handshake.certificate
    const now = Date.now()
    const left = Math.floor((Date.parse(to) - now) / DAY_MS)
    if (Date.parse(from) > now) {
      return fail(
        `The certificate is valid from ${from} on only.`,
        'Look at the clocks of this machine and of the one that made it.',
      )
    }
    if (left < 0) return fail(`The certificate has expired: ${to}.`, RENEW)
    return left < 14
      ? warn(`The certificate expires in ${String(left)} days: ${to}.`, RENEW)
      : pass(`The certificate is valid for ${String(left)} days.`)
  },
} satisfies Judges<Handshake>

const NO_CERTIFICATE: Verdict = skip('There was no TLS connection, and so no certificate.')

const RENEW = 'Renew it, and see why it was not renewed by itself; then have the server load it anew.'

/** What a server without TLS makes of the beginning of TLS. */
const PLAIN: ReadonlySet<string> = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'])

/** What is wrong, and what mends it. */
type Advice = readonly [summary: string, fix: string]

const SELF_SIGNED: Advice = [
  'The certificate is self-signed, or of an authority that nobody else knows',
  "Get one of a public authority, such as Let's Encrypt.",
]

const DISTRUST: ReadonlyMap<string, Advice> = new Map<string, Advice>([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', SELF_SIGNED],
  ['SELF_SIGNED_CERT_IN_CHAIN', SELF_SIGNED],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    [
      'The certificate of an authority in between is missing: browsers may have it, a provider has not',
      'Serve the whole chain, such as fullchain.pem in place of cert.pem.',
    ],
  ],
])

const OF_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID'

/** A certificate of the chain is not valid at this time. */
const OF_TIME: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])

function isValidNow({ valid_from: from, valid_to: to }: PeerCertificate): boolean {
  return Date.parse(from) <= Date.now() && Date.now() <= Date.parse(to)
}

const OTHER_DISTRUST: Advice = [
  'The certificate is not trusted',
  'Get one of a public authority, and serve it with its whole chain.',
]

/** In ms. */
const HANDSHAKE_MS = 5_000
const DAY_MS = 86_400_000
