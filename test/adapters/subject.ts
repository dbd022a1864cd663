import {
  SunoCallbacks,
  type EventType,
  type Outcome,
  type SunoCallbacksOptions,
  type SunoEvent,
} from '../../src/index.js'
import { keepingLogger, type LogLine } from '../support/receiver.js'

/** A receiver that writes down what it does. */
export interface Subject {
  readonly suno: SunoCallbacks
  readonly events: readonly SunoEvent[]
  readonly outcomes: readonly Outcome[]
  readonly log: readonly LogLine[]
  /** The outcome of the next delivery. */
  readonly nextOutcome: () => Promise<Outcome>
}

export const SECRET = 'a secret that only the tests know'

/** Accepts anything and listens for everything, unless told otherwise. */
export function subject(options: SunoCallbacksOptions = { verify: false }, listensFor: EventType | '*' = '*'): Subject {
  const events: SunoEvent[] = []
  const outcomes: Outcome[] = []
  const logger = keepingLogger()
  const suno = new SunoCallbacks({ logger, ...options })
  suno.on(listensFor, (event: SunoEvent) => events.push(event))
  suno.on('outcome', (outcome) => outcomes.push(outcome))
  const nextOutcome = () => new Promise<Outcome>((resolve) => suno.once('outcome', resolve))
  return { suno, events, outcomes, log: logger.lines, nextOutcome }
}

/** The path and query of a signed callback URL, as a client sends them. */
export function signedPath(
  suno: SunoCallbacks,
  kind: Parameters<SunoCallbacks['callbackUrl']>[0],
  path: string,
): string {
  const url = new URL(suno.callbackUrl(kind, { url: `http://localhost${path}`, metadata: { orderId: '42' } }))
  return url.pathname + url.search
}
