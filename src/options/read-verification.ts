import { environment } from './environment.js'
import { ConfigurationError } from '../errors/errors.js'
import type { Logger } from '../log/logger.js'
import { toSigningKeys, type SigningKeys } from '../verify/signed-url.js'
import type { Verifier } from '../verify/verifier.js'

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

/** @throws ConfigurationError `NO_VERIFICATION`, `VERIFY_CONFLICT`, `VERIFY_INVALID`, `SECRET_INVALID` */
export function readVerification({ secret, verify }: VerificationOptions, logger: Logger): Verification {
  if (verify !== undefined && verify !== false && typeof verify !== 'function') {
    throw new ConfigurationError(
      'VERIFY_INVALID',
      'verify must be a function, such as kieSignature(key), or false to accept deliveries from anybody.',
    )
  }
  if (verify === false) {
    if (secret !== undefined) {
      throw new ConfigurationError(
        'VERIFY_CONFLICT',
        'secret and verify: false contradict each other. Leave verify out to require signed callback URLs, or leave the secret out.',
      )
    }
    return { signingKeys: null, verify: null }
  }
  const secrets = readSecrets(secret ?? environment('SUNO_CALLBACK_SECRET'))
  if (secrets === null && verify === undefined) {
    throw new ConfigurationError(
      'NO_VERIFICATION',
      'Anybody could post made-up callbacks. Set the option secret (or SUNO_CALLBACK_SECRET in the environment) to sign callback URLs, ' +
        'or verify to a check of your own. On your own machine, verify: false accepts anything.',
    )
  }
  if (secrets?.some((one) => one.length < 16) === true) {
    logger.warn(
      'A secret of fewer than 16 characters can be guessed from one callback URL. Make one: openssl rand -hex 32',
    )
  }
  return { signingKeys: secrets === null ? null : toSigningKeys(secrets), verify: verify ?? null }
}

function readSecrets(secret: string | readonly unknown[] | undefined): readonly [string, ...string[]] | null {
  if (secret === undefined) return null
  const [first, ...rest]: readonly unknown[] = Array.isArray(secret) ? (secret as readonly unknown[]) : [secret]
  if (isSecret(first) && rest.every(isSecret)) return [first, ...rest]
  throw new ConfigurationError(
    'SECRET_INVALID',
    'secret must be a string that is not empty, or a list of such strings. Is the environment variable set? Make one: openssl rand -hex 32',
  )
}

function isSecret(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
