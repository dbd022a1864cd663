import * as z from 'zod/mini'
import { ConfigurationError } from '../errors/errors.js'
import { functionOf, option } from '../errors/read-options.js'
import type { Logger } from '../log/logger.js'
import { toSigningKeys, type SigningKeys } from '../verify/signed-url.js'
import type { Verifier } from '../verify/verifier.js'
import { environment } from './environment.js'

/** The options that say whom to believe. One of them is needed. */
export interface VerificationOptions {
  /**
   * Signs and checks callback URLs: a long random string, for example of `openssl rand -hex 32`. Several for rotation: the first
   * signs, all are accepted. `SUNO_CALLBACK_SECRET` of the environment by default.
   */
  readonly secret?: string | readonly string[] | undefined
  /** A check of your own, beside the signed URLs if there is a secret: both must pass. `false` accepts anything from anybody. */
  readonly verify?: Verifier | false | undefined
}

/** How deliveries are verified. Both null: not at all, which the app has asked for. */
export interface Verification {
  readonly signingKeys: SigningKeys | null
  readonly verify: Verifier | null
}

/** How they are read. */
export function verificationOptions() {
  const secret = z.string().check(z.refine((text) => text.trim() !== ''))
  const secrets = z.union([secret, z.array(secret).check(z.minLength(1))])
  const verify = z.union([functionOf<Verifier>(), z.literal(false)])
  return {
    secret: option(z.optional(secrets), 'SECRET_INVALID', SECRET_INVALID),
    verify: option(z.optional(verify), 'VERIFY_INVALID', VERIFY_INVALID),
  }
}

/**
 * The two together, once each of them is checked.
 *
 * @throws ConfigurationError `NO_VERIFICATION`, `VERIFY_CONFLICT`
 */
export function readVerification({ secret, verify }: VerificationOptions, logger: Logger): Verification {
  if (verify === false) {
    if (secret !== undefined) {
      throw new ConfigurationError(
        'VERIFY_CONFLICT',
        'secret and verify: false contradict each other. Leave verify out to require signed callback URLs, or leave the secret out.',
      )
    }
    return { signingKeys: null, verify: null }
  }
  const [first, ...rest] = [secret ?? environment('SUNO_CALLBACK_SECRET') ?? []].flat()
  if (first === undefined) {
    if (verify !== undefined) return { signingKeys: null, verify }
    throw new ConfigurationError(
      'NO_VERIFICATION',
      'Anybody could post made-up callbacks. Set the option secret (or SUNO_CALLBACK_SECRET in the environment) to sign callback URLs, ' +
        'or verify to a check of your own. On your own machine, verify: false accepts anything.',
    )
  }
  if ([first, ...rest].some((one) => one.length < 16)) {
    logger.warn(
      'A secret of fewer than 16 characters can be guessed from one callback URL. Make one: openssl rand -hex 32',
    )
  }
  return { signingKeys: toSigningKeys([first, ...rest]), verify: verify ?? null }
}

const SECRET_INVALID =
  'secret must be a string that is not empty, or a list of such strings. Is the environment variable set? Make one: openssl rand -hex 32'

const VERIFY_INVALID =
  'verify must be a function, such as kieSignature(key), or false to accept deliveries from anybody.'
