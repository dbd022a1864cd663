import type { Kind } from '../events/types.js'
import type { WatchedTask } from './task-list.js'

/** `fallback`: callbacks are expected, and the record is asked when none has come. `primary`: there is no public address. */
export type PollingMode = 'fallback' | 'primary'

export const POLLING_MODES: readonly PollingMode[] = ['fallback', 'primary']

/** What decides when a record is asked next. */
export interface Moment {
  readonly mode: PollingMode
  readonly kind: Kind
  /** Since the task was submitted, in ms. */
  readonly ageMs: number
}

/**
 * How long to wait until the record is asked next, in ms:
 *
 *     | mode       | first                                | then                                                          |
 *     |------------|--------------------------------------|---------------------------------------------------------------|
 *     | `fallback` | at 3 min: results come within 2 min, | when the task is twice as old, at most an hour later:         |
 *     |            | the first retry after another minute | 6, 12, 24, 48 min …                                           |
 *     | `primary`  | at 15 s; MIDI at 10, recovery at 2   | every 10 s (recovery 2) to 2 min, every 30 s to 15 min, then  |
 *     |            |                                      | after 1, 2, 4 … 60 min                                        |
 *
 * Up to a fifth more or less, so that tasks that were submitted together, or a fleet that was started together, do not ask in step.
 *
 * @param random from 0 to 1
 */
export function nextDelayMs(moment: Moment, random: number): number {
  return jittered(plannedDelayMs(moment), random)
}

function plannedDelayMs({ mode, kind, ageMs }: Moment): number {
  const age = Math.max(0, ageMs)
  // Near the first look, its own jitter must not make another one of it.
  if (mode === 'fallback') return age < FIRST_FALLBACK_MS * 0.8 ? FIRST_FALLBACK_MS - age : Math.min(age, HOUR_MS)
  const first = FIRST_MS[kind] ?? 15 * SECOND_MS
  if (age < first * 0.8) return first - age
  if (age < 2 * MINUTE_MS) return Math.min(first, 10 * SECOND_MS)
  if (age < 15 * MINUTE_MS) return 30 * SECOND_MS
  return Math.min(age - 14 * MINUTE_MS, HOUR_MS)
}

/** How long after a task was put on the list its record is asked, in ms. One that is too old is asked once, at once. */
export function firstDelayMs(
  { kind, submittedAt }: WatchedTask,
  { mode, maxAgeMs }: { readonly mode: PollingMode; readonly maxAgeMs: number },
  random: number,
): number {
  const ageMs = Date.now() - submittedAt.getTime()
  return ageMs >= maxAgeMs ? 0 : nextDelayMs({ mode, kind, ageMs }, random)
}

/** How long until a task that is waited for is looked at again, in ms. Here `ageMs` is how long it has been waited for. */
export function nextWaitMs({ mode, kind, ageMs }: Moment, random: number): number {
  const delayMs = nextDelayMs({ mode: 'primary', kind, ageMs }, random)
  return mode === 'primary' ? delayMs : Math.max(delayMs, jittered(EXPECTED_MS, random))
}

/** Adds or takes away up to a fifth. */
export function jittered(ms: number, random: number): number {
  return Math.round(ms * (0.8 + 0.4 * random))
}

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** Where a callback is expected: what the providers' pages recommend. */
const EXPECTED_MS = 30 * SECOND_MS

const FIRST_FALLBACK_MS = 3 * MINUTE_MS

/** The intervals that the pages of these kinds recommend. */
const FIRST_MS: Readonly<Partial<Record<Kind, number>>> = { midi: 10 * SECOND_MS, recovery: 2 * SECOND_MS }
