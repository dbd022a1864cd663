import { SunoCallbacks, type Delivery, type IdempotencyStore } from 'suno-callbacks'
import { callbackBody, recordBody, taskIdOffsets, toTaskId } from './callback.js'
import { openStore } from './open-store.js'
import { SECRET } from './subject.js'
import { StepTimes, type Step } from './step-times.js'

/**
 * What is timed: `JSON.parse` alone; new deliveries, repeats of one that is done, or ones with a wrong signature; new records, which are
 * given to `handle()`; or new deliveries, with a look at the clock at each step.
 */
export interface DeliveriesOrder {
  readonly what: 'parse' | 'fresh' | 'duplicate' | 'forged' | 'record' | 'steps'
  readonly isSigned: boolean
  readonly inFlight: number
  readonly listeners: number
  /** Keys that the store remembers, and no more; null: it has room for all. */
  readonly liveKeys: number | null
  readonly bodyBytes: number
  readonly seconds: number
}

export interface DeliveriesTimed {
  /** For one delivery. */
  readonly us: number
  /** Of a body. */
  readonly bytes: number
  /** µs of each step, where that was asked. */
  readonly steps: Readonly<Record<Step, number>> | null
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1000

const order = JSON.parse(process.argv[2] ?? '') as DeliveriesOrder
const times = new StepTimes()
let heard = 0

const taskId = toTaskId('', 0)
const template = Buffer.from(order.what === 'record' ? recordBody(taskId) : callbackBody(taskId, order.bodyBytes))
const taskIdsAt = taskIdOffsets(template.toString(), taskId)
/** A batch is prepared, then timed: enough for the clock, few enough for the caches of a processor. */
const BATCH = 500
const bodies = Array.from({ length: BATCH }, () => Buffer.from(template))
let made = 0

const suno = await makeReceiver()
const queries = Array.from({ length: BATCH }, signedQuery)

await timed(order.seconds / 2)
times.clear()
const us = await timed(order.seconds)
const result: DeliveriesTimed = {
  us,
  bytes: template.length,
  steps: order.what === 'steps' ? times.means() : null,
}
process.send?.(result)

/** The mean of a call, in µs. */
async function timed(seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000
  let ms = 0
  let count = 0
  while (performance.now() < until) {
    renewBodies()
    const from = performance.now()
    if (order.what === 'parse') parseAll()
    else await receiveAll()
    ms += performance.now() - from
    count += BATCH
  }
  return (ms / count) * 1000
}

function renewBodies(): void {
  if (order.what === 'duplicate' && made > 0) return
  for (const body of bodies) {
    const newId = toTaskId('', made++)
    for (const offset of taskIdsAt) body.write(newId, offset, 'latin1')
  }
}

function parseAll(): void {
  for (const body of bodies) {
    const { data } = JSON.parse(body.toString()) as { readonly data: { readonly task_id: string } }
    if (data.task_id.length !== taskId.length) throw new Error('The body was not read.')
  }
}

async function receiveAll(): Promise<void> {
  const before = heard
  let next = 0
  const work = async (): Promise<void> => {
    while (next < BATCH) {
      const index = next++
      check(await receive(index))
    }
  }
  await Promise.all(Array.from({ length: order.inFlight }, work))
  const expected = order.what === 'duplicate' || order.what === 'forged' ? 0 : BATCH * order.listeners
  // The first batch of repeats is new.
  const isFirst = order.what === 'duplicate' && before === 0
  if (heard - before !== (isFirst ? BATCH : expected)) throw new Error('An event was missed, or came twice.')
}

function receive(index: number): ReturnType<SunoCallbacks['receive']> {
  const body = bodies[index] ?? template
  if (order.what === 'record') return suno.handle({ kind: 'music', body, source: 'record' })
  const query = order.isSigned ? queries[index] : ''
  if (order.what !== 'steps') return suno.receive({ kind: 'music', query, body })
  times.start()
  const delivery: Delivery = {
    kind: 'music',
    query,
    body: () => {
      times.reached('body')
      return Promise.resolve(body)
    },
  }
  return suno.receive(delivery).finally(() => times.reached('end'))
}

function check({ status }: Awaited<ReturnType<SunoCallbacks['receive']>>): void {
  const isRight =
    order.what === 'forged'
      ? status === 'rejected'
      : status === 'handled' || (order.what === 'duplicate' && status === 'duplicate')
  if (!isRight) throw new Error(`A delivery was ${status}.`)
}

async function makeReceiver(): Promise<SunoCallbacks> {
  const { memoryStore } = await import('suno-callbacks')
  const { liveKeys } = order
  const store = liveKeys === null ? await openStore({ kind: 'memory' }) : memoryStore({ maxKeys: liveKeys })
  for (let index = 0; index < (liveKeys ?? 0); index++) {
    const key = `music:complete:${toTaskId('f', index)}`
    await store.claim(key, 'token', 15_000)
    await store.complete(key, 'token', WEEK_MS)
  }
  const signing = order.isSigned ? { secret: SECRET, baseUrl: 'http://127.0.0.1/suno' } : {}
  const verify = order.what === 'steps' ? { verify: verifier } : order.isSigned ? {} : { verify: false as const }
  const logger = { error: () => undefined, warn: () => undefined }
  const receiver = new SunoCallbacks({
    ...signing,
    ...verify,
    store: order.what === 'steps' ? watched(store) : store,
    logger,
  })
  for (let index = 0; index < order.listeners; index++) {
    receiver.on('music:complete', () => {
      heard++
      if (order.what === 'steps') times.reached('listener')
      return Promise.resolve()
    })
  }
  return receiver
}

function verifier(): boolean {
  times.reached('verifier')
  return true
}

function watched(store: IdempotencyStore): IdempotencyStore {
  return {
    claim: (...args) => {
      times.reached('claim')
      return store.claim(...args)
    },
    complete: (...args) => {
      times.reached('complete')
      return store.complete(...args)
    },
    release: (...args) => store.release(...args),
    renew: (...args) => store.renew?.(...args) ?? Promise.resolve(false),
  }
}

function signedQuery(_: unknown, index: number): string {
  if (!order.isSigned) return ''
  const signer =
    order.what === 'forged' ? new SunoCallbacks({ secret: `not ${SECRET}`, baseUrl: 'http://127.0.0.1/suno' }) : suno
  const metadata = { orderId: String(index).padStart(8, '0') }
  return new URL(signer.callbackUrl('music', { metadata })).search.slice(1)
}
