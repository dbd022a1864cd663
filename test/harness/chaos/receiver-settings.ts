import type { Times } from './times.js'

/** How a receiver reaches its store. */
export type StoreAddress =
  { readonly kind: 'redis' | 'postgres'; readonly url: string } | { readonly kind: 'sqlite'; readonly path: string }

/** How a receiver polls. */
export interface PollingSettings {
  readonly apiUrl: string
  readonly apiKey: string
  /** By how much the poller's own times are divided. */
  readonly factor: number
}

/** What a receiver process is told, as JSON in its first argument. */
export interface ReceiverSettings {
  readonly index: number
  readonly port: number
  readonly secret: string
  readonly store: StoreAddress
  readonly times: Times
  readonly seed: number
  /** Where all receivers write what they did. */
  readonly records: string
  /** Where they mark which mishaps have happened. */
  readonly marks: string
  /** Whether listeners fail and dawdle. */
  readonly mishaps: boolean
  /** Where the records of watched tasks are asked for; absent: nowhere. */
  readonly polling?: PollingSettings
  /** Listeners write rows in transactions of `exactlyOnce` instead of lines in a file. */
  readonly once: boolean
}
