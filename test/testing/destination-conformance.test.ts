import { AssertionError } from 'node:assert/strict'
import { describe, expect, test } from 'vitest'
import type { Destination } from '../../src/archive/index.js'
import { destinationConformance, type ConformanceCase } from '../../src/testing/index.js'
import { BROKEN_DESTINATIONS, SoundDestination, type Shelf } from './broken-destinations.js'

/** The suite over destinations of one world: those of one prefix share their files. */
function casesOf(create: (shelf: Shelf) => Destination): readonly ConformanceCase[] {
  const shelves = new Map<string, Shelf>()
  return destinationConformance((prefix) => {
    const shelf = shelves.get(prefix) ?? new Map<string, Buffer>()
    shelves.set(prefix, shelf)
    return create(shelf)
  })
}

async function failures(cases: readonly ConformanceCase[]): Promise<ReadonlyMap<string, unknown>> {
  const failed = new Map<string, unknown>()
  for (const { title, run } of cases) await run().catch((error: unknown) => failed.set(title, error))
  return failed
}

describe('destinationConformance', () => {
  test('finds nothing to say against a destination that keeps the contract', async () => {
    expect(await failures(casesOf((shelf) => new SoundDestination(shelf)))).toEqual(new Map())
  })

  test.each(BROKEN_DESTINATIONS)('catches a destination that %s, by "%s"', async (_fault, title, Broken) => {
    const failed = await failures(casesOf((shelf) => new Broken(shelf)))
    expect([...failed.keys()]).toContain(title)
    for (const error of failed.values()) {
      expect(error).toBeInstanceOf(AssertionError)
      expect((error as Error).message).toMatch(/^(has|put): .+\. Expected .+, but it was .+\.$/s)
    }
  })

  test('has no case that no broken destination fails', async () => {
    const failed = new Set<string>()
    for (const [, , Broken] of BROKEN_DESTINATIONS) {
      for (const title of (await failures(casesOf((shelf) => new Broken(shelf)))).keys()) failed.add(title)
    }
    const titles = casesOf((shelf) => new SoundDestination(shelf)).map(({ title }) => title)
    expect(titles.filter((title) => !failed.has(title))).toEqual([])
  })
})
