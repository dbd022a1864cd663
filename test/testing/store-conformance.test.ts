import { AssertionError } from 'node:assert/strict'
import { describe, expect, test } from 'vitest'
import type { IdempotencyStore } from '../../src/index.js'
import { storeConformance, type ConformanceCase } from '../../src/testing/index.js'
import { BROKEN_STORES } from './broken-stores.js'
import { SoundStore, StoreWorld } from './sound-store.js'

/** The suite over stores of one world, whose clock goes on only when a case sleeps. */
function casesOf(create: (world: StoreWorld, prefix: string) => IdempotencyStore): readonly ConformanceCase[] {
  const world = new StoreWorld()
  return storeConformance((prefix) => create(world, prefix), { sleep: world.sleep })
}

async function failures(cases: readonly ConformanceCase[]): Promise<ReadonlyMap<string, unknown>> {
  const failed = new Map<string, unknown>()
  for (const { title, run } of cases) await run().catch((error: unknown) => failed.set(title, error))
  return failed
}

describe('storeConformance', () => {
  test('finds nothing to say against a store that keeps the contract', async () => {
    expect(await failures(casesOf((world, prefix) => new SoundStore(world, prefix)))).toEqual(new Map())
  })

  test('asks a store without renew and isDone for neither', async () => {
    const cases = casesOf((world, prefix) => {
      const store = new SoundStore(world, prefix)
      return {
        claim: (...args) => store.claim(...args),
        complete: (...args) => store.complete(...args),
        release: (...args) => store.release(...args),
      }
    })
    expect(await failures(cases)).toEqual(new Map())
  })

  test.each(BROKEN_STORES)('catches a store that %s, by "%s"', async (_fault, title, Store) => {
    const failed = await failures(casesOf((world, prefix) => new Store(world, prefix)))
    expect([...failed.keys()]).toContain(title)
    for (const error of failed.values()) {
      expect(error).toBeInstanceOf(AssertionError)
      // Which method, what the contract demands of it, and what it did.
      expect((error as Error).message).toMatch(
        /^(claim|complete|release|renew|isDone): .+\. Expected .+, but it was .+\.$/s,
      )
    }
  })

  test('has no case that no broken store fails', async () => {
    const failed = new Set<string>()
    for (const [, , Store] of BROKEN_STORES) {
      const titles = (await failures(casesOf((world, prefix) => new Store(world, prefix)))).keys()
      for (const title of titles) failed.add(title)
    }
    const titles = casesOf((world, prefix) => new SoundStore(world, prefix)).map(({ title }) => title)
    // A store that lends nothing at all fails everything, this first.
    expect(titles.filter((title) => !failed.has(title))).toEqual(['lends a key that nobody has'])
  })
})
