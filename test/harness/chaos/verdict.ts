import type { AttemptReport, CallbackReport } from 'suno-callbacks/testing'
import { checkEffects, checkKeys } from './check-keys.js'
import { findDoubled, type Excuse } from './doubled.js'
import { Ledger } from './ledger.js'
import { fateOf } from './lost.js'
import { metFaults } from './met-faults.js'
import type { Evidence } from './run-scenario.js'

export interface Verdict {
  readonly figures: Figures
  /** One line for each callback that was given up. */
  readonly abandoned: readonly string[]
  /** What must not be. */
  readonly violations: readonly string[]
}

export interface Figures {
  readonly tasks: number
  readonly callbacks: number
  readonly attempts: number
  /** By status or fault. */
  readonly results: Readonly<Record<string, number>>
  readonly outcomes: Readonly<Record<string, number>>
  readonly kills: number
  readonly pauses: number
  readonly serverKills: number
  readonly otherStoreFaults: number
  readonly mishaps: number
  readonly effects: number
  readonly absorbed: number
  readonly stale: number
  readonly doubledUnexcused: number
  readonly doubled: Readonly<Record<NonNullable<Excuse>, number>>
  readonly lost: number
  readonly abandoned: number
  readonly seconds: number
}

export function judge(evidence: Evidence): Verdict {
  const { report, records, kills, storeFaults, scenario } = evidence
  const { callbacks, totals } = report
  const ledger = new Ledger(records)
  const fates = callbacks.map((callback) => [callback, fateOf(callback, ledger)] as const)
  const lost = fates.flatMap(([callback, fate]) => (fate === 'lost' ? [callback] : []))
  const doubled = findDoubled(ledger, evidence)
  const unexcused = doubled.filter(({ excuse }) => excuse === null)
  const abandoned = callbacks.filter(({ state }) => state === 'abandoned')
  const outcomes = counted(records.outcomes.map(({ status }) => status))
  const excused = (excuse: Excuse) => doubled.filter((one) => one.excuse === excuse).length

  const figures: Figures = {
    tasks: totals.tasks,
    callbacks: callbacks.length,
    attempts: totals.attempts,
    results: totals.results,
    outcomes,
    kills: kills.length,
    pauses: evidence.pauses.length,
    serverKills: storeFaults.filter(({ what }) => what === 'kill server').length,
    otherStoreFaults: storeFaults.filter(({ what }) => what !== 'kill server').length,
    mishaps: records.mishaps.length,
    effects: records.effects.length,
    absorbed: outcomes.duplicate ?? 0,
    stale: fates.filter(([, fate]) => fate === 'stale').length,
    doubledUnexcused: unexcused.length,
    doubled: {
      killed: excused('killed'),
      'listener threw': excused('listener threw'),
      'lease lost': excused('lease lost'),
      'not completed': excused('not completed'),
    },
    lost: lost.length,
    abandoned: abandoned.length,
    seconds: evidence.seconds,
  }

  const always = [
    ...callbacks.filter(({ state }) => state === 'unfinished').map((callback) => `${toName(callback)} is unfinished`),
    ...records.outcomes.filter(({ status }) => status === 'ignored').map(({ key }) => `${String(key)} was ignored`),
    ...callbacks.flatMap((callback) => refusals(callback)),
    ...callbacks.flatMap((callback) => unmet(callback, evidence, ledger)),
    ...(scenario.once ? [] : faultless(ledger)),
  ]
  const losses = lost.map((callback) => `${toName(callback)} was answered 200 and has no effect`)
  const doubles = [
    ...unexcused.map(({ effect }) => `${effect.listener} worked on ${effect.key} again without an excuse`),
    ...checkKeys(ledger, evidence.times.leaseMs),
    ...(scenario.once ? [] : checkEffects(ledger)),
    ...(scenario.faults && !scenario.once
      ? []
      : doubled.map(({ effect }) => `${effect.listener} has ${effect.key} twice`)),
  ]
  const violations = scenario.isDurable
    ? [...always, ...losses, ...doubles]
    : // What is not on the disk is forgotten: that is the setting's cost. What listeners did outside of the database is never lost.
      [...always, ...(scenario.once ? [] : losses)]
  return { figures, abandoned: abandoned.map((callback) => describe(callback, evidence, ledger)), violations }
}

/** Nothing that is sent here is to be refused. */
function refusals(callback: CallbackReport): readonly string[] {
  const refused = callback.attempts.filter(({ status }) => status !== null && REFUSALS.includes(status))
  return refused.map(({ status }) => `${toName(callback)} was refused with ${String(status)}`)
}

const REFUSALS = [400, 401, 404, 405, 413, 415, 422]

/** An abandoned callback must have met an injected fault with each attempt; one that did not is a finding. */
function unmet(callback: CallbackReport, evidence: Evidence, ledger: Ledger): readonly string[] {
  if (callback.state !== 'abandoned') return []
  const attempts = originals(callback)
  return [
    ...(new Set(attempts.map(({ retry }) => retry)).size === 4
      ? []
      : [`${toName(callback)} was given up before its fourth attempt`]),
    ...attempts
      .filter((attempt) => metFaults(callback, attempt, evidence, ledger).length === 0)
      .map(
        (attempt) =>
          `attempt ${String(attempt.retry + 1)} of ${toName(callback)} failed (${toResult(attempt)}) without a fault`,
      ),
  ]
}

/** Deliveries that failed although no listener threw. */
function faultless(ledger: Ledger): readonly string[] {
  const failed = ledger.records.outcomes.filter(({ status }) => status === 'failed')
  return failed
    .filter((outcome) => !ledger.mishaps(outcome).some(({ mishap }) => mishap === 'threw'))
    .map(({ key }) => `${String(key)} failed, and no listener threw`)
}

function describe(callback: CallbackReport, evidence: Evidence, ledger: Ledger): string {
  const attempts = originals(callback).map((attempt) => {
    const faults = metFaults(callback, attempt, evidence, ledger)
    return `${toResult(attempt)} (${faults.join(', ') || 'NO FAULT'})`
  })
  return `${toName(callback)}: ${attempts.join('; ')}`
}

function originals({ attempts }: CallbackReport): readonly AttemptReport[] {
  return attempts.filter(({ sending }) => sending === 'original')
}

function toName({ type, taskId }: CallbackReport): string {
  return `${type} of ${taskId}`
}

function toResult({ status, fault }: AttemptReport): string {
  return fault ?? String(status)
}

function counted(words: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one))
}
