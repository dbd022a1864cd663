/**
 * The two families of the core (polling and the archive have one each), told apart by `code`, not by `instanceof`: an app can load this package twice, once as an ES module
 * and once as CommonJS.
 */

/** What can be wrong with the way the library is used. Thrown where the mistake is made, mostly at construction. */
export type ConfigurationCode =
  | 'NO_VERIFICATION'
  | 'RUNTIME_UNSUPPORTED'
  | 'VERIFY_CONFLICT'
  | 'VERIFY_INVALID'
  | 'SECRET_INVALID'
  | 'BASE_URL_INVALID'
  | 'BASE_URL_INSECURE'
  | 'BASE_URL_MISSING'
  | 'STORE_INVALID'
  | 'STORE_NOT_SHARED'
  | 'HANDOFF_INVALID'
  | 'NAME_INVALID'
  | 'OPTION_UNKNOWN'
  | 'OPTION_OUT_OF_RANGE'
  | 'OPTION_INVALID'
  | 'LOGGER_INVALID'
  | 'EVENT_UNKNOWN'
  | 'LISTENER_INVALID'
  | 'KIND_UNKNOWN'
  | 'METADATA_INVALID'
  | 'METADATA_TOO_LARGE'
  | 'METADATA_NEEDS_SECRET'
  | 'EXPIRY_INVALID'
  | 'EXPIRY_NEEDS_SECRET'
  | 'RECEIVER_INVALID'
  | 'OUTCOME_INVALID'
  | 'CLIENT_INVALID'
  | 'TABLE_INVALID'
  | 'POOL_INVALID'
  | 'POOL_SHARED'
  | 'LISTENER_NAME_TAKEN'
  | 'TRANSACTION_OVER'
  | 'API_KEY_INVALID'
  | 'PROVIDER_INVALID'
  | 'ENDPOINT_UNKNOWN'
  | 'MODEL_UNKNOWN'
  | 'TASK_INVALID'
  | 'DESTINATION_INVALID'
  | 'KEY_INVALID'
  | 'INSPECTOR_UNPROTECTED'

/** A mistake in the code or the environment of the app. The message says what is wrong and how to mend it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  constructor(
    readonly code: ConfigurationCode,
    message: string,
  ) {
    super(message)
  }
}

/** Why a delivery was not handled. */
export type DeliveryCode =
  | 'SIGNATURE_MISSING'
  | 'SIGNATURE_INVALID'
  | 'SIGNATURE_EXPIRED'
  | 'KIND_MISMATCH'
  | 'NOT_VERIFIED'
  | 'VERIFIER_FAILED'
  | 'DELIVERY_INVALID'
  | 'CONTENT_TYPE'
  | 'CONTENT_ENCODING'
  | 'BODY_TOO_LARGE'
  | 'BODY_TOO_SLOW'
  | 'BODY_ABORTED'
  | 'BODY_CONSUMED'
  | 'BODY_FAILED'
  | 'BODY_INVALID'
  | 'NOT_UTF8'
  | 'NOT_JSON'
  | 'TOO_DEEP'
  | 'TWO_TASK_IDS'
  | 'UNRECOGNISED'
  | 'OTHER_KIND'
  | 'STORE_FAILED'
  | 'STORE_CONTRACT'
  | 'HANDOFF_FAILED'
  | 'STORED_INVALID'
  | 'NO_LISTENER'
  | 'LISTENER_BUSY'
  | 'CLOSING'
  | 'INTERNAL'

/**
 * A fault that became an outcome; `run` throws it at the queue engine, so that the job is tried again. Its message never holds a payload, a
 * secret or a signature.
 */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  constructor(
    readonly code: DeliveryCode,
    message: string,
    // Not `ErrorOptions`, which programs compiled against ES2021 do not know.
    options?: { readonly cause?: unknown },
  ) {
    super(message, options)
  }
}

/** The code of an error of either family, from whichever copy of the library it came. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
