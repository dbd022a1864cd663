import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SunoEvent } from 'suno-callbacks'
import { chance } from './chance.js'
import { now, type MishapRecord, type RecordWriter } from './records.js'
import type { Times } from './times.js'

/** What a listener of the test is about to do with an event. */
export interface Behaviour {
  /** Before its effect. */
  readonly pauseMs: number
  /** Between its effect and its end: there, a kill leaves an effect that the store knows nothing of. */
  readonly lingerMs: number
  readonly mishap: MishapRecord['mishap'] | null
}

export interface ListenerSettings {
  readonly seed: number
  readonly directory: string
  readonly times: Times
  /** Whether listeners fail and dawdle. */
  readonly mishaps: boolean
}

/** `steady` always does its work, `flaky` fails for some keys, `slow` outlasts the deadline for some. */
export const LISTENERS = ['steady', 'flaky', 'slow'] as const

export type ListenerName = (typeof LISTENERS)[number]

/** Decides what the listener does this time, and writes it down when it is something bad. */
export function behave(
  listener: ListenerName,
  { type, taskId, key }: SunoEvent,
  token: string,
  settings: ListenerSettings,
  { write }: RecordWriter,
): Behaviour {
  const { seed, times, directory } = settings
  const pauseMs = 30 * chance(seed, 'pause', listener, key)
  const lingerMs = 30 * chance(seed, 'linger', listener, key)
  const kind = MISHAPS[listener]
  const isNext = settings.mishaps && kind !== null && !isQuiet(directory) && takeOne(listener, key, { seed, directory })
  const behaviour: Behaviour = {
    pauseMs: isNext && kind === 'slow' ? slowMs(times, seed, key) : pauseMs,
    lingerMs,
    mishap: isNext ? kind : null,
  }
  if (behaviour.mishap !== null) {
    const at = now()
    const until = at + behaviour.pauseMs
    const about = { type, taskId: taskId ?? '', key, pid: process.pid, listener, token }
    write('mishaps', { ...about, mishap: behaviour.mishap, at, until })
  }
  return behaviour
}

/** One listener of the test; `put` makes the effect. */
export async function act({ pauseMs, lingerMs, mishap }: Behaviour, put: () => unknown): Promise<void> {
  await sleep(pauseMs)
  if (mishap === 'threw') throw new Error('This listener fails now and then.')
  await put()
  await sleep(lingerMs)
}

/** No listener fails or dawdles any more, in any process. */
export function quieten(directory: string): void {
  writeFileSync(join(directory, QUIET), '')
}

function isQuiet(directory: string): boolean {
  return existsSync(join(directory, QUIET))
}

const QUIET = 'quiet'

/** Past the deadline; now and then so far that the first retry finds the listener still at work. */
function slowMs({ deadlineMs, retryGapsMs, factor }: Times, seed: number, key: string): number {
  const share = chance(seed, 'dawdle', key)
  const isLong = chance(seed, 'dawdle long', key) < 0.25
  return isLong ? deadlineMs + ((retryGapsMs[0] ?? 0) / factor) * (0.9 + 0.5 * share) : deadlineMs * (1.2 + 3 * share)
}

const MISHAPS: Readonly<Record<ListenerName, MishapRecord['mishap'] | null>> = {
  steady: null,
  flaky: 'threw',
  slow: 'slow',
}

const SHARE = { once: 0.08, twice: 0.03 }

/** Whether one of the mishaps that the seed has for this key is left: none, one or two, across all processes and their lives. */
function takeOne(listener: string, key: string, { seed, directory }: { seed: number; directory: string }): boolean {
  const drawn = chance(seed, 'mishap', listener, key)
  const most = drawn < SHARE.twice ? 2 : drawn < SHARE.once ? 1 : 0
  const name = createHash('sha256').update(`${listener}\n${key}`).digest('hex').slice(0, 32)
  return Array.from({ length: most }, (_, index) => join(directory, `${name}.${String(index)}`)).some(create)
}

/** Only one of all who try makes the file. */
function create(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx'))
    return true
  } catch {
    return false
  }
}
