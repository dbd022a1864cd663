/** Why a provider did not do what it was asked for. */
export type ProviderCode =
  /** The key is not accepted. */
  | 'UNAUTHORIZED'
  /** The account, or the part of it that the key may use, is spent. */
  | 'NO_CREDITS'
  /** Too many requests: later. */
  | 'RATE_LIMITED'
  /** The request itself: repeating it unchanged changes nothing. */
  | 'REFUSED'
  /** The provider says that it is under maintenance. */
  | 'MAINTENANCE'
  /** No answer in time, no connection, or a fault of the provider's. */
  | 'UNAVAILABLE'
  /** An answer that is not the provider's: a page, a redirect, another task's record, too large. */
  | 'UNREADABLE'

/** What is known of the answer, where there was one. */
export interface ProviderErrorDetails {
  /** After which time the provider wants to be asked again, in ms; null where it does not say. */
  readonly retryAfterMs?: number | null
  /** The HTTP status. */
  readonly httpStatus?: number | null
  /** The code in the answer's body; the same number can mean different things at different providers. */
  readonly providerCode?: number | null
  /** The task that the answer names: a WAV file or a cover that was asked for twice is refused with the id of the first task. */
  readonly taskId?: string | null
}

/** An answer of the provider's that is no success, or none. Its message never holds the API key, a header or a whole body. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly retryAfterMs: number | null
  readonly httpStatus: number | null
  readonly providerCode: number | null
  readonly taskId: string | null

  constructor(
    readonly code: ProviderCode,
    message: string,
    { retryAfterMs = null, httpStatus = null, providerCode = null, taskId = null }: ProviderErrorDetails = {},
  ) {
    super(message)
    this.retryAfterMs = retryAfterMs
    this.httpStatus = httpStatus
    this.providerCode = providerCode
    this.taskId = taskId
  }
}
