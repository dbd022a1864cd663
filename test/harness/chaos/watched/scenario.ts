import type { StoreAddress } from '../receiver-settings.js'

/** What one run is. */
export interface Scenario {
  readonly store: StoreAddress['kind']
  readonly tasks: number
  readonly seed: number
  /** By how much the times of receivers and provider are divided. */
  readonly factor: number
}

/** By how much the times of the poller are divided: its first look is at 3 minutes, and a task is lent for 5. */
export const POLLING_FACTOR = 60

export const RECEIVERS = 3

/** The share of callbacks that the provider never sends. */
export const SILENT = 0.3

/** What the API answers in place of a record. */
export const RECORD_FAULTS = { rateLimited: 0.03, serverError: 0.03, hang: 0.02, html: 0.02, cut: 0.02 }

/** Over how long tasks are submitted, in ms. */
export function spreadMsOf({ tasks }: Scenario): number {
  return Math.max(3_000, tasks * 12.5)
}
