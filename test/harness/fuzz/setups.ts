import {
  kieSignature,
  memoryStore,
  SunoCallbacks,
  type Outcome,
  type StoredDelivery,
  type SunoCallbacksOptions,
  type SunoEvent,
} from 'suno-callbacks'
import type { SetupName } from './setup-names.js'
import { KIE_KEY, SECRETS } from './signatures.js'

export const MAX_BODY_BYTES = 256 * 1024

export interface LogLine {
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** What a receiver did, since it was asked last. */
export interface Records {
  readonly events: readonly SunoEvent[]
  readonly outcomes: readonly Outcome[]
  readonly log: readonly LogLine[]
}

export interface Setup {
  readonly suno: SunoCallbacks
  /** What happened since the last call. */
  readonly take: () => Records
}

/** The receivers that all cases go to, each with few keys to remember, so that nothing grows but by a leak. */
export function openSetups(): Readonly<Record<SetupName, Setup>> {
  return {
    open: recorded({ verify: false }, listenForAll),
    signed: recorded({ secret: SECRETS }, listenForAll),
    kie: recorded({ verify: kieSignature(KIE_KEY, { toleranceMs: Number.MAX_SAFE_INTEGER }) }, listenForAll),
    narrow: recorded({ verify: false }, (suno, hear) => suno.on('music:complete', hear)),
    handoff: recordedHandoff(),
    failing: recorded({ verify: false }, (suno) => {
      suno.on('*', () => {
        throw new Error('on purpose')
      })
    }),
    undecided: recorded({ verify: () => Promise.reject(new Error('on purpose')) }, listenForAll),
  }
}

type Hear = (event: SunoEvent) => void

/** A listener does what most do with an event: it writes it down. */
function listenForAll(suno: SunoCallbacks, hear: Hear): void {
  suno.on('*', (event) => {
    JSON.stringify(event)
    hear(event)
  })
}

function recorded(options: SunoCallbacksOptions, listen: (suno: SunoCallbacks, hear: Hear) => unknown): Setup {
  let events: SunoEvent[] = []
  let outcomes: Outcome[] = []
  let log: LogLine[] = []
  const write = (message: string, fields: Readonly<Record<string, unknown>> = {}) => log.push({ message, fields })
  const suno = new SunoCallbacks({
    store: memoryStore({ maxKeys: 1000 }),
    maxBodyBytes: MAX_BODY_BYTES,
    bodyTimeoutMs: 250,
    logger: { error: write, warn: write, info: write, debug: write },
    ...options,
  })
  listen(suno, (event) => events.push(event))
  suno.on('outcome', (outcome) => outcomes.push(outcome))
  const take = () => {
    const records = { events, outcomes, log }
    events = []
    outcomes = []
    log = []
    return records
  }
  return { suno, take }
}

/** A queue that stores a delivery as JSON, and runs it at once. */
function recordedHandoff(): Setup {
  const worker = recorded({ verify: false }, listenForAll)
  const accept = (stored: StoredDelivery) => worker.suno.run(JSON.parse(JSON.stringify(stored)) as StoredDelivery)
  const receiver = recorded({ verify: false, handoff: { accept } }, () => undefined)
  const take = () => {
    const [given, worked] = [receiver.take(), worker.take()]
    return { ...given, events: worked.events, log: [...given.log, ...worked.log] }
  }
  return { suno: receiver.suno, take }
}
