/** The rules of time: leases, deadlines, joining, and a store that fails. On a fake clock, with a real store behind the faults. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { memoryStore, toResponse, type ClaimResult, type IdempotencyStore, type Outcome } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { deferred, deliver, keepingLogger, receiver } from '../support/receiver.js'
import {
  answers,
  answersLater,
  bareStore,
  fails,
  faultyStore,
  hangs,
  later,
  type FaultyStore,
} from '../support/store.js'

const KEY = 'music:complete:task-1'

let rejections: unknown[]
const onRejection = (error: unknown) => rejections.push(error)

beforeEach(() => {
  rejections = []
  process.on('unhandledRejection', onRejection)
  vi.useFakeTimers()
})

afterEach(async () => {
  await vi.runOnlyPendingTimersAsync()
  vi.useRealTimers()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', onRejection)
  expect(rejections).toEqual([])
})

/** Advances the clock, then answers what has become of the promise by now. */
async function after<T>(ms: number, promise: Promise<T>): Promise<T | 'pending'> {
  await vi.advanceTimersByTimeAsync(ms)
  return Promise.race([promise, Promise.resolve('pending' as const)])
}

function status(outcome: Pick<Outcome, 'status'> | { readonly status: 'probed' } | 'pending'): string {
  return outcome === 'pending' ? outcome : outcome.status
}

/** How many calls for one token were under way at once, at most. */
function watchOverlap(store: FaultyStore): { most: () => number; store: IdempotencyStore } {
  const underWay = new Map<string, number>()
  let most = 0
  const watched =
    <A extends readonly [string, string, ...number[]], R>(step: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const now = (underWay.get(args[1]) ?? 0) + 1
      underWay.set(args[1], now)
      most = Math.max(most, now)
      try {
        return await step(...args)
      } finally {
        underWay.set(args[1], (underWay.get(args[1]) ?? 1) - 1)
      }
    }
  return {
    most: () => most,
    store: {
      claim: watched(store.claim),
      complete: watched(store.complete),
      release: watched(store.release),
      renew: watched(store.renew),
      isDone: store.isDone,
    },
  }
}

test('a slow listener is answered 503 at the deadline, finishes its work, and its retry is 200 without a second run', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  const work = deferred()
  let runs = 0
  suno.on('music:complete', async (_, { signal }) => {
    runs++
    await work.promise
    expect(signal.aborted).toBe(false)
  })

  const first = deliver(suno)
  expect(await after(7_999, first)).toBe('pending')
  const outcome = await after(1, first)
  expect(status(outcome)).toBe('deadline')
  expect(toResponse(outcome as Outcome)).toMatchObject({ status: 503, headers: { 'retry-after': '10' } })

  await vi.advanceTimersByTimeAsync(30_000)
  expect(store.steps('renew').length).toBe(7) // every 5 s, a third of the lease
  work.resolve()
  await vi.advanceTimersByTimeAsync(0)
  expect(store.steps('complete')).toMatchObject([{ key: KEY, result: true }])

  const retry = await deliver(suno)
  expect(retry.status).toBe('duplicate')
  expect(runs).toBe(1)
})

test('a late failure releases the key and is logged, and the retry runs the listeners again', async () => {
  const store = faultyStore()
  const logger = keepingLogger()
  const suno = receiver({ store, logger })
  const work = deferred()
  let runs = 0
  suno.on('music:complete', () => (++runs === 1 ? work.promise : undefined))

  const first = deliver(suno)
  expect(status(await after(8_000, first))).toBe('deadline')
  work.reject(new Error('the disk is full'))
  await vi.advanceTimersByTimeAsync(0)
  expect(store.steps('release')).toMatchObject([{ key: KEY, result: true }])
  expect(logger.lines.find((line) => line.level === 'error')).toMatchObject({
    fields: { type: 'music:complete', taskId: 'task-1', error: { message: 'the disk is full' } },
  })
  expect((await deliver(suno)).status).toBe('handled')
  expect(runs).toBe(2)
})

test('a hung listener holds its key no longer than maxRunMs: its signal aborts, and the next delivery takes over', async () => {
  const logger = keepingLogger()
  const suno = receiver({ logger })
  const signals: AbortSignal[] = []
  suno.on('music:complete', (_, { signal }) => {
    signals.push(signal)
    return signals.length === 1 ? new Promise(() => undefined) : undefined
  })

  const first = deliver(suno)
  await vi.advanceTimersByTimeAsync(239_999)
  expect((await first).status).toBe('deadline')
  expect(signals[0]?.aborted).toBe(false)

  await vi.advanceTimersByTimeAsync(1)
  expect(signals[0]?.aborted).toBe(true)
  expect(logger.lines.filter((line) => line.message.includes('maxRunMs'))).toHaveLength(1)

  // The last renewal was at 235 s, and the lease is 15 s: held until 250 s, then free.
  const early = deliver(suno)
  expect(status(await after(8_000, early))).toBe('in-flight')
  const next = deliver(suno)
  expect(status(await after(8_000, next))).toBe('handled')
  expect(signals).toHaveLength(2)
})

test('a signal that is asked for after the abort is aborted', async () => {
  const suno = receiver({ maxRunMs: 10_000 })
  const work = deferred()
  const seen = deferred<AbortSignal>()
  suno.on('music:complete', async (_, context) => {
    await work.promise
    seen.resolve(context.signal)
  })
  void deliver(suno)
  await vi.advanceTimersByTimeAsync(10_000)
  work.resolve()
  const signal = await seen.promise
  expect(signal.aborted).toBe(true)
  expect(signal.reason).toMatchObject({ message: expect.stringContaining('maxRunMs') as unknown })
})

test('a listener that succeeds after maxRunMs completes its key all the same, when nobody has taken it', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  const work = deferred()
  suno.on('music:complete', () => work.promise)
  void deliver(suno)
  await vi.advanceTimersByTimeAsync(300_000)
  work.resolve()
  await vi.advanceTimersByTimeAsync(0)
  expect(store.steps('complete')).toMatchObject([{ result: true }])
  expect((await deliver(suno)).status).toBe('duplicate')
})

test('a store without renew limits the run to its lease', async () => {
  const suno = receiver({ store: bareStore() })
  let signal: AbortSignal | undefined
  suno.on('music:complete', (_, context) => {
    signal = context.signal
    return new Promise(() => undefined)
  })
  void deliver(suno)
  await vi.advanceTimersByTimeAsync(14_999)
  expect(signal?.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(signal?.aborted).toBe(true)
})

test('parallel repeats in one process join the run: one handling, and each is 200', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  const work = deferred()
  let runs = 0
  suno.on('music:complete', () => {
    runs++
    return work.promise
  })
  const all = [deliver(suno), deliver(suno), deliver(suno)]
  await vi.advanceTimersByTimeAsync(100)
  work.resolve()
  expect((await Promise.all(all)).map((outcome) => outcome.status)).toEqual(['handled', 'duplicate', 'duplicate'])
  expect(runs).toBe(1)
  expect(store.steps('claim')).toHaveLength(1)
})

test('a joiner waits until its own deadline, not until that of the run it joined', async () => {
  const suno = receiver()
  const work = deferred()
  suno.on('music:complete', () => work.promise)
  const first = deliver(suno)
  await vi.advanceTimersByTimeAsync(5_000)
  const joiner = deliver(suno)
  const lateJoiner = deliver(suno)
  expect(status(await after(3_000, first))).toBe('deadline')
  expect(status(await after(2_000, joiner))).toBe('pending')
  work.resolve()
  expect(status(await after(0, joiner))).toBe('duplicate')
  expect((await lateJoiner).status).toBe('duplicate')
})

test('a joiner whose own deadline passes is answered 503', async () => {
  const suno = receiver()
  suno.on('music:complete', () => new Promise(() => undefined))
  void deliver(suno)
  await vi.advanceTimersByTimeAsync(1_000)
  const joiner = deliver(suno)
  expect(status(await after(7_999, joiner))).toBe('pending')
  expect(status(await after(1, joiner))).toBe('deadline')
})

test('a joiner of a run that fails has failed too, and its retry runs the listeners', async () => {
  const suno = receiver()
  const work = deferred()
  let runs = 0
  suno.on('music:complete', () => (++runs === 1 ? work.promise : undefined))
  const both = [deliver(suno), deliver(suno)]
  await vi.advanceTimersByTimeAsync(10)
  work.reject(new Error('no'))
  expect((await Promise.all(both)).map((outcome) => outcome.status)).toEqual(['failed', 'failed'])
  expect((await deliver(suno)).status).toBe('handled')
})

test('a key held by another process is asked for again with growing pauses, and is a duplicate once that one is done', async () => {
  const shared = memoryStore()
  const store = faultyStore(shared)
  const here = receiver({ store })
  const there = receiver({ store: shared })
  const work = deferred()
  there.on('music:complete', () => work.promise)
  let runs = 0
  here.on('music:complete', () => ++runs)

  const first = deliver(there)
  const second = deliver(here)
  expect(status(await after(3_000, second))).toBe('pending')
  // At 0, 100, 300, 700, 1500 and 2500 ms.
  expect(store.steps('claim')).toHaveLength(6)
  work.resolve()
  await first
  expect(status(await after(1_000, second))).toBe('duplicate')
  expect(runs).toBe(0)
})

test('a key whose holder died is taken over when its lease has lapsed', async () => {
  const store = memoryStore()
  const suno = receiver({ store })
  let runs = 0
  suno.on('music:complete', () => ++runs)
  await store.claim(KEY, 'a process that was killed', 15_000)
  await vi.advanceTimersByTimeAsync(10_000)
  const outcome = deliver(suno)
  expect(status(await after(4_900, outcome))).toBe('pending')
  expect(status(await after(600, outcome))).toBe('handled')
  expect(runs).toBe(1)
})

test('a key that stays held until the deadline is answered 409 with Retry-After', async () => {
  const store = memoryStore()
  const suno = receiver({ store })
  suno.on('music:complete', () => undefined)
  await store.claim(KEY, 'a process that is alive', 45_000)
  const outcome = await after(8_000, deliver(suno))
  expect(outcome).toMatchObject({ status: 'in-flight', key: KEY })
  const answer = toResponse(outcome as Outcome)
  expect(answer.status).toBe(409)
  expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(37)
})

test('a joiner goes on asking for a key that the run it joined could not get', async () => {
  const store = memoryStore()
  const suno = receiver({ store })
  let runs = 0
  suno.on('music:complete', () => ++runs)
  await store.claim(KEY, 'a process that was killed', 10_000)
  const first = deliver(suno)
  await vi.advanceTimersByTimeAsync(4_000)
  const joiner = deliver(suno)
  expect(status(await after(4_000, first))).toBe('in-flight')
  expect(status(await after(3_500, joiner))).toBe('handled')
  expect(runs).toBe(1)
})

test('joiners of a run that could not get its key join each other, and each waits until its own deadline', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  suno.on('music:complete', () => undefined)
  await store.claim(KEY, 'a process that is alive', 45_000)
  const outcomes: Promise<Outcome>[] = []
  for (let second = 0; second < 3; second++) {
    outcomes.push(deliver(suno))
    await vi.advanceTimersByTimeAsync(1_000)
  }
  const [first, second, third] = outcomes as [Promise<Outcome>, Promise<Outcome>, Promise<Outcome>]
  expect(status(await after(5_000, first))).toBe('in-flight')
  // What the second begins now does not come back in its time.
  store.always('claim', hangs)
  expect(await after(0, second)).toBe('pending')
  expect(status(await after(1_000, second))).toBe('unavailable')
  expect(await after(0, third)).not.toBe('handled')
  expect(status(await after(1_000, third))).toBe('unavailable')
})

test('complete that fails is tried again, and the answer is 200', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  suno.on('music:complete', () => undefined)
  store.next('complete', fails, fails)
  const outcome = await after(1_000, deliver(suno))
  expect(outcome).toMatchObject({ status: 'handled', leaseLost: false })
  expect(store.steps('complete')).toHaveLength(3)
  expect(store.steps('release')).toHaveLength(0)
})

test('complete that keeps failing is answered 200 all the same, goes on in the background, and is never released', async () => {
  const store = faultyStore()
  const logger = keepingLogger()
  const suno = receiver({ store, logger })
  let runs = 0
  suno.on('music:complete', () => ++runs)
  store.always('complete', fails)
  expect(status(await after(1_000, deliver(suno)))).toBe('handled')
  expect(logger.lines.map((line) => line.message)).toContainEqual(expect.stringContaining('could not remember it yet'))

  // Meanwhile a repeat joins the run that has succeeded.
  expect((await deliver(suno)).status).toBe('duplicate')
  await vi.advanceTimersByTimeAsync(20_000)
  store.always('complete', null)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(store.steps('complete').at(-1)).toMatchObject({ result: true })
  expect(store.steps('release')).toHaveLength(0)
  expect((await deliver(suno)).status).toBe('duplicate')
  expect(runs).toBe(1)
})

test('an event that the store cannot remember within maxRunMs is told as an error, and a repeat is handled again', async () => {
  const store = faultyStore()
  const logger = keepingLogger()
  const suno = receiver({ store, logger, maxRunMs: 30_000 })
  let runs = 0
  suno.on('music:complete', () => ++runs)
  store.always('complete', fails)
  expect(status(await after(1_000, deliver(suno)))).toBe('handled')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(logger.lines.filter((line) => line.level === 'error')).toHaveLength(1)
  store.always('complete', null)
  expect((await deliver(suno)).status).toBe('handled')
  expect(runs).toBe(2)
})

test('complete that hangs cannot turn a success into a 503: the answer at the deadline is 200', async () => {
  const store = faultyStore()
  const suno = receiver({ store, deadlineMs: 1_000 })
  suno.on('music:complete', () => undefined)
  store.always('complete', hangs)
  const outcome = deliver(suno)
  expect(status(await after(999, outcome))).toBe('pending')
  expect(status(await after(1, outcome))).toBe('handled')
})

test('complete that answers false means that another attempt took the key: 200, and it is reported', async () => {
  const store = faultyStore()
  const logger = keepingLogger()
  const suno = receiver({ store, logger })
  suno.on('music:complete', () => undefined)
  store.next('complete', answers(false))
  expect(await deliver(suno)).toMatchObject({ status: 'handled', leaseLost: true })
  expect(logger.lines).toMatchObject([{ level: 'warn', fields: { key: KEY } }, { level: 'debug' }])
})

test('a renewal that answers false aborts the signal; the listeners finish, and the answer is 200 with leaseLost', async () => {
  const store = faultyStore()
  const logger = keepingLogger()
  const suno = receiver({ store, logger })
  const work = deferred()
  let signal: AbortSignal | undefined
  suno.on('music:complete', (_, context) => {
    signal = context.signal
    return work.promise
  })
  store.next('renew', answers(false))
  store.always('complete', answers(false))
  const outcome = deliver(suno)
  await vi.advanceTimersByTimeAsync(4_999)
  expect(signal?.aborted).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(signal?.aborted).toBe(true)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(store.steps('renew')).toHaveLength(1)
  work.resolve()
  expect(await after(0, outcome)).toMatchObject({ status: 'handled', leaseLost: true })
  expect(logger.lines[0]?.message).toContain('Another attempt has taken the key')
})

test('a renewal that fails is no loss: the next one is made as if nothing had happened', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  const work = deferred()
  let signal: AbortSignal | undefined
  suno.on('music:complete', (_, context) => {
    signal = context.signal
    return work.promise
  })
  store.next('renew', fails, hangs)
  const outcome = deliver(suno)
  await vi.advanceTimersByTimeAsync(20_000)
  expect((await outcome).status).toBe('deadline')
  // 5 s: fails; 10 s: hangs, given up at 12 s; 17 s: renewed.
  expect(store.steps('renew').length).toBe(3)
  expect(signal?.aborted).toBe(false)
  work.resolve()
})

test('calls for one token never overlap: a renewal under way is awaited before the key is completed or released', async () => {
  for (const fate of ['completed', 'released']) {
    const store = faultyStore()
    const watch = watchOverlap(store)
    const suno = receiver({ store: watch.store })
    const work = deferred()
    suno.on('music:complete', () => work.promise)
    store.next('renew', later(1_000))
    const outcome = deliver(suno)
    await vi.advanceTimersByTimeAsync(5_500)
    if (fate === 'completed') work.resolve()
    else work.reject(new Error('no'))
    expect(status(await after(499, outcome))).toBe('pending')
    expect(status(await after(1, outcome))).toBe(fate === 'completed' ? 'handled' : 'failed')
    expect(watch.most()).toBe(1)
  }
})

test('a renewal that comes back after its listeners have finished says nothing about a loss', async () => {
  const store = faultyStore()
  const logger = keepingLogger()
  const suno = receiver({ store, logger })
  const work = deferred()
  suno.on('music:complete', () => work.promise)
  store.next('renew', async () => {
    await later(500)(() => Promise.resolve())
    return false
  })
  const outcome = deliver(suno)
  await vi.advanceTimersByTimeAsync(5_100)
  work.resolve()
  expect(await after(1_000, outcome)).toMatchObject({ status: 'handled', leaseLost: false })
  expect(logger.lines.filter((line) => line.level === 'warn')).toEqual([])
})

test('a claim that fails is tried once more with the same token', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  suno.on('music:complete', () => undefined)
  store.next('claim', fails)
  expect((await deliver(suno)).status).toBe('handled')
  const [first, second, ...others] = store.steps('claim')
  expect(first?.token).toBe(second?.token)
  expect(others).toEqual([])
})

test('a claim that worked without our hearing of it does not lock us out', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  let runs = 0
  suno.on('music:complete', () => ++runs)
  store.next('claim', answersLater(60_000))
  const outcome = deliver(suno)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(runs).toBe(1)
  // The key is not completed while a claim may still act, for as long as a store call is given.
  expect(status(await after(2_000, outcome))).toBe('handled')
})

test('a late answer to the first claim is as good as one to the second', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  suno.on('music:complete', () => undefined)
  store.next('claim', later(2_500), hangs)
  const outcome = deliver(suno)
  expect(status(await after(2_499, outcome))).toBe('pending')
  // The second claim still hangs; the key is completed once it was given up too.
  expect(status(await after(2_001, outcome))).toBe('handled')
})

test('a failure waits with giving the key back until a claim that was given up has settled', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  suno.on('music:complete', () => Promise.reject(new Error('no')))
  store.next('claim', later(3_000)) // given up at 2 s; the second claims at once
  const outcome = deliver(suno)
  expect(status(await after(2_999, outcome))).toBe('pending')
  expect(store.steps('release')).toEqual([])
  expect(status(await after(1, outcome))).toBe('failed')
  expect(store.steps('release')).toMatchObject([{ key: KEY, result: true }])
})

test('a claim that was given up and wins the key late gives it back', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  let runs = 0
  suno.on('music:complete', () => ++runs)
  store.next('claim', later(20_000), later(20_000))
  const outcome = await after(4_000, deliver(suno))
  expect(outcome).toMatchObject({ status: 'unavailable', error: { code: 'STORE_FAILED' } })
  expect(toResponse(outcome as Outcome).status).toBe(503)
  await vi.advanceTimersByTimeAsync(17_999)
  expect(store.steps('release')).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(store.steps('release')).toMatchObject([{ key: KEY, result: true }])
  expect((await deliver(suno)).status).toBe('handled')
  expect(runs).toBe(1)
})

test('a store that is down is answered 503, and no listener runs', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  let runs = 0
  suno.on('music:complete', () => ++runs)
  store.always('claim', fails)
  store.always('release', fails)
  expect(await deliver(suno)).toMatchObject({
    status: 'unavailable',
    error: { code: 'STORE_FAILED', cause: { message: 'the store is down' } },
  })
  expect(runs).toBe(0)
})

test('a claim that hangs beyond a short deadline is answered 503 at the deadline', async () => {
  const store = faultyStore()
  const suno = receiver({ store, deadlineMs: 1_000 })
  suno.on('music:complete', () => undefined)
  store.always('claim', hangs)
  const outcome = deliver(suno)
  expect(status(await after(999, outcome))).toBe('pending')
  expect(status(await after(1, outcome))).toBe('unavailable')
})

test('a store that answers something else than the contract says is unavailable, and says what it should answer', async () => {
  for (const answer of [undefined, true, { status: 'ok' }]) {
    const store = faultyStore()
    const suno = receiver({ store })
    suno.on('music:complete', () => undefined)
    store.always('claim', answers(answer))
    expect(await deliver(suno)).toMatchObject({ status: 'unavailable', error: { code: 'STORE_CONTRACT' } })
  }
})

test('a store that answers without promises, or throws, is one like any other', async () => {
  const answers: (() => ClaimResult)[] = [
    () => ({ status: 'in-flight', retryAfterMs: 10 }),
    () => {
      throw new Error('the store is down')
    },
    () => ({ status: 'claimed' }),
  ]
  const suno = receiver({
    store: {
      claim: () => answers.shift()?.() ?? { status: 'done' },
      complete: () => true,
      release: () => true,
    },
  })
  suno.on('music:complete', () => undefined)
  expect(status(await after(100, deliver(suno)))).toBe('handled')
  expect(status(await deliver(suno))).toBe('duplicate')
})

test('a store that throws while it completes is asked again', async () => {
  let tries = 0
  const complete = () => {
    if (++tries < 3) throw new Error('the store is down')
    return true
  }
  const suno = receiver({ store: { claim: () => ({ status: 'claimed' }), complete, release: () => true } })
  suno.on('music:complete', () => undefined)
  expect(status(await after(400, deliver(suno)))).toBe('handled')
  expect(tries).toBe(3)
})

test('a store that forgets to say how long the key is held is asked again like any other', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  suno.on('music:complete', () => undefined)
  store.next('claim', answers({ status: 'in-flight' }))
  expect(status(await after(100, deliver(suno)))).toBe('handled')
})

test('a store that cannot give back the key of a failed event leaves that to its lease, and the answer is 500', async () => {
  const store = faultyStore()
  const logger = keepingLogger()
  const suno = receiver({ store, logger })
  suno.on('music:complete', () => {
    throw new Error('no')
  })
  store.always('release', fails)
  expect((await deliver(suno)).status).toBe('failed')
  expect(logger.lines.map((line) => line.message)).toContainEqual(expect.stringContaining('could not give back'))
})

test('a failure is answered 500 at the deadline even when the store hangs over its release', async () => {
  const store = faultyStore()
  const suno = receiver({ store, deadlineMs: 1_000 })
  suno.on('music:complete', () => {
    throw new Error('no')
  })
  store.always('release', hangs)
  expect(status(await after(1_000, deliver(suno)))).toBe('failed')
})

test('a text or first that comes after its complete is stale: completed without delivery', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  const seen: string[] = []
  suno.on('*', (event) => seen.push(event.type))
  await deliver(suno)
  for (const type of ['music:text', 'music:first'] as const) {
    const outcome = await deliver(suno, 'task-1', sample(type, { taskId: 'task-1' }))
    expect(outcome.status).toBe('stale')
    expect((await deliver(suno, 'task-1', sample(type, { taskId: 'task-1' }))).status).toBe('duplicate')
  }
  expect(seen).toEqual(['music:complete'])
  expect(store.steps('isDone').map((call) => call.key)).toEqual([KEY, KEY, KEY, KEY])
})

test('two parallel repeats of a stale stage are both 200', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  suno.on('*', () => undefined)
  await deliver(suno)
  store.always('isDone', later(100))
  const repeats = [1, 2].map(() => deliver(suno, 'task-1', sample('music:first', { taskId: 'task-1' })))
  await vi.advanceTimersByTimeAsync(100)
  expect((await Promise.all(repeats)).map((outcome) => outcome.status)).toEqual(['stale', 'duplicate'])
})

test('a stale stage whose key another attempt took is 200 as well', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  suno.on('*', () => undefined)
  await deliver(suno)
  store.next('complete', answers(false))
  expect((await deliver(suno, 'task-1', sample('music:first', { taskId: 'task-1' }))).status).toBe('stale')
})

test('a stale stage whose completion the store cannot store is 200 as well', async () => {
  const store = faultyStore()
  const suno = receiver({ store, maxRunMs: 2_000 })
  suno.on('*', () => undefined)
  await deliver(suno)
  store.always('complete', fails)
  expect(status(await after(1_000, deliver(suno, 'task-1', sample('music:text', { taskId: 'task-1' }))))).toBe('stale')
  await vi.advanceTimersByTimeAsync(10_000)
})

test('stale stages are delivered when the option says so, or when the store cannot tell', async () => {
  const late = sample('music:first', { taskId: 'task-1' })
  for (const options of [{ staleStages: 'deliver' as const }, { store: bareStore() }]) {
    const suno = receiver(options)
    suno.on('*', () => undefined)
    await deliver(suno)
    expect((await deliver(suno, 'task-1', late)).status).toBe('handled')
  }
})

test('a store whose isDone fails or hangs delivers the stage', async () => {
  for (const fault of [fails, hangs]) {
    const store = faultyStore()
    const suno = receiver({ store })
    suno.on('*', () => undefined)
    await deliver(suno)
    store.next('isDone', fault)
    const outcome = deliver(suno, 'task-1', sample('music:first', { taskId: 'task-1' }))
    expect(status(await after(2_000, outcome))).toBe('handled')
  }
})

test('a stage that the store says nothing of until the deadline is answered 503, and goes on', async () => {
  const store = faultyStore()
  const suno = receiver({ store, deadlineMs: 1_000 })
  suno.on('*', () => undefined)
  store.next('isDone', hangs)
  const outcome = deliver(suno, 'task-1', sample('music:first', { taskId: 'task-1' }))
  expect(status(await after(1_000, outcome))).toBe('unavailable')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(store.steps('complete')).toMatchObject([{ result: true }])
})

test('close refuses new work with 503 and waits for what is under way', async () => {
  const suno = receiver()
  const work = deferred()
  suno.on('music:complete', () => work.promise)
  const running = deliver(suno)
  await vi.advanceTimersByTimeAsync(0)
  const closed = suno.close()
  expect(await deliver(suno, 'task-2')).toMatchObject({ status: 'unavailable', error: { code: 'CLOSING' } })
  expect(await after(1_000, closed)).toBe('pending')
  work.resolve()
  expect((await running).status).toBe('handled')
  expect(await closed).toBe(0)
})

test('close aborts what outlasts its grace, lets the key lapse, and answers how much it left behind', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  let signal: AbortSignal | undefined
  suno.on('music:complete', (_, context) => {
    signal = context.signal
    return new Promise(() => undefined)
  })
  void deliver(suno)
  await vi.advanceTimersByTimeAsync(1_000)
  const closed = suno.close({ graceMs: 2_000 })
  expect(await after(1_999, closed)).toBe('pending')
  expect(signal?.aborted).toBe(false)
  expect(await after(1, closed)).toBe(1)
  expect(signal?.aborted).toBe(true)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(store.steps('renew')).toEqual([])
  expect(await after(1, suno.close({ graceMs: 0 }))).toBe(1)
})

test('close with endless grace waits for a run of any length', async () => {
  const suno = receiver()
  const work = deferred()
  suno.on('music:complete', () => work.promise)
  void deliver(suno)
  await vi.advanceTimersByTimeAsync(0)
  const closed = suno.close({ graceMs: Infinity })
  expect(await after(200_000, closed)).toBe('pending')
  work.resolve()
  expect(await after(0, closed)).toBe(0)
})

test('close waits for a delivery whose key another process holds no longer than its next question', async () => {
  const store = memoryStore()
  const suno = receiver({ store })
  suno.on('music:complete', () => undefined)
  await store.claim(KEY, 'a process that is alive', 45_000)
  const outcome = deliver(suno)
  await vi.advanceTimersByTimeAsync(1_000)
  const closed = suno.close()
  expect(await after(1_000, closed)).toBe(0)
  expect((await outcome).status).toBe('in-flight')
})

test('a body that arrives after its time is answered 408 and not handled any more', async () => {
  const suno = receiver()
  let runs = 0
  suno.on('music:complete', () => ++runs)
  const body = deferred<object>()
  const outcome = suno.receive({ body: () => body.promise, kind: 'music' })
  expect(await after(5_000, outcome)).toMatchObject({ status: 'rejected', error: { code: 'BODY_TOO_SLOW' } })
  body.resolve(sample('music:complete'))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(runs).toBe(0)
})

test('a verifier that says yes after the deadline lets nothing in', async () => {
  const verdict = deferred<boolean>()
  const suno = receiver({ verify: () => verdict.promise })
  let runs = 0
  suno.on('music:complete', () => ++runs)
  const outcome = deliver(suno)
  expect(await after(8_000, outcome)).toMatchObject({ status: 'unavailable', error: { code: 'VERIFIER_FAILED' } })
  verdict.resolve(true)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(runs).toBe(0)
})

test('close while a body is still being read: the delivery is refused when it has arrived', async () => {
  const suno = receiver()
  let runs = 0
  suno.on('music:complete', () => ++runs)
  const body = deferred<object>()
  const outcome = suno.receive({ body: () => body.promise, kind: 'music' })
  expect(await suno.close()).toBe(0)
  body.resolve(sample('music:complete'))
  expect(await outcome).toMatchObject({ status: 'unavailable', error: { code: 'CLOSING' } })
  expect(runs).toBe(0)
})

test('a once listener is taken off when its run starts, and put back when that delivery fails', async () => {
  const suno = receiver()
  const work = deferred()
  const seen: (string | null)[] = []
  suno.on('lyrics:complete', () => undefined)
  suno.once('music:complete', (event) => {
    seen.push(event.taskId)
    return seen.length === 1 ? work.promise : undefined
  })
  const first = deliver(suno, 'task-1')
  await vi.advanceTimersByTimeAsync(0)
  expect(await deliver(suno, 'task-2')).toMatchObject({ status: 'unavailable', error: { code: 'LISTENER_BUSY' } })
  const repeat = deliver(suno, 'task-1')
  work.reject(new Error('no'))
  expect((await first).status).toBe('failed')
  expect((await repeat).status).toBe('failed') // joined its run, though no listener was left for it
  expect((await deliver(suno, 'task-1')).status).toBe('handled')
  expect((await deliver(suno, 'task-3')).status).toBe('ignored')
  expect(seen).toEqual(['task-1', 'task-1'])
})

test('an event whose last listener is taken off while it is on its way is not answered 2xx', async () => {
  const store = memoryStore()
  const suno = receiver({
    store: {
      ...store,
      claim: (...args) => {
        suno.off('music:complete', listener)
        return store.claim(...args)
      },
    },
  })
  const listener = vi.fn()
  const read = () => {
    suno.off('music:complete', listener)
    return Promise.resolve(JSON.stringify(sample('music:complete')))
  }
  suno.on('music:complete', listener)
  expect(await suno.receive({ body: read, kind: 'music' })).toMatchObject({
    status: 'unavailable',
    error: { code: 'NO_LISTENER' },
  })
  suno.on('music:complete', listener)
  expect(await deliver(suno)).toMatchObject({ status: 'unavailable', error: { code: 'NO_LISTENER' } })
  expect(listener).not.toHaveBeenCalled()

  suno.on('music:complete', listener).on('error', () => undefined)
  expect((await deliver(suno)).status).toBe('ignored')
})

test('a once listener that was taken off by hand while at work is not put back', async () => {
  const suno = receiver()
  const work = deferred()
  const listener = () => work.promise
  suno.on('lyrics:complete', () => undefined)
  suno.once('music:complete', listener)
  const first = deliver(suno)
  await vi.advanceTimersByTimeAsync(0)
  suno.off('music:complete', () => undefined).off('music:complete', listener)
  work.reject(new Error('no'))
  expect((await first).status).toBe('failed')
  expect((await deliver(suno)).status).toBe('ignored')
})

test('a once listener that was taken off by hand while at work leaves another one at work alone', async () => {
  const suno = receiver()
  const work = deferred()
  const seen: string[] = []
  const listener = () => work.promise
  suno.once('music:complete', listener).once('music:complete', () => seen.push('other'))
  const first = deliver(suno)
  await vi.advanceTimersByTimeAsync(0)
  suno.off('music:complete', listener)
  work.reject(new Error('no'))
  expect((await first).status).toBe('failed')
  expect((await deliver(suno)).status).toBe('handled')
  expect(seen).toEqual(['other', 'other'])
})

test('a once listener that two events were let in for handles one; the other is answered 503, and its key given back', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  suno.once('music:complete', async () => Promise.resolve())
  const [first, second] = await Promise.all([deliver(suno, 'task-1'), deliver(suno, 'task-2')])
  expect([first.status, second.status]).toEqual(['handled', 'unavailable'])
  expect(store.steps('release')).toMatchObject([{ key: 'music:complete:task-2', result: true }])
})

test('a once listener at work on one type keeps no other type from being ignored', async () => {
  const suno = receiver()
  const work = deferred()
  suno.once('lyrics:complete', () => work.promise)
  const first = suno.receive({ body: sample('lyrics:complete') })
  await vi.advanceTimersByTimeAsync(0)
  expect((await deliver(suno)).status).toBe('ignored')
  work.resolve()
  expect((await first).status).toBe('handled')
})

test('while a once listener is at work the instance is not without listeners', async () => {
  const suno = receiver()
  const work = deferred()
  suno.once('music:complete', () => work.promise)
  const first = deliver(suno)
  await vi.advanceTimersByTimeAsync(0)
  const repeat = deliver(suno)
  work.resolve()
  expect((await first).status).toBe('handled')
  expect((await repeat).status).toBe('duplicate')
  expect((await deliver(suno, 'task-2')).status).toBe('unavailable')
})

test('a once listener that outlives maxRunMs is free for the retry, and for other events', async () => {
  const suno = receiver({ maxRunMs: 300 })
  const works = [deferred(), deferred()]
  const seen: (string | null)[] = []
  suno.on('lyrics:complete', () => undefined)
  suno.once('music:complete', ({ taskId }) => works[seen.push(taskId) - 1]?.promise)
  const first = deliver(suno, 'task-1')
  await vi.advanceTimersByTimeAsync(299)
  expect(await deliver(suno, 'task-2')).toMatchObject({ status: 'unavailable', error: { code: 'LISTENER_BUSY' } })
  await vi.advanceTimersByTimeAsync(1)
  expect((await first).status).toBe('deadline')
  const other = deliver(suno, 'task-2')
  await vi.advanceTimersByTimeAsync(0)
  works[0]?.reject(new Error('too late to matter'))
  works[1]?.resolve()
  expect((await other).status).toBe('handled')
  expect((await deliver(suno, 'task-1')).status).toBe('ignored')
  expect(seen).toEqual(['task-1', 'task-2'])
})

test('a once listener that succeeds after maxRunMs has run once, whether another event has it by then or not', async () => {
  const suno = receiver({ maxRunMs: 300 })
  const works = [deferred(), deferred()]
  let runs = 0
  suno.on('lyrics:complete', () => undefined)
  suno.once('music:complete', () => works[runs++]?.promise)
  const first = deliver(suno, 'task-1')
  await vi.advanceTimersByTimeAsync(300)
  expect((await first).status).toBe('deadline')
  const other = deliver(suno, 'task-2')
  await vi.advanceTimersByTimeAsync(0)
  works[0]?.resolve()
  await vi.advanceTimersByTimeAsync(0)
  expect((await deliver(suno, 'task-1')).status).toBe('ignored')
  works[1]?.reject(new Error('no'))
  expect((await other).status).toBe('failed')
  expect((await deliver(suno, 'task-2')).status).toBe('ignored')
  expect(runs).toBe(2)

  const alone = deferred()
  suno.once('music:complete', () => alone.promise)
  const third = deliver(suno, 'task-3')
  await vi.advanceTimersByTimeAsync(300)
  expect((await third).status).toBe('deadline')
  alone.resolve()
  await vi.advanceTimersByTimeAsync(0)
  expect((await deliver(suno, 'task-4')).status).toBe('ignored')
})

test('once(*) at work keeps every type from being ignored', async () => {
  const suno = receiver()
  const work = deferred()
  suno.on('lyrics:complete', () => undefined)
  suno.once('*', () => work.promise)
  const first = deliver(suno)
  await vi.advanceTimersByTimeAsync(0)
  expect((await deliver(suno, 'task-2')).status).toBe('unavailable')
  work.resolve()
  expect((await first).status).toBe('handled')
  expect((await deliver(suno, 'task-2')).status).toBe('ignored')
})

test('what a listener returns is awaited when it has a then, also when it is a function', async () => {
  const suno = receiver()
  const work = deferred()
  suno.on('music:complete', () => Object.assign(() => undefined, { then: work.promise.then.bind(work.promise) }))
  const outcome = deliver(suno)
  expect(await after(100, outcome)).toBe('pending')
  work.reject(new Error('no'))
  expect((await outcome).status).toBe('failed')
})

test('a then that throws fails the delivery like any other error of a listener', async () => {
  const suno = receiver()
  const trap = {
    get then(): unknown {
      throw new Error('a trap')
    },
  }
  suno.on('music:complete', () => trap)
  expect((await deliver(suno)).status).toBe('failed')
})

test('a listener whose work is not awaited is warned about once, by name', async () => {
  const logger = keepingLogger()
  const suno = receiver({ logger })
  const trap = {
    get next() {
      throw new Error('a trap')
    },
  }
  suno.on('music:complete', function* saveAll() {
    yield 1
  })
  suno.on('music:complete', async function* streamAll() {
    yield await Promise.resolve(1)
  })
  suno.on('music:complete', function sendAll() {
    return [Promise.resolve()]
  })
  for (const harmless of [[1, 2], { next: 1 }, null, trap]) suno.on('music:complete', () => harmless)
  await deliver(suno, 'task-1')
  await deliver(suno, 'task-2')
  const warnings = logger.lines.filter(({ level }) => level === 'warn')
  expect(warnings.map(({ fields }) => fields?.listener)).toEqual(['saveAll', 'streamAll', 'sendAll'])
  expect(warnings[0]?.message).toContain('Promise.all')
})

test('a listener cannot change the event that others, the answer and the log see', async () => {
  const suno = receiver({ deadlineMs: 100 })
  const work = deferred()
  suno.on('music:complete', (event) => {
    expect(() => Object.assign(event, { key: {}, taskId: 1 })).toThrow(TypeError)
    return work.promise
  })
  const first = deliver(suno)
  expect(status(await after(100, first))).toBe('deadline')
  work.resolve()
  await vi.advanceTimersByTimeAsync(0)
  expect((await deliver(suno)).status).toBe('duplicate')
  expect(await suno.close()).toBe(0)
})

test('a logger that rejects or throws changes nothing', async () => {
  const bad = {
    error: () => Promise.reject(new Error('a log that is away')),
    warn: () => {
      throw new Error('a log that is broken')
    },
  }
  const suno = receiver({ logger: bad })
  suno.on('music:complete', () => {
    throw new Error('no')
  })
  expect((await deliver(suno)).status).toBe('failed')
  expect((await suno.receive({ body: '{' })).status).toBe('rejected')
})

test('a claim that is won after the grace of close() begins nothing, and gives the key back', async () => {
  const store = faultyStore()
  const suno = receiver({ store })
  store.next('claim', later(1_000))
  let runs = 0
  suno.on('music:complete', () => runs++)
  const outcome = deliver(suno)
  await vi.advanceTimersByTimeAsync(10)
  const closed = suno.close({ graceMs: 100 })
  await vi.advanceTimersByTimeAsync(100)
  expect(await closed).toBe(1)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await outcome).toMatchObject({ status: 'unavailable', error: { code: 'CLOSING' } })
  expect(runs).toBe(0)
  expect(store.steps('release')).toMatchObject([{ key: KEY, result: true }])
})

test('a joiner begins no run of its own once the instance is closing', async () => {
  const store = memoryStore()
  const suno = receiver({ store, deadlineMs: 1_000 })
  let runs = 0
  suno.on('music:complete', () => runs++)
  await store.claim(KEY, 'another process', 700)
  const first = deliver(suno)
  await vi.advanceTimersByTimeAsync(150)
  const joiner = deliver(suno)
  await vi.advanceTimersByTimeAsync(0)
  const closed = suno.close({ graceMs: 2_000 })
  await vi.advanceTimersByTimeAsync(2_000)
  expect(await closed).toBe(0)
  expect((await first).status).toBe('in-flight')
  expect((await joiner).status).toBe('in-flight')
  expect(runs).toBe(0)
})

test("close() in a listener's first tick waits for that listener", async () => {
  const suno = receiver()
  let isDone = false
  let closed: Promise<number> = Promise.resolve(-1)
  suno.on('music:complete', async () => {
    closed = suno.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    isDone = true
  })
  const outcome = deliver(suno)
  expect(await after(10, outcome)).toBe('pending')
  expect(await after(0, closed)).toBe('pending')
  await vi.advanceTimersByTimeAsync(50)
  expect((await outcome).status).toBe('handled')
  expect(await closed).toBe(0)
  expect(isDone).toBe(true)
})

test('a listener that receives its own event joins its own run, and is answered 503 at the deadline', async () => {
  const suno = receiver({ deadlineMs: 100 })
  const inner: string[] = []
  suno.on('music:complete', async () => {
    inner.push((await deliver(suno)).status)
  })
  const outcome = deliver(suno)
  await vi.advanceTimersByTimeAsync(200)
  expect(inner).toEqual(['deadline'])
  expect((await outcome).status).toBe('deadline')
  expect((await deliver(suno)).status).toBe('duplicate')
})

test('an observer of outcomes can change neither the answer nor what other observers see', async () => {
  const suno = receiver()
  const seen: string[] = []
  suno.on('music:complete', () => {
    throw new Error('no')
  })
  suno.on('outcome', (outcome) => Object.assign(outcome, { status: 'handled' }))
  suno.on('outcome', ({ status }) => seen.push(status))
  expect((await deliver(suno)).status).toBe('failed')
  expect(seen).toEqual(['failed'])
})

test.each([NaN, Infinity, -1, 'soon'])('a retryAfterMs of %s is no reason to ask at once, or never', async (value) => {
  const store = faultyStore()
  store.always('claim', answers({ status: 'in-flight', retryAfterMs: value }))
  const suno = receiver({ store, deadlineMs: 2_000 })
  suno.on('music:complete', () => undefined)
  const first = deliver(suno)
  await vi.advanceTimersByTimeAsync(2_000)
  const outcome = await first
  expect(outcome.status).toBe('in-flight')
  expect(store.steps('claim').length).toBeLessThan(8)
  expect(Number(toResponse(outcome).headers['retry-after'])).toBeLessThanOrEqual(45)
})

test('a first claim that hangs and wins the key after a 409 was answered is given back', async () => {
  const store = faultyStore()
  store.next('claim', later(60_000))
  store.always('claim', answers({ status: 'in-flight', retryAfterMs: 60_000 }))
  const suno = receiver({ store })
  suno.on('music:complete', () => undefined)
  const first = deliver(suno)
  await vi.advanceTimersByTimeAsync(8_000)
  expect((await first).status).toBe('in-flight')
  expect(store.steps('release')).toEqual([])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(store.steps('release')).toMatchObject([{ key: KEY, result: true }])
})

test('a claim that wins the key late and cannot give it back leaves that to its lease', async () => {
  const store = faultyStore()
  store.next('claim', later(60_000))
  store.always('claim', answers({ status: 'in-flight', retryAfterMs: 60_000 }))
  store.always('release', fails)
  const suno = receiver({ store })
  suno.on('music:complete', () => undefined)
  expect(status(await after(8_000, deliver(suno)))).toBe('in-flight')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(store.steps('release')).toHaveLength(1)
})

test('the verifier is not asked of a delivery that was answered already', async () => {
  let asked = 0
  const suno = receiver({ verify: () => ++asked > 0, bodyTimeoutMs: 50 })
  suno.on('*', () => undefined)
  const body = deferred<object>()
  const outcome = suno.receive({ body: () => body.promise })
  expect(status(await after(50, outcome))).toBe('rejected')
  body.resolve(sample('music:complete'))
  await vi.advanceTimersByTimeAsync(0)
  expect(asked).toBe(0)
})

test('a claim that is read after its lease has lapsed is made again: another attempt may have completed the event', async () => {
  const store = faultyStore()
  store.next('claim', async (pass) => {
    const result = await pass()
    // The process stands still, and another one has the key for a whole lease.
    vi.setSystemTime(Date.now() + 1)
    await vi.advanceTimersByTimeAsync(1_500)
    await store.claim(KEY, 'another process', 1_000)
    await store.complete(KEY, 'another process', 3_600_000)
    return result
  })
  const suno = receiver({ store, leaseMs: 1_000 })
  let runs = 0
  suno.on('music:complete', () => runs++)
  expect((await deliver(suno)).status).toBe('duplicate')
  expect(runs).toBe(0)
})

test('while complete is tried again the lease is kept, so that nothing else takes the key', async () => {
  const store = faultyStore()
  store.always('complete', fails)
  const suno = receiver({ store, leaseMs: 1_000 })
  suno.on('music:complete', () => undefined)
  const first = deliver(suno)
  await vi.advanceTimersByTimeAsync(1_000)
  expect((await first).status).toBe('handled')
  for (let second = 0; second < 20; second++) {
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await store.claim(KEY, 'another process', 1_000)).toMatchObject({ status: 'in-flight' })
  }
  store.always('complete', null)
  await vi.advanceTimersByTimeAsync(6_000)
  expect(await store.isDone(KEY)).toBe(true)
})
