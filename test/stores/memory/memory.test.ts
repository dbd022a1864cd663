import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { memoryStore } from '../../../src/index.js'

const DAY = 86_400_000

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

test('of many claims at once exactly one wins, and the others learn how long it holds', async () => {
  const store = memoryStore()
  const results = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => store.claim('key', `token-${String(i)}`, 15_000)),
  )
  expect(results.filter((result) => result.status === 'claimed')).toHaveLength(1)
  expect(results[1]).toEqual({ status: 'in-flight', retryAfterMs: 15_000 })
})

test('the same token claims again, and extends its lease by that', async () => {
  const store = memoryStore()
  await store.claim('key', 'a', 10_000)
  vi.advanceTimersByTime(9_000)
  expect(await store.claim('key', 'a', 10_000)).toEqual({ status: 'claimed' })
  vi.advanceTimersByTime(9_000)
  expect(await store.claim('key', 'b', 10_000)).toEqual({ status: 'in-flight', retryAfterMs: 1_000 })
})

test('a lapsed lease is taken by the next claim, and fences what its holder still does', async () => {
  const store = memoryStore()
  await store.claim('key', 'a', 10_000)
  vi.advanceTimersByTime(10_000)
  const takeovers = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => store.claim('key', `b-${String(i)}`, 10_000)),
  )
  expect(takeovers.filter((result) => result.status === 'claimed')).toHaveLength(1)
  expect(await store.renew?.('key', 'a', 10_000)).toBe(false)
  expect(await store.release('key', 'a')).toBe(false)
  expect(await store.complete('key', 'a', DAY)).toBe(false)
  expect(await store.complete('key', 'b-0', DAY)).toBe(true)
  expect(await store.complete('key', 'b-0', DAY)).toBe(false)
  expect(await store.release('key', 'b-0')).toBe(false)
})

test('complete succeeds when the lease lapsed and nobody took the key, however long ago', async () => {
  const store = memoryStore()
  await store.claim('key', 'a', 10_000)
  vi.advanceTimersByTime(300_000)
  for (let i = 0; i < 10; i++) await store.claim(`other-${String(i)}`, 'b', 1_000)
  expect(await store.complete('key', 'a', DAY)).toBe(true)
  expect(await store.claim('key', 'b', 10_000)).toEqual({ status: 'done' })
})

test('renew extends only a claim that still carries the token', async () => {
  const store = memoryStore()
  await store.claim('key', 'a', 10_000)
  vi.advanceTimersByTime(9_000)
  expect(await store.renew?.('key', 'a', 10_000)).toBe(true)
  expect(await store.renew?.('key', 'b', 10_000)).toBe(false)
  expect(await store.renew?.('none', 'a', 10_000)).toBe(false)
  vi.advanceTimersByTime(9_000)
  expect((await store.claim('key', 'b', 10_000)).status).toBe('in-flight')
})

test('release frees the key at once, for its holder only', async () => {
  const store = memoryStore()
  await store.claim('key', 'a', 10_000)
  expect(await store.release('key', 'b')).toBe(false)
  expect(await store.release('key', 'a')).toBe(true)
  expect(await store.release('key', 'a')).toBe(false)
  expect(await store.claim('key', 'b', 10_000)).toEqual({ status: 'claimed' })
})

test('a finished key is done for its retention, and then forgotten', async () => {
  const store = memoryStore()
  await store.claim('key', 'a', 10_000)
  await store.complete('key', 'a', DAY)
  expect(await store.isDone?.('key')).toBe(true)
  vi.advanceTimersByTime(DAY - 1_000)
  expect(await store.claim('key', 'b', 10_000)).toEqual({ status: 'done' })
  vi.advanceTimersByTime(2_000)
  expect(await store.isDone?.('key')).toBe(false)
  expect(await store.claim('key', 'b', 10_000)).toEqual({ status: 'claimed' })
})

test('isDone reads and never claims', async () => {
  const store = memoryStore()
  expect(await store.isDone?.('key')).toBe(false)
  expect(await store.claim('key', 'a', 10_000)).toEqual({ status: 'claimed' })
  expect(await store.isDone?.('key')).toBe(false)
})

test('when it is full the oldest finished key is forgotten, never one that is held', async () => {
  const store = memoryStore({ maxKeys: 3 })
  await store.claim('held', 'a', 3_600_000)
  for (const key of ['first', 'second']) {
    await store.claim(key, 'a', 10_000)
    await store.complete(key, 'a', DAY)
  }
  await store.claim('third', 'a', 10_000)
  expect(await store.isDone?.('first')).toBe(false)
  expect(await store.isDone?.('second')).toBe(true)
  expect((await store.claim('held', 'b', 10_000)).status).toBe('in-flight')
})

test('of very many keys some of the oldest are forgotten', async () => {
  const store = memoryStore({ maxKeys: 40_000 })
  const keys = Array.from({ length: 80_000 }, (_, index) => `music:complete:${String(index)}`)
  for (const key of keys) {
    await store.claim(key, 'a', 10_000)
    await store.complete(key, 'a', DAY)
  }
  const isDone = await Promise.all(keys.map(async (key) => store.isDone?.(key)))
  expect(isDone.filter(Boolean)).toHaveLength(40_000)
  expect(isDone.slice(0, 36_000)).not.toContain(true)
  expect(isDone.slice(-36_000)).not.toContain(false)
})

test('keys that are all alike at their end make room for others too', async () => {
  const store = memoryStore({ maxKeys: 20_000 })
  for (let i = 0; i < 20_000; i++) {
    await store.claim(`${String(i)}-the-same`, 'a', 10_000)
    await store.complete(`${String(i)}-the-same`, 'a', DAY)
  }
  for (const key of ['some', 'other', 'keys', 'that', 'are', 'different']) {
    expect(await store.claim(key, 'a', 10_000)).toEqual({ status: 'claimed' })
  }
  const keys = Array.from({ length: 20_000 }, (_, i) => `${String(i)}-the-same`)
  const isDone = await Promise.all(keys.map(async (key) => store.isDone?.(key)))
  expect(isDone.filter(Boolean)).toHaveLength(20_000 - 6)
})

test('of very many held keys the finished one makes room, wherever it is', async () => {
  const maxKeys = 20_000
  const store = memoryStore({ maxKeys })
  for (let i = 0; i < maxKeys; i++) await store.claim(`key-${String(i)}`, 'a', 3_600_000)
  for (let i = 0; i < 60; i++) {
    expect(await store.complete(`key-${String(i)}`, 'a', DAY)).toBe(true)
    expect(await store.claim(`new-${String(i)}`, 'a', 3_600_000)).toEqual({ status: 'claimed' })
    expect(await store.isDone?.(`key-${String(i)}`)).toBe(false)
  }
})

test('it refuses a claim when every key is held, and takes one again when a lapsed one was given up', async () => {
  const store = memoryStore({ maxKeys: 2 })
  await store.claim('one', 'a', 10_000)
  await store.claim('two', 'a', 10_000)
  await expect(async () => store.claim('three', 'a', 10_000)).rejects.toThrow('full')
  expect(await store.claim('one', 'a', 10_000)).toEqual({ status: 'claimed' })
  vi.advanceTimersByTime(71_000)
  expect(await store.claim('three', 'a', 10_000)).toEqual({ status: 'claimed' })
  // The one that was forgotten is free: what was done for it is remembered all the same.
  for (const key of ['one', 'two']) expect(await store.complete(key, 'a', DAY)).toBe(true)
})

test('what has expired makes room by itself: the number of keys stays that of the keys alive', async () => {
  const store = memoryStore({ maxKeys: 100 })
  for (let i = 0; i < 10_000; i++) {
    const key = `key-${String(i)}`
    await store.claim(key, 'a', 10_000)
    await store.complete(key, 'a', 50_000)
    vi.advanceTimersByTime(1_000)
  }
  // 50 keys are alive. Were the expired ones still counted, the limit would have cost one of them.
  for (let i = 9_951; i < 10_000; i++) expect(await store.isDone?.(`key-${String(i)}`)).toBe(true)
})

test('what is held stays while all around it expires', async () => {
  const store = memoryStore()
  await store.claim('held', 'a', 3_600_000)
  for (const key of ['one', 'two', 'three']) {
    await store.claim(key, 'a', 10_000)
    await store.complete(key, 'a', 50_000)
  }
  vi.advanceTimersByTime(60_000)
  for (const key of ['four', 'five', 'one']) expect(await store.claim(key, 'b', 10_000)).toEqual({ status: 'claimed' })
  expect((await store.claim('held', 'b', 10_000)).status).toBe('in-flight')
  expect(await store.complete('held', 'a', DAY)).toBe(true)
  expect(await store.isDone?.('held')).toBe(true)
})

test('a few keys in a store with room for many expire like many', async () => {
  const store = memoryStore({ maxKeys: 100_000 })
  const keys = Array.from({ length: 30 }, (_, index) => `music:complete:${String(index)}`)
  for (let round = 0; round < 3; round++) {
    for (const key of keys) {
      expect(await store.claim(key, 'a', 10_000)).toEqual({ status: 'claimed' })
      expect(await store.complete(key, 'a', 50_000)).toBe(true)
      expect(await store.claim(key, 'b', 10_000)).toEqual({ status: 'done' })
    }
    vi.advanceTimersByTime(60_000)
  }
})

test('any string is a key of its own', async () => {
  const store = memoryStore()
  for (const key of ['a:b', 'a\nb', '🎵', '__proto__', 'constructor', '', 'a']) {
    expect(await store.claim(key, 'a', 10_000)).toEqual({ status: 'claimed' })
    expect(await store.complete(key, 'a', DAY)).toBe(true)
    expect(await store.isDone?.(key)).toBe(true)
  }
})

test('maxKeys must be a whole number above 0', () => {
  for (const maxKeys of [0, -1, 1.5, NaN, '10' as unknown as number]) {
    expect(() => memoryStore({ maxKeys })).toThrow(expect.objectContaining({ code: 'OPTION_OUT_OF_RANGE' }) as Error)
  }
})
