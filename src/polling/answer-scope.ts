import type { ProviderError } from './provider-error.js'

/** Whom an answer that is no record concerns. */
export type AnswerScope =
  /** All tasks, until somebody sets another key. */
  | 'key'
  /** All tasks, for a while: the account's limits, the provider's own troubles, the way to it. */
  | 'account'
  /** The task that was asked for, alone. */
  | 'record'

export function scopeOf({ code, httpStatus }: ProviderError): AnswerScope {
  switch (code) {
    case 'UNAUTHORIZED':
      return 'key'
    case 'RATE_LIMITED':
    case 'NO_CREDITS':
    case 'MAINTENANCE':
      return 'account'
    case 'UNAVAILABLE':
      // `{ "code": 500, "msg": "record is null" }` within HTTP 200: the API is there, and fails at this record.
      return httpStatus !== null && httpStatus >= 200 && httpStatus < 300 ? 'record' : 'account'
    case 'REFUSED':
    case 'UNREADABLE':
      return 'record'
  }
}
