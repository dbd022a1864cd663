import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kind } from 'suno-callbacks'
import type { ListeningProvider } from 'suno-callbacks/testing'
import { chance } from '../chance.js'
import { quieten } from '../listeners.js'
import { now, readRecords, type Records } from '../records.js'
import type { Kill, Receiver } from '../receivers.js'
import { RECEIVERS, spreadMsOf, type Scenario } from './scenario.js'
import { setUp, type SetUp } from './set-up.js'
import { submitTasks } from './submit-tasks.js'

/** All that is known of a run when it is over. */
export interface Evidence {
  readonly scenario: Scenario
  readonly submitted: ReadonlyMap<string, Kind>
  readonly tasks: ListeningProvider['tasks']
  readonly records: Records
  readonly kills: readonly Kill[]
  /** Tasks that are still on the list, though their records tell of their end. */
  readonly left: number
  readonly leaseMs: number
  readonly seconds: number
  readonly directory: string
}

/** Plays one scenario with real processes and real servers. All that it starts has ended when it settles. */
export async function run(scenario: Scenario, signal: AbortSignal): Promise<Evidence> {
  const begun = now()
  const cleanups: (() => unknown)[] = []
  const stop = new AbortController()
  const interrupt = () => stop.abort(signal.reason)
  signal.addEventListener('abort', interrupt)
  const limitMs = LIMIT_MS + 6 * spreadMsOf(scenario)
  const limit = setTimeout(() => stop.abort(new Error(`The run took longer than ${String(limitMs)} ms.`)), limitMs)
  const directory = await mkdtemp(join(tmpdir(), 'suno-callbacks-watched-'))
  cleanups.push(() => {
    clearTimeout(limit)
    signal.removeEventListener('abort', interrupt)
  })
  try {
    const made = await setUp(scenario, directory, cleanups, (error) => stop.abort(error))
    const { provider, receivers, marks } = made
    const killing = new AbortController()
    cleanups.push(() => killing.abort())
    const kills = killReceivers(scenario, receivers, killing.signal)
    const submitted = await submitTasks(scenario, made, stop.signal)
    // Until the first looks at the last tasks: then whoever has a retry left is delivered.
    await sleep(MORE_KILLS_MS, undefined, { signal: stop.signal })
    killing.abort()
    await kills
    quieten(marks)
    const left = await leftOnList(made, stop.signal)
    await Promise.all(receivers.map((receiver) => receiver.close()))
    return {
      ...{ scenario, submitted, tasks: provider.tasks, left, directory },
      records: readRecords(join(directory, 'records')),
      kills: receivers.flatMap((receiver) => receiver.kills),
      leaseMs: receivers[0]?.settings.times.leaseMs ?? 0,
      seconds: (now() - begun) / 1000,
    }
  } catch (error) {
    // What is aborted says only that it was: the reason is why.
    throw stop.signal.aborted ? stop.signal.reason : error
  } finally {
    for (const clean of cleanups.reverse()) await clean()
    if (signal.aborted) await rm(directory, { recursive: true, force: true })
  }
}

/**
 * Of a task that failed and whose callback was given up, the record says `CALLBACK_EXCEPTION` and nothing of the failure: it would stay
 * on the list until it is overdue.
 */
export function isHidden({ stage, isUndelivered }: ListeningProvider['tasks'][number]): boolean {
  return stage === 'error' && isUndelivered
}

/** Waits until nothing is left that can be found, or until the signal aborts. Answers how much is left. */
async function leftOnList({ provider, tasks }: SetUp, signal: AbortSignal): Promise<number> {
  for (;;) {
    const hidden = await Promise.all(
      provider.tasks.filter(isHidden).map(async (task) => (await tasks.get?.(task)) ?? null),
    )
    const left = (await tasks.size()) - hidden.filter((task) => task !== null).length
    if (left === 0 || signal.aborted) return left
    await sleep(1_000, undefined, { signal }).catch(() => undefined)
  }
}

/** SIGKILL to one of them, again and again. */
async function killReceivers({ seed }: Scenario, receivers: readonly Receiver[], signal: AbortSignal): Promise<void> {
  const next = (count: number) => sleep(300 + 700 * chance(seed, 'gap', count), true, { signal }).catch(() => false)
  for (let count = 0; await next(count); count++) {
    receivers[Math.floor(chance(seed, 'victim', count) * RECEIVERS)]?.kill()
  }
}

const MORE_KILLS_MS = 4_000

const LIMIT_MS = 240_000
