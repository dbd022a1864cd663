import { expect, test } from 'vitest'
import { nextDelayMs, type PollingMode } from '../../src/polling/schedule.js'
import type { Kind } from '../../src/index.js'

/** The ages at which the record of a task is asked, in seconds. */
function ages(mode: PollingMode, kind: Kind, looks: number, random = 0.5): readonly number[] {
  const all: number[] = []
  for (let ageMs = 0; all.length < looks; all.push(ageMs / 1000)) ageMs += nextDelayMs({ mode, kind, ageMs }, random)
  return all
}

test('as a fallback the record is asked after 3 minutes, then ever more rarely, at last every hour', () => {
  expect(ages('fallback', 'music', 8).map((age) => age / 60)).toEqual([3, 6, 12, 24, 48, 96, 156, 216])
})

test('as the primary way it is asked as soon as a result may be there, and soon again', () => {
  const looks = ages('primary', 'music', 60)
  expect(looks.slice(0, 3)).toEqual([15, 25, 35])
  expect(looks.filter((age) => age <= 120)).toHaveLength(11)
  expect(looks.filter((age) => age > 125 && age <= 900)).toHaveLength(25)
  expect(looks.slice(-2).map((age, index, [first = 0]) => index * (age - first))).toEqual([0, 3600])
  expect(ages('primary', 'midi', 2)).toEqual([10, 20])
  expect(ages('primary', 'recovery', 3)).toEqual([2, 4, 6])
})

test('a fifth more or less keeps many from asking in step, and makes no second look of the first', () => {
  expect([0, 1].map((random) => nextDelayMs({ mode: 'primary', kind: 'music', ageMs: 0 }, random))).toEqual([
    12_000, 18_000,
  ])
  expect(ages('primary', 'music', 2, 0)).toEqual([12, 20])
  expect(ages('fallback', 'music', 2, 0)).toEqual([144, 259.2])
  // A clock that was set back.
  expect(nextDelayMs({ mode: 'fallback', kind: 'music', ageMs: -5000 }, 0.5)).toBe(180_000)
})
