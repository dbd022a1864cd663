/** What an outcome says of each listener, and the log of those that take long. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Outcome } from '../../src/index.js'
import { deliver, deferred, keepingLogger, receiver } from '../support/receiver.js'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

test('an outcome says how long each listener took, in the order in which they were added', async () => {
  const suno = receiver()
  suno.on('music:complete', async function save() {
    await pause(30)
  })
  suno.on('*', () => undefined)
  const outcome = deliver(suno)
  await vi.advanceTimersByTimeAsync(30)
  const { status, listeners } = await outcome
  expect(status).toBe('handled')
  expect(listeners.map(({ name }) => name)).toEqual(['save', '(anonymous)'])
  expect(listeners[0]?.durationMs).toBeGreaterThanOrEqual(30)
  expect(listeners[1]?.durationMs).toBeLessThan(30)
  expect(listeners.some((report) => 'error' in report)).toBe(false)
})

test('an outcome has the error of each listener that failed, and the times of all', async () => {
  const suno = receiver()
  const error = new Error('the disk is full')
  suno.on('music:complete', function fails() {
    throw error
  })
  suno.on('music:complete', async function rejects() {
    await pause(10)
    throw error
  })
  suno.on('music:complete', function works() {
    return undefined
  })
  const outcome = deliver(suno)
  await vi.advanceTimersByTimeAsync(10)
  const { status, listeners } = await outcome
  expect(status).toBe('failed')
  expect(listeners.map(({ name, ...rest }) => [name, 'error' in rest ? rest.error : null])).toEqual([
    ['fails', error],
    ['rejects', error],
    ['works', null],
  ])
  expect(listeners.every(({ durationMs }) => typeof durationMs === 'number')).toBe(true)
})

test('at the deadline the outcome and the log say which listeners are still at work', async () => {
  const logger = keepingLogger()
  const suno = receiver({ logger })
  const work = deferred()
  suno.on('music:complete', function download() {
    return work.promise
  })
  suno.on('music:complete', function save() {
    return undefined
  })
  const outcome = deliver(suno)
  const repeat = deliver(suno)
  await vi.advanceTimersByTimeAsync(8_000)
  for (const one of [await outcome, await repeat]) {
    expect(one.status).toBe('deadline')
    expect(one.listeners).toMatchObject([
      { name: 'download', durationMs: null },
      { name: 'save', durationMs: expect.any(Number) as number },
    ])
  }
  const line = logger.lines.find(({ message }) => message.includes('still at work'))
  expect(line?.fields?.listeners).toEqual(['download'])
  work.resolve()
  await vi.advanceTimersByTimeAsync(0)
})

test('an outcome for which no listener was called has none', async () => {
  const suno = receiver()
  const seen: Outcome[] = []
  suno.on('outcome', (outcome) => seen.push(outcome))
  suno.on('music:complete', () => undefined)
  await deliver(suno)
  await deliver(suno)
  await suno.receive({ body: 'no JSON' })
  expect(seen.map(({ status, listeners }) => [status, listeners.length])).toEqual([
    ['handled', 1],
    ['duplicate', 0],
    ['rejected', 0],
  ])
})
