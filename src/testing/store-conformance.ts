import assert from 'node:assert/strict'
import type { ClaimResult, IdempotencyStore } from '../stores/store.js'

/** One thing that every store must do. `run` rejects when the store does not. */
export interface StoreConformanceCase {
  readonly title: string
  readonly run: () => Promise<void>
}

export interface StoreConformanceOptions {
  /** The lease of claims that must lapse, in ms, far above what a call of the store takes. 400 by default. */
  readonly leaseMs?: number | undefined
  /** Lets time pass for the store's clock. Real time by default. */
  readonly sleep?: ((ms: number) => Promise<void>) | undefined
}

/**
 * The contract of a store as data, for any test runner. `createStore` is called once for each case with a prefix of its own, and
 * again with another where a case is about two; stores of one prefix share their keys, stores of two do not see each other.
 *
 * @example
 * for (const { title, run } of storeConformance((prefix) => myStore({ prefix }))) test(title, run)
 */
export function storeConformance(
  createStore: (prefix: string) => IdempotencyStore | Promise<IdempotencyStore>,
  options: StoreConformanceOptions = {},
): readonly StoreConformanceCase[] {
  const { leaseMs = 400, sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) } = options
  const id = Math.random().toString(36).slice(2, 10)
  let cases = 0

  return Object.entries(CASES).map(([title, check]) => ({
    title,
    run: async () => {
      const name = `conformance-${id}-${String(cases++)}`
      const store = await createStore(name)
      await check({
        store,
        another: async () => createStore(`${name}-other`),
        leaseMs,
        lapse: () => sleep(leaseMs * 1.25),
        sleep,
      })
    },
  }))
}

interface Tools {
  readonly store: IdempotencyStore
  /** A store of the same kind under another prefix. */
  readonly another: () => Promise<IdempotencyStore>
  readonly leaseMs: number
  /** Waits until a lease of `leaseMs` is over. */
  readonly lapse: () => Promise<void>
  readonly sleep: (ms: number) => Promise<void>
}

const LONG_MS = 45_000
const DAY_MS = 86_400_000
const AT_ONCE = 200

const CASES: Readonly<Record<string, (tools: Tools) => Promise<void>>> = {
  'lends a key that nobody has': async ({ store }) => {
    assert.deepEqual(await store.claim('key', 'a', LONG_MS), { status: 'claimed' })
  },

  'has one winner among 200 parallel claims, and tells the others how long it holds': async ({ store }) => {
    const results = await claimAtOnce(store, LONG_MS)
    assert.equal(count(results, 'claimed'), 1)
    for (const result of results) if (result.status === 'in-flight') assertIsWithin(result.retryAfterMs, 1, LONG_MS)
    assert.equal(count(results, 'in-flight'), AT_ONCE - 1)
  },

  'has one winner among 200 parallel takeovers of a lapsed lease': async ({ store, leaseMs, lapse }) => {
    await claim(store, 'dead', leaseMs)
    await lapse()
    const results = await claimAtOnce(store, LONG_MS)
    assert.equal(count(results, 'claimed'), 1)
    assert.equal(count(results, 'in-flight'), AT_ONCE - 1)
  },

  'lends a key to the same token again, and extends its lease by that': async ({ store, leaseMs, lapse }) => {
    await claim(store, 'a', leaseMs)
    await claim(store, 'a', LONG_MS)
    await lapse()
    assert.equal((await store.claim('key', 'b', LONG_MS)).status, 'in-flight')
  },

  'remembers a completed key as done': async ({ store }) => {
    await claim(store, 'a', LONG_MS)
    assert.equal(await store.complete('key', 'a', DAY_MS), true)
    assert.deepEqual(await store.claim('key', 'b', LONG_MS), { status: 'done' })
    assert.deepEqual(await store.claim('key', 'a', LONG_MS), { status: 'done' })
  },

  'completes only for the token that has the key': async ({ store, leaseMs, lapse }) => {
    await claim(store, 'a', leaseMs)
    await lapse()
    await claim(store, 'b', LONG_MS)
    assert.equal(await store.complete('key', 'a', DAY_MS), false)
    assert.equal((await store.claim('key', 'c', LONG_MS)).status, 'in-flight')
    assert.equal(await store.complete('key', 'b', DAY_MS), true)
    assert.equal(await store.complete('key', 'a', DAY_MS), false)
  },

  'completes a key whose lease lapsed and that nobody took': async ({ store, leaseMs, lapse }) => {
    await claim(store, 'a', leaseMs)
    await lapse()
    assert.equal(await store.complete('key', 'a', DAY_MS), true)
    assert.deepEqual(await store.claim('key', 'b', LONG_MS), { status: 'done' })
  },

  'forgets a completed key after its retention, and not before': async ({ store, sleep }) => {
    await claim(store, 'a', LONG_MS)
    await store.complete('key', 'a', 2_000)
    await sleep(500)
    assert.deepEqual(await store.claim('key', 'b', LONG_MS), { status: 'done' })
    // Whole seconds are fine enough for a retention.
    await sleep(3_000)
    assert.deepEqual(await store.claim('key', 'b', LONG_MS), { status: 'claimed' })
  },

  'releases only for the token that has the key, and then lends it at once': async ({ store }) => {
    await claim(store, 'a', LONG_MS)
    assert.equal(await store.release('key', 'b'), false)
    assert.equal((await store.claim('key', 'b', LONG_MS)).status, 'in-flight')
    assert.equal(await store.release('key', 'a'), true)
    assert.equal(await store.release('key', 'a'), false)
    await claim(store, 'b', LONG_MS)
    assert.equal(await store.release('key', 'a'), false)
  },

  'does not release what is completed, nor what it never saw': async ({ store }) => {
    assert.equal(await store.release('never', 'a'), false)
    await claim(store, 'a', LONG_MS)
    await store.complete('key', 'a', DAY_MS)
    assert.equal(await store.release('key', 'a'), false)
    assert.deepEqual(await store.claim('key', 'b', LONG_MS), { status: 'done' })
  },

  'renews only for the token that has the key': async ({ store, leaseMs, lapse }) => {
    if (store.renew === undefined) return
    await claim(store, 'a', leaseMs)
    assert.equal(await store.renew('key', 'b', LONG_MS), false)
    assert.equal(await store.renew('key', 'a', LONG_MS), true)
    await lapse()
    assert.equal((await store.claim('key', 'b', LONG_MS)).status, 'in-flight')
    assert.equal(await store.renew('never', 'a', LONG_MS), false)
    await store.release('key', 'a')
    assert.equal(await store.renew('key', 'a', LONG_MS), false)
    await claim(store, 'b', LONG_MS)
    assert.equal(await store.renew('key', 'a', LONG_MS), false)
    await store.complete('key', 'b', DAY_MS)
    assert.equal(await store.renew('key', 'b', LONG_MS), false)
    assert.deepEqual(await store.claim('key', 'a', LONG_MS), { status: 'done' })
  },

  'says whether a key is done, and never claims by that': async ({ store }) => {
    if (store.isDone === undefined) return
    assert.equal(await store.isDone('key'), false)
    await claim(store, 'a', LONG_MS)
    assert.equal(await store.isDone('key'), false)
    await store.complete('key', 'a', DAY_MS)
    assert.equal(await store.isDone('key'), true)
    await Promise.all([store.isDone('other'), store.isDone('other')])
    assert.deepEqual(await store.claim('other', 'a', LONG_MS), { status: 'claimed' })
  },

  'takes any key': async ({ store }) => {
    const keys = [
      'a:b',
      'a',
      'b',
      'a\nb',
      'a b',
      '🎵',
      '__proto__',
      'constructor',
      "'; --",
      '*',
      '{a}',
      '%',
      'x'.repeat(300),
    ]
    for (const key of keys) assert.deepEqual(await store.claim(key, 'a', LONG_MS), { status: 'claimed' }, key)
    for (const key of keys) assert.equal(await store.complete(key, 'a', DAY_MS), true, key)
    for (const key of keys) assert.deepEqual(await store.claim(key, 'b', LONG_MS), { status: 'done' }, key)
  },

  'keeps apart many keys at once': async ({ store }) => {
    const keys = Array.from({ length: AT_ONCE }, (_, i) => `key-${String(i)}`)
    const results = await Promise.all(
      keys.flatMap((key) => ['a', 'b'].map(async (token) => store.claim(key, token, LONG_MS))),
    )
    assert.equal(count(results, 'claimed'), AT_ONCE)
    const completed = await Promise.all(
      keys.flatMap((key) => ['a', 'b'].map(async (token) => store.complete(key, token, DAY_MS))),
    )
    assert.equal(completed.filter(Boolean).length, AT_ONCE)
  },

  'does not see the keys of another prefix': async ({ store, another }) => {
    const other = await another()
    await claim(store, 'a', LONG_MS)
    await store.complete('key', 'a', DAY_MS)
    assert.deepEqual(await other.claim('key', 'b', LONG_MS), { status: 'claimed' })
    assert.equal(await other.release('key', 'b'), true)
    assert.deepEqual(await store.claim('key', 'b', LONG_MS), { status: 'done' })
  },
}

async function claim(store: IdempotencyStore, token: string, leaseMs: number): Promise<void> {
  assert.deepEqual(await store.claim('key', token, leaseMs), { status: 'claimed' })
}

function claimAtOnce(store: IdempotencyStore, leaseMs: number): Promise<ClaimResult[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, async (_, i) => store.claim('key', `token-${String(i)}`, leaseMs)))
}

function count(results: readonly ClaimResult[], status: ClaimResult['status']): number {
  return results.filter((result) => result.status === status).length
}

function assertIsWithin(value: number, min: number, max: number): void {
  assert.ok(value >= min && value <= max, `${String(value)} is not from ${String(min)} to ${String(max)}`)
}
