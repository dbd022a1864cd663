import { KINDS } from './built.js'
import { Dice } from './dice.js'
import { INHERITED } from './hostile.js'
import { makeBody } from './make-body.js'
import { kieHeaders, makeHeaders, type Headers } from './make-headers.js'
import { makeQuery } from './make-query.js'
import { mutateWire } from './mutate-wire.js'
import { SETUPS, type SetupName } from './setup-names.js'

/** One thing that is done to a receiver, all of it fixed by seed and number. */
export interface FuzzCase {
  readonly number: number
  readonly taskId: string
  readonly setup: SetupName
  /** How it gets there: given to `receive` in one of four forms, or sent to an app that listens. */
  readonly transport: Transport
  /** Once; again when it is done; twice at once; or after the `complete` of its task. */
  readonly manner: 'once' | 'repeated' | 'parallel' | 'late'
  readonly kind: string | undefined
  readonly query: string
  readonly headers: Headers | undefined
  readonly body: Buffer
  /** What the body's reader rejects with. */
  readonly readerFault: string | null
  /** What is written to the socket where that is no orderly request, in pieces; null where it is one. */
  readonly wire: readonly Buffer[] | null
  /** Whether the body of an orderly request is sent byte by byte, each as a chunk of its own. */
  readonly isInChunks: boolean
}

export type Transport = 'bytes' | 'text' | 'parsed' | 'reader' | App
export type App = 'node' | 'Express' | 'Koa'

const APPS: readonly App[] = ['node', 'Express', 'Koa']

/** @param isInChunks sends all to apps that listen, byte by byte */
export function makeCase(seed: number, number: number, isInChunks: boolean): FuzzCase {
  const dice = new Dice(seed, `case ${String(number)}`)
  const taskId = `task-${String(number)}`
  const setup = dice.weigh(SETUPS)
  const transport = isInChunks ? dice.pick(APPS) : dice.weigh(TRANSPORTS)
  const body = makeBody(taskId, dice)
  const isApp = isAppName(transport)
  const plain = {
    number,
    taskId,
    setup,
    transport,
    manner: dice.weigh(MANNERS),
    kind: makeKind(dice, isApp),
    query: setup === 'signed' ? makeQuery(dice) : dice.hits(0.02) ? makeQuery(dice) : '',
    headers: setup === 'kie' ? kieHeaders(taskId, dice, isApp) : makeHeaders(dice, isApp),
    body,
    readerFault: transport === 'reader' && dice.hits(0.1) ? dice.pick(READER_FAULTS) : null,
    wire: null,
    isInChunks,
  }
  return isApp ? { ...plain, manner: 'once', wire: mutateWire(plain, dice) } : plain
}

export function isAppName(transport: Transport): transport is App {
  return (APPS as readonly Transport[]).includes(transport)
}

function makeKind(dice: Dice, isApp: boolean): string | undefined {
  if (dice.hits(0.6)) return undefined
  return isApp || dice.hits(0.97)
    ? dice.pick(KINDS)
    : dice.pick([...INHERITED, '', 'any', 'Music', ' music', 'music\n'])
}

const TRANSPORTS: readonly (readonly [number, Transport])[] = [
  [40, 'bytes'],
  [20, 'text'],
  [15, 'parsed'],
  [20, 'reader'],
  [3, 'node'],
  [1, 'Express'],
  [1, 'Koa'],
]

const MANNERS: readonly (readonly [number, FuzzCase['manner']])[] = [
  [85, 'once'],
  [5, 'repeated'],
  [5, 'parallel'],
  [5, 'late'],
]

const READER_FAULTS: readonly string[] = [
  'BODY_TOO_LARGE',
  'BODY_TOO_SLOW',
  'BODY_ABORTED',
  'BODY_CONSUMED',
  'CONTENT_ENCODING',
  'ECONNRESET',
  'constructor',
]
