/**
 * Nothing that a listener, an observer, a logger, a store or a verifier does can end the process, hang a delivery, turn what is not
 * done into a 2xx, or stop the deadlines of other deliveries. On a fake clock.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  memoryStore,
  toResponse,
  type IdempotencyStore,
  type Outcome,
  type SunoCallbacks,
  type Verifier,
} from '../../src/index.js'
import { MISBEHAVIOURS, type End } from '../support/misbehaviour.js'
import { deliver, receiver } from '../support/receiver.js'

let faults: unknown[]
const onFault = (error: unknown) => faults.push(error)

beforeEach(() => {
  faults = []
  process.on('unhandledRejection', onFault)
  process.on('uncaughtException', onFault)
  vi.useFakeTimers()
})

afterEach(async () => {
  vi.useRealTimers()
  // Node tells of rejections once the microtasks are through.
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', onFault)
  process.off('uncaughtException', onFault)
  expect(faults).toEqual([])
})

/** The answer of a delivery whose deadline has passed, and then everything that may still be under way. */
async function answersOf(...deliveries: readonly Promise<Outcome>[]): Promise<readonly number[]> {
  await vi.advanceTimersByTimeAsync(8_001)
  const outcomes = await Promise.all(deliveries.map((one) => Promise.race([one, Promise.resolve(null)])))
  await vi.advanceTimersByTimeAsync(300_000)
  return outcomes.map((outcome) => (outcome === null ? NaN : toResponse(outcome).status))
}

/** A listener of its own task that never settles: its deadline is another delivery's. */
function hangOnTask(suno: SunoCallbacks, taskId: string): void {
  suno.on('music:complete', (event) => (event.taskId === taskId ? new Promise(() => undefined) : undefined))
}

const ANSWER_OF_LISTENER: Readonly<Record<End, number>> = { returns: 200, fails: 500, hangs: 503 }

describe.each(MISBEHAVIOURS)('what %s', (_, end, misbehave) => {
  test('as a listener fails its own delivery at most', async () => {
    const suno = receiver()
    suno.on('music:complete', (event, context) => (event.taskId === 'bad' ? misbehave(event, context) : undefined))
    hangOnTask(suno, 'slow')
    const deliveries = [deliver(suno, 'slow'), deliver(suno, 'bad'), deliver(suno, 'good')]
    expect(await answersOf(...deliveries)).toEqual([503, ANSWER_OF_LISTENER[end], 200])
    await close(suno)
  })

  test('as an observer of outcomes changes no answer', async () => {
    const suno = receiver()
    suno.on('outcome', misbehave)
    hangOnTask(suno, 'slow')
    expect(await answersOf(deliver(suno, 'slow'), deliver(suno, 'good'), deliver(suno, 'good'))).toEqual([
      503, 200, 200,
    ])
    await close(suno)
  })

  test('as a logger changes no answer', async () => {
    const logger = { error: misbehave, warn: misbehave, info: misbehave, debug: misbehave }
    const suno = receiver({ logger: logger as { error: () => void; warn: () => void } })
    suno.on('music:complete', (event) => {
      if (event.taskId === 'bad') throw new Error('no')
    })
    hangOnTask(suno, 'slow')
    const deliveries = [deliver(suno, 'slow'), deliver(suno, 'bad'), deliver(suno, 'good')]
    expect(await answersOf(...deliveries)).toEqual([503, 500, 200])
    await close(suno)
  })

  test('as a verifier lets nothing in', async () => {
    const suno = receiver({ verify: misbehave as Verifier })
    let runs = 0
    suno.on('*', () => ++runs)
    for (const status of await answersOf(deliver(suno), deliver(suno))) expect([401, 503]).toContain(status)
    expect(runs).toBe(0)
    await close(suno)
  })

  test.each(['claim', 'complete', 'release', 'renew', 'isDone'] as const)(
    'as %s of a store hangs nothing, and a 2xx is none without listeners that have finished',
    async (operation) => {
      const inner = memoryStore()
      const store: IdempotencyStore = {
        ...inner,
        [operation]: (...args: Parameters<IdempotencyStore['claim']>) =>
          args[0].includes('slow') ? inner[operation]?.(...args) : misbehave(...args),
      }
      const suno = receiver({ store })
      const finished: string[] = []
      suno.on('music:complete', async (event) => {
        if (event.taskId === 'bad') throw new Error('no')
        if (event.taskId === 'long') await new Promise((resolve) => setTimeout(resolve, 6_000))
        finished.push(event.taskId)
      })
      hangOnTask(suno, 'slow')
      const tasks = ['slow', 'bad', 'good', 'long']
      const [slow, bad, good, long] = await answersOf(...tasks.map((taskId) => deliver(suno, taskId)))
      expect(slow).toBe(503)
      expect([409, 500, 503]).toContain(bad)
      // Only what is wrong with a claim can keep a listener from being called.
      if (operation !== 'claim') expect(good).toBe(200)
      for (const [taskId, status] of [
        ['good', good],
        ['long', long],
      ] as const) {
        expect(status).not.toBeNaN()
        if (status === 200) expect(finished).toContain(taskId)
      }
      await close(suno)
    },
  )
})

async function close(suno: SunoCallbacks): Promise<void> {
  const closing = suno.close({ graceMs: 1_000 })
  await vi.advanceTimersByTimeAsync(1_001)
  expect(await closing).toBeTypeOf('number')
}
