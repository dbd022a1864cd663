import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hashKey, KeyMap } from '../../src/events/key-map.js'

/** Does to both what can be done to a `KeyMap`: to one, and to a `Map`, which keeps its entries in the same order. */
class Pair {
  readonly map = new KeyMap<number>()
  readonly model = new Map<string, number>()

  constructor(readonly toHash: (key: string) => number) {}

  set(key: string, value: number): void {
    this.map.set(key, value, this.toHash(key))
    this.model.set(key, value)
  }

  delete(key: string): void {
    this.map.delete(key, this.toHash(key))
    this.model.delete(key)
  }

  deleteOldest(): void {
    this.map.deleteOldest()
    for (const [key] of [...this.model].slice(0, 1)) this.model.delete(key)
  }

  renewOldest(): void {
    this.map.renewOldest()
    for (const [key, value] of [...this.model].slice(0, 1)) {
      this.model.delete(key)
      this.model.set(key, value)
    }
  }

  compare(keys: readonly string[]): void {
    const [oldest] = this.model.values()
    expect(this.map.size).toBe(this.model.size)
    expect(this.map.oldestValue).toBe(oldest)
    expect(this.map.values()).toEqual([...this.model.values()])
    for (const key of keys) expect(this.map.get(key, this.toHash(key))).toBe(this.model.get(key))
  }
}

const keys = Array.from({ length: 300 }, (_, index) => `music:complete:${String(index)}`)
const step = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant('set'), fc.constantFrom(...keys), fc.nat(9)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('delete'), fc.constantFrom(...keys)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('deleteOldest')) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('renewOldest')) },
)

function play(pair: Pair, [what, key = '', value = 0]: readonly [string, string?, number?]): void {
  if (what === 'set') pair.set(key, value)
  else if (what === 'delete') pair.delete(key)
  else if (what === 'deleteOldest') pair.deleteOldest()
  else pair.renewOldest()
}

test.each([
  ['its own hashes', hashKey],
  ['hashes that are all alike', () => -7],
  ['hashes that differ little', (key: string) => key.length % 3],
])('it does what a Map does, whatever is done to it: with %s', (_title, toHash) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 1_500, size: 'max' }), (steps) => {
      const pair = new Pair(toHash)
      for (const one of steps) play(pair, one)
      pair.compare(keys)
    }),
    { numRuns: 40 },
  )
})

test('it finds all of very many entries, and keeps their order while it grows and shrinks', () => {
  const pair = new Pair(hashKey)
  const many = Array.from({ length: 5_000 }, (_, index) => `voice:ready:${String(index)}`)
  for (const [index, key] of many.entries()) pair.set(key, index)
  pair.compare(many)
  for (const key of many.slice(0, 4_900)) pair.delete(key)
  pair.compare(many)
  // More than there were places for: the room is made anew, and smaller.
  for (const [index, key] of keys.entries()) pair.set(key, index)
  for (let turn = 0; turn < 40; turn++) {
    for (const key of keys) pair.set(`${key}:${String(turn)}`, turn)
    for (const key of keys) pair.delete(`${key}:${String(turn)}`)
  }
  pair.compare([...many, ...keys])
})

test('it is empty at first, and again when all is deleted', () => {
  const pair = new Pair(hashKey)
  pair.renewOldest()
  pair.deleteOldest()
  pair.delete('none')
  pair.compare(['none', ''])
  pair.set('', 1)
  pair.compare([''])
  pair.deleteOldest()
  pair.compare([''])
})

test('without a hash it makes that of the key', () => {
  const map = new KeyMap<string>()
  map.set('music:complete:a', 'first')
  expect(map.get('music:complete:a', hashKey('music:complete:a'))).toBe('first')
  expect(map.get('music:complete:a')).toBe('first')
  map.delete('music:complete:a')
  expect(map.get('music:complete:a')).toBeUndefined()
})

test.each([
  ['at their end', (index: number) => `music:complete:${String(index).padStart(32, '0')}`],
  ['at their beginning', (index: number) => `${String(index).padStart(32, '0')}:complete:music`],
  ['in random places', (index: number) => `music:first:${Buffer.from(String(Math.sin(index))).toString('hex')}`],
])('hashes spread keys that differ %s evenly, by their upper and by their lower bits', (_title, toKey) => {
  const hashes = Array.from({ length: 64 * 1_024 }, (_, index) => hashKey(toKey(index)))
  for (const part of [(hash: number) => hash >>> 22, (hash: number) => hash & 1_023]) {
    const counts = new Uint16Array(1_024)
    for (const hash of hashes) counts[part(hash)] = (counts[part(hash)] ?? 0) + 1
    // 64 each on average, with a deviation of 8 where chance alone decides.
    expect(Math.max(...counts)).toBeLessThan(64 + 8 * 8)
    expect(Math.min(...counts)).toBeGreaterThan(64 - 7 * 8)
  }
})
