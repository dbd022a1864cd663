import type { RequestListener } from 'node:http'
import type { StoreOrder } from './open-store.js'

/** Called for every event that reached a listener, or the place in a handler where one would be. */
export type OnEvent = () => void

export interface Subject {
  readonly store: StoreOrder
  /** Whether the callback URLs are signed. */
  readonly isSigned: boolean
}

/** A server that is measured: what it does with a request, and how it gets to know events. */
export type Make = (onEvent: OnEvent, subject: Subject) => Promise<RequestListener>

export const SECRET = 'a secret of the benchmark, 0123456789'
