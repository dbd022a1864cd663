import { Connection } from './connection.js'
import { Load, type Sender } from './load.js'

/** What a generator is told. */
export interface GeneratorOrder {
  readonly port: number
  readonly sender: Sender
  readonly path: string
  /** The status that every answer must have. */
  readonly expects: string
  readonly connections: number
  /** Never to sleep; not where a store's server needs the core. */
  readonly staysAwake: boolean
}

/** How long a round is, and how long the load runs before it. */
export interface RoundTimes {
  readonly warmUpMs: number
  readonly measureMs: number
}

/** What it tells after each round. All but `answered` and `failed` are of the time after the warm-up. */
export interface Generated {
  /** Answers of the expected status, those of the warm-up too. */
  readonly answered: number
  /** Other answers and broken connections. */
  readonly failed: number
  readonly requests: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** How much of its time it had something to do, 0 to 1; counted in turns where it never sleeps. At 1 it would be the limit. */
  readonly busy: number
}

// Whoever started us is gone.
process.once('disconnect', () => process.exit(1))

const order = JSON.parse(process.argv[2] ?? '') as GeneratorOrder
const load = new Load(order.sender, order.path)

/** How many answers took how many steps of 10 µs. */
const latencies = new Uint32Array(1_000_000)
let answered = 0
let failed = 0
let isOver = false
let turns = 0
let busyTurns = 0

process.on('message', (times: RoundTimes) => void play(times))

async function play({ warmUpMs, measureMs }: RoundTimes): Promise<void> {
  answered = 0
  failed = 0
  isOver = false
  // New ones: the server closes those that nothing came on for a while.
  const connections = Array.from({ length: order.connections }, () => new Connection(order.port))
  const ends = connections.map((connection) => drive(connection, load.buffer()))
  if (order.staysAwake) stayAwake(0)
  await pause(warmUpMs)

  const before = answered
  const idleBefore = performance.eventLoopUtilization()
  const from = performance.now()
  latencies.fill(0)
  turns = 0
  busyTurns = 0
  process.send?.('warm')
  await pause(measureMs)
  isOver = true
  await Promise.all(ends)

  const ms = performance.now() - from
  for (const connection of connections) connection.close()
  const generated: Generated = {
    answered,
    failed,
    requests: answered - before,
    seconds: ms / 1000,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    busy: order.staysAwake ? busyTurns / turns : performance.eventLoopUtilization(idleBefore).utilization,
  }
  process.send?.(generated)
}

/** One request after the other, until the time is over. */
function drive(connection: Connection, request: Buffer): Promise<void> {
  return new Promise((resolve) => {
    let sentAt = 0
    const send = () => {
      load.next(request)
      sentAt = performance.now()
      connection.send(request, onAnswer)
    }
    const onAnswer = (status: string | null) => {
      const step = Math.min(latencies.length - 1, Math.floor((performance.now() - sentAt) * 100))
      latencies[step] = (latencies[step] ?? 0) + 1
      if (status === order.expects) answered++
      else failed++
      if (isOver || status === null) resolve()
      else send()
    }
    send()
  })
}

/**
 * Never sleeps. To wake a generator that does takes the server microseconds for each answer, and the more often the slower the server
 * is: it would pay twice for each microsecond of its own.
 */
function stayAwake(answersBefore: number): void {
  const answers = answered + failed
  turns++
  if (answers > answersBefore) busyTurns++
  if (!isOver) setImmediate(stayAwake, answers)
}

function percentile(share: number): number {
  let left = latencies.reduce((sum, count) => sum + count, 0) * share
  const step = latencies.findIndex((count) => (left -= count) <= 0)
  return step / 100
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
