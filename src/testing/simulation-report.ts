import type { EventType } from '../events/types.js'
import type { AttemptResult } from './attempt.js'
import type { SimulatedTask } from './simulated-task.js'

/** What became of a run. */
export interface SimulationReport {
  /** Plays the same schedule again. */
  readonly seed: number
  /** Every callback of the plan, whether or not it was sent, in the order of the plan. */
  readonly callbacks: readonly CallbackReport[]
  readonly totals: SimulationTotals
}

/** What became of one callback. */
export interface CallbackReport extends SimulatedTask {
  /** The event that it should become. */
  readonly type: EventType
  readonly body: Readonly<Record<string, unknown>>
  /** `delivered`: answered 200. `abandoned`: all attempts failed. `unfinished`: the run was stopped before either. */
  readonly state: 'delivered' | 'abandoned' | 'unfinished'
  /** In the order of their ends. */
  readonly attempts: readonly AttemptReport[]
}

/** One POST and what came of it. Only a status of 200 is a success. */
export type AttemptReport = AttemptResult & {
  /** Where it went, without the query, in which a signature would be. */
  readonly address: string
  /** `repeat`: the callback had been acknowledged, and was sent again. */
  readonly sending: 'original' | 'repeat'
  /** 0 is the first attempt of its sending, 1 to 3 are the retries. */
  readonly retry: number
  /** Which of the requests that were sent at once, from 0. */
  readonly copy: number
  /** When it began, in ms after the run began. */
  readonly startedAtMs: number
}

export interface SimulationTotals {
  readonly tasks: number
  readonly callbacks: number
  readonly delivered: number
  readonly abandoned: number
  readonly unfinished: number
  readonly attempts: number
  /** How many attempts ended in each way, by status or fault: `{ '200': 120, '503': 2, timeout: 1 }`. */
  readonly results: Readonly<Record<string, number>>
  /** Of the attempts that were answered, in ms; null when none was. */
  readonly latencyMs: { readonly median: number | null; readonly p99: number | null }
  readonly durationMs: number
}

/** How far a run is, after each attempt. */
export interface SimulationProgress {
  readonly callbacks: number
  readonly delivered: number
  readonly abandoned: number
  readonly attempts: number
  /** What the attempt was about. */
  readonly task: SimulatedTask
  readonly type: EventType
  readonly attempt: AttemptReport
  /** Of the callback, after this attempt. `unfinished`: it comes again. */
  readonly state: CallbackReport['state']
}

export function toTotals(callbacks: readonly CallbackReport[], tasks: number, durationMs: number): SimulationTotals {
  const count = (state: CallbackReport['state']) => callbacks.filter((callback) => callback.state === state).length
  const attempts = callbacks.flatMap((callback) => callback.attempts)
  const results = new Map<string, number>()
  for (const name of attempts.map(resultOf)) results.set(name, (results.get(name) ?? 0) + 1)
  const latencies = attempts.filter((attempt) => attempt.fault === null).map((attempt) => attempt.latencyMs)
  latencies.sort((one, other) => one - other)
  return {
    tasks,
    callbacks: callbacks.length,
    delivered: count('delivered'),
    abandoned: count('abandoned'),
    unfinished: count('unfinished'),
    attempts: attempts.length,
    results: Object.fromEntries([...results].sort(([, one], [, other]) => other - one)),
    latencyMs: { median: percentile(latencies, 50), p99: percentile(latencies, 99) },
    durationMs,
  }
}

/** What an attempt came to, in a word: the status or the fault. */
function resultOf(attempt: AttemptResult): string {
  return attempt.fault ?? String(attempt.status)
}

/** The nearest rank of sorted values. */
function percentile(sorted: readonly number[], percent: number): number | null {
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? null
}
