import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterEach, expect, test, vi } from 'vitest'
import { memoryStore, type IdempotencyStore } from '../../src/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'

const LONGEST_LEASE_MS = 45_000
const LEASE_MS = 15_000

const cleanups: (() => unknown)[] = []

afterEach(() => {
  vi.useRealTimers()
  for (const cleanup of cleanups.splice(0).reverse()) cleanup()
})

/** What another attempt is told. */
async function retryAfterMs(store: IdempotencyStore): Promise<unknown> {
  const result = await store.claim('key', 'b', LEASE_MS)
  expect(result.status).toBe('in-flight')
  return result.status === 'in-flight' && result.retryAfterMs
}

test('memoryStore answers whole milliseconds for what is left of a lease', async () => {
  const store = memoryStore()
  const now = vi.spyOn(performance, 'now').mockReturnValue(1_000.25)
  await store.claim('key', 'a', LEASE_MS)
  now.mockReturnValue(1_000.75)
  expect(await retryAfterMs(store)).toBe(LEASE_MS)
  now.mockReturnValue(1_000 + LEASE_MS)
  expect(await retryAfterMs(store)).toBe(1)
})

test('sqliteStore answers no more than the longest lease, although the clock was set back', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'suno-callbacks-sqlite-'))
  const database = new Database(join(directory, 'keys.db'))
  cleanups.push(
    () => rmSync(directory, { recursive: true }),
    () => database.close(),
  )
  const store = sqliteStore(database)
  await store.claim('key', 'a', LEASE_MS)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 })
  expect(await retryAfterMs(store)).toBe(LONGEST_LEASE_MS)
})

test('redisStore answers no more than the longest lease, although the clock was set back', async () => {
  const store = redisStore({ sendCommand: () => Promise.resolve(3_600_000) })
  expect(await retryAfterMs(store)).toBe(LONGEST_LEASE_MS)
})

test('postgresStore answers whole milliseconds, and no more than the longest lease', async () => {
  let leftMs = 1_234.567
  const held = () => ({ key: 'key', token: 'b', status: 'held', ms: leftMs })
  const store = postgresStore({
    query: (text) => Promise.resolve(text.includes("'held' END AS status") ? [held()] : []),
  })
  expect(await retryAfterMs(store)).toBe(1_235)
  leftMs = 0.001
  expect(await retryAfterMs(store)).toBe(1)
  leftMs = 3_600_000
  expect(await retryAfterMs(store)).toBe(LONGEST_LEASE_MS)
})
