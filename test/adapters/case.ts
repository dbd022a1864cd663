import type { EventType, IdempotencyStore, SunoCallbacks, SunoCallbacksOptions, SunoEvent } from '../../src/index.js'
import type { App } from './adapters.js'
import type { AdapterName } from './names.js'
import type { Wire } from './wire.js'

/** One row of the matrix. */
export interface Case extends App {
  readonly title: string
  /** What the client does, in this order. */
  readonly does: readonly (string | Uint8Array | Act)[]
  /** How many requests that is; 1 by default. */
  readonly requests?: number
  readonly isHead?: boolean
  /** All answers in their order, as in `Seen`. */
  readonly expected: string
  /** Where an adapter's answer is another one. */
  readonly unlike?: readonly Difference[]
  /** How many events come of it: by default as many as there are answers `200 received`. */
  readonly events?: number
  /** How many keys are claimed from the store: by default one for each event, so that no refusal reaches the store. */
  readonly claims?: number
  /** What the next callback is answered; by default it is received. */
  readonly afterwards?: string
  /** How the receiver is set up. It accepts anything by default. */
  readonly options?: SunoCallbacksOptions
  readonly store?: () => IdempotencyStore
  /** What it listens for: everything by default. */
  readonly listensFor?: EventType | null
  readonly listener?: (event: SunoEvent) => unknown
  readonly prepare?: (suno: SunoCallbacks) => unknown
}

export interface Difference {
  readonly adapters: readonly AdapterName[]
  readonly expected: string
  readonly because: string
}

/** Something that a client does beside sending. */
export type Act = (wire: Wire, takeAnswer: () => Promise<void>) => Promise<unknown>

export const awaitAnswer: Act = (_wire, takeAnswer) => takeAnswer()

export const goAway: Act = (wire) => {
  wire.destroy()
  return wire.closed
}

/** Sends no more, but still reads. */
export const halfClose: Act = (wire) => Promise.resolve(wire.halfClose())

/** Sends this again and again, slowly, until the answer comes. */
export function trickle(piece: string): Act {
  return async (wire, takeAnswer) => {
    const timer = setInterval(() => void wire.write(piece), 10)
    await takeAnswer()
    clearInterval(timer)
  }
}

/** Sends this again and again, as fast as it goes, until nobody reads any more. */
export function flood(piece: string): Act {
  const send = async (wire: Wire) => {
    while (await wire.write(piece));
  }
  return (wire, takeAnswer) => Promise.all([takeAnswer(), send(wire)])
}

/** What is not ours, but comes to us in Hono, whose route is all that is below /suno. */
export const NOT_OURS_BELOW_SUNO = {
  expected: '404 (app)',
  unlike: [
    {
      adapters: ['node:http', 'node:https', 'Hono'],
      expected: '404 not-found',
      because: 'nobody is behind the receiver',
    },
  ],
} as const satisfies Partial<Case>

/** What is not ours: a receiver with nobody behind it answers for itself. */
export const NOT_OURS = {
  expected: '404 (app)',
  unlike: [
    { adapters: ['node:http', 'node:https'], expected: '404 not-found', because: 'nobody is behind the receiver' },
  ],
} as const satisfies Partial<Case>
