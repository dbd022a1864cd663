import type { DeliveryError } from '../../errors/errors.js'
import { isLocalHost } from '../../verify/read-url.js'
import type { SignedCallback } from '../../verify/signed-url.js'
import { fail, inconclusive, pass, skip, warn, type Judges } from '../check.js'
import type { DoctorSettings } from '../diagnose-options.js'
import { readSignature } from '../read-signature.js'
import type { ExaminedAddress } from '../target.js'

/** What can be said before anything is sent. */
export interface Configuration {
  readonly target: ExaminedAddress
  readonly secrets: readonly string[]
  /** What the signature of the URL says; null where it has none, or there is no secret to check it with. */
  readonly signed: SignedCallback | DeliveryError | null
}

export function readConfiguration(target: ExaminedAddress, { secrets }: DoctorSettings): Configuration {
  const signed = target.signature === null ? null : readSignature(target.url, secrets)
  return { target, secrets, signed }
}

export const configurationChecks: Judges<Configuration> = {
  'config.url': ({ target: { url, isSecure, shown } }) => {
    if (url.username !== '' || url.hash !== '') {
      return fail(
        'The URL has a user name or a fragment in it, which callbackUrl() refuses.',
        'Leave out what stands before the @ and after the #.',
      )
    }
    if (isSecure) return pass(`${shown} is https.`)
    return isLocalHost(url.hostname)
      ? pass(`${shown} is http, which is right where nothing leaves the machine or its containers.`)
      : fail(
          'The URL is http: signatures travel in the clear.',
          'Serve it by https, and set SUNO_CALLBACK_BASE_URL so.',
        )
  },

  'config.secret': ({ secrets }) => {
    if (secrets.length === 0) {
      return warn(
        'There is no secret: what needs the signed probe is left out.',
        'Set SUNO_CALLBACK_SECRET to that of the app, or the option secret.',
      )
    }
    if (secrets.some((secret) => secret.length < 16)) {
      return warn(
        'A secret has fewer than 16 characters: it can be guessed from one callback URL.',
        'Make one: openssl rand -hex 32',
      )
    }
    return secrets.some((secret) => secret !== secret.trim())
      ? warn(
          'A secret begins or ends with white space, which belongs to it: another process may have it without.',
          'Set it without, in every process that makes or receives URLs.',
        )
      : pass('There is a secret.')
  },

  'config.signature': ({ target, signed }) => {
    if (target.signature === null) return skip('The URL that was given is not signed.')
    if (signed === null) return inconclusive('The URL is signed, and there is no secret to check it with.')
    if (!(signed instanceof Error)) return pass(`The URL is signed by this secret, for ${signed.kind}.`)
    return signed.code === 'SIGNATURE_EXPIRED'
      ? fail(
          'The signature of the URL has expired: its callbacks are answered 401.',
          'Make URLs with a larger expiresInMs, and submit each task with a fresh one.',
        )
      : fail(
          'The URL is signed by another secret than this one.',
          'Give the process that makes URLs and the one that receives the same SUNO_CALLBACK_SECRET.',
        )
  },
}
