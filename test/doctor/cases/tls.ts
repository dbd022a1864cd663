import type { DiagnoseOptions } from '../../../src/doctor/index.js'
import { authority, between, certificate, type Certificate } from '../certificates.js'
import { serve, serveSecurely, serveSockets } from '../servers.js'
import type { Symptom } from '../symptoms.js'

/** A server that has this certificate, and its address by the name `app.example.com`. */
async function withCertificate(shown: Certificate): Promise<readonly [string, DiagnoseOptions]> {
  return named(await serveSecurely((_, response) => response.end('an app'), shown))
}

/** The name leads to this machine, and the authority of the tests is trusted. */
export function named(port: number, options: DiagnoseOptions = {}): readonly [string, DiagnoseOptions] {
  const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }])
  return [`https://app.example.com:${String(port)}/suno/music`, { lookup, ca: authority.cert, ...options }]
}

export const tlsSymptoms: readonly Symptom[] = [
  {
    title: 'a certificate that has expired is told by tls.expiry',
    arrange: () => withCertificate(certificate({ by: authority, from: -90, to: -1 })),
    finds: 'tls.expiry',
    status: 'fail',
    summary: /^The certificate has expired: /,
    fix: /^Renew it/,
  },
  {
    title: 'a certificate that soon expires is told by tls.expiry',
    arrange: () => withCertificate(certificate({ by: authority, to: 5 })),
    finds: 'tls.expiry',
    status: 'warn',
    summary: /^The certificate expires in 4 days: /,
    fix: /^Renew it/,
  },
  {
    title: 'a certificate of the future is told by tls.expiry',
    arrange: () => withCertificate(certificate({ by: authority, from: 2 })),
    finds: 'tls.expiry',
    status: 'fail',
    summary: /on only\.$/,
    fix: /clocks/,
  },
  {
    title: 'a certificate of another name is told by tls.name',
    arrange: () => withCertificate(certificate({ by: authority, name: 'www.example.com' })),
    finds: 'tls.name',
    status: 'fail',
    summary: /^The certificate is not for app\.example\.com, but for DNS:www\.example\.com\.$/,
    fix: /certificate for this name/,
  },
  {
    title: 'a certificate of another name is not told as one that nobody trusts, by tls.chain',
    arrange: () => withCertificate(certificate({ by: authority, name: 'www.example.com' })),
    finds: 'tls.chain',
    status: 'pass',
    summary: /trusted authority/,
    fix: null,
  },
  {
    title: 'a certificate that names its host in the old way alone is told by tls.name',
    arrange: () => withCertificate(certificate({ by: authority, name: 'old.example.com', hasNames: false })),
    finds: 'tls.name',
    status: 'fail',
    summary: /but for old\.example\.com\.$/,
    fix: /certificate for this name/,
  },
  {
    title: 'a self-signed certificate is told by tls.chain',
    arrange: () => withCertificate(certificate()),
    finds: 'tls.chain',
    status: 'fail',
    summary: /self-signed.*\(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    fix: /public authority/,
  },
  {
    title: 'a chain with a certificate left out is told by tls.chain',
    arrange: () => withCertificate(certificate({ by: between })),
    finds: 'tls.chain',
    status: 'fail',
    summary: /in between is missing.*\(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/,
    fix: /fullchain\.pem/,
  },
  {
    title: 'a chain of which a part has expired is told by tls.chain',
    arrange: () => {
      const old = certificate({ name: 'Old', isAuthority: true, by: authority, from: -90, to: -1 })
      const { key, cert } = certificate({ by: old })
      return withCertificate({ key, cert: cert + old.cert })
    },
    finds: 'tls.chain',
    status: 'fail',
    summary: /CERT_HAS_EXPIRED/,
    fix: /whole chain/,
  },
  {
    title: 'plain http behind an https URL is told by tls.handshake',
    arrange: async () => named(await serve((_, response) => response.end('an app'))),
    finds: 'tls.handshake',
    status: 'fail',
    summary: /does not speak TLS: it is plain http/,
    fix: /port that serves https/,
  },
  {
    title: 'a connection that is closed in the handshake is told by tls.handshake',
    arrange: async () => named(await serveSockets((socket) => socket.once('data', () => socket.resetAndDestroy()))),
    finds: 'tls.handshake',
    status: 'fail',
    summary: /^No TLS connection at port \d+ \(ECONNRESET\)\.$/,
    fix: /know this name/,
  },
  {
    title: 'a server that never answers the handshake is told by tls.handshake',
    arrange: async () => named(await serveSockets(() => undefined), { timeoutMs: 300 }),
    finds: 'tls.handshake',
    status: 'fail',
    summary: /\(timeout\)/,
    fix: /holds the certificate/,
  },
]
