import { generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'

/** In PEM. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** How a certificate differs from a good one of `app.example.com`. */
interface Wanted {
  readonly name?: string
  /** From now, in days. */
  readonly from?: number
  readonly to?: number
  /** The authority that signs it: itself by default. */
  readonly by?: Certificate
  readonly isAuthority?: boolean
  /** Whether its name stands where it is looked for. */
  readonly hasNames?: boolean
}

/** One pair for all: to make another takes a while. */
const { privateKey: key } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
})

let serial = 1

export function certificate({
  name = 'app.example.com',
  from = -1,
  to = 365,
  by,
  isAuthority = false,
  hasNames = true,
}: Wanted = {}) {
  const pair = forge.pki.privateKeyFromPem(key)
  const made = forge.pki.createCertificate()
  made.publicKey = forge.pki.setRsaPublicKey(pair.n, pair.e)
  made.serialNumber = String(++serial).padStart(4, '0')
  made.validity.notBefore = daysFromNow(from)
  made.validity.notAfter = daysFromNow(to)
  made.setSubject([{ name: 'commonName', value: name }])
  made.setIssuer(
    by === undefined ? [{ name: 'commonName', value: name }] : forge.pki.certificateFromPem(by.cert).subject.attributes,
  )
  made.setExtensions([
    { name: 'basicConstraints', cA: isAuthority },
    ...(hasNames ? [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }] : []),
  ])
  made.sign(pair, forge.md.sha256.create())
  return { key, cert: forge.pki.certificateToPem(made) }
}

/** The one authority that the tests trust, and one in between that it has signed. */
export const authority = certificate({ name: 'Authority', isAuthority: true, to: 3650 })
export const between = certificate({ name: 'Between', isAuthority: true, by: authority })

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * 86_400_000)
}
