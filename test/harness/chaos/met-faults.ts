import type { AttemptReport, CallbackReport } from 'suno-callbacks/testing'
import type { Ledger } from './ledger.js'
import { LISTENERS } from './listeners.js'
import type { CallRecord } from './records.js'
import type { Evidence } from './run-scenario.js'

export type FaultEvidence = Pick<
  Evidence,
  'kills' | 'pauses' | 'storeFaults' | 'startedAt' | 'times' | 'ports' | 'scenario'
>

interface Interval {
  readonly from: number
  readonly until: number
}

/**
 * Which faults an attempt met: what was done to its receiver, to the store on its way, or by a listener; and what a machine does that is
 * too busy to keep the times of the run, as far as the receiver's own records show that.
 */
export function metFaults(
  callback: CallbackReport,
  attempt: AttemptReport,
  { kills, pauses, storeFaults, startedAt, times, ports, scenario: { store, once } }: FaultEvidence,
  ledger: Ledger,
): readonly string[] {
  const from = startedAt + attempt.startedAtMs
  const during = { from, until: from + attempt.latencyMs }
  const port = Number(new URL(attempt.address).port)
  const receiver = ports.indexOf(port)
  const calls = ledger.outcomes(callback).flatMap(({ key }) => ledger.calls(key ?? ''))
  // Somebody who cannot give the key back holds it for a lease.
  const heldSince = { from: from - times.leaseMs - GRACE_MS, until: during.until }
  const killed = kills.filter(({ at }) => overlap(heldSince, { from: at, until: at })).map(({ pid }) => pid)
  const isHeld = attempt.status === 409
  const isLate = attempt.status === 503 || attempt.fault === 'timeout'

  return [
    attempt.fault?.startsWith('closed') === true && `the provider's connection ${attempt.fault}`,
    kills.some(
      (kill) => kill.receiver === receiver && overlap(during, withGrace({ from: kill.at, until: kill.upAt })),
    ) && 'receiver killed',
    pauses.some((pause) => pause.receiver === receiver && overlap(during, withGrace(pause))) && 'receiver paused',
    // In the middle of a commit it keeps the lock, and with it the others out.
    store === 'sqlite' &&
      attempt.status === 503 &&
      pauses.some((pause) => overlap(during, withGrace(pause))) &&
      'database locked by a paused receiver',
    isHeld &&
      calls.length > 0 &&
      pauses.some((pause) => overlap(during, withGrace(pause))) &&
      'another receiver paused',
    isHeld && calls.some(({ pid, call }) => call === 'claim' && killed.includes(pid)) && 'holder of the key killed',
    isHeld && calls.some((call) => call.call === 'claim' && isRejected(call, heldSince)) && 'claim of the key given up',
    isLate && isStoreTooSlow(calls, during, times, ledger) && 'store slower than its limit',
    attempt.status === 503 &&
      isDoneLate(callback, { during, calls, once }, ledger) &&
      'listeners slower than the deadline, and done after it',
    isLate &&
      ledger.records.stalls.some((stall) => stall.port === port && overlap(during, stall)) &&
      'receiver kept waiting by the machine',
    ...storeFaults
      .filter((fault) => fault.receiver === null || fault.receiver === receiver)
      .filter((fault) => overlap(during, withGrace(fault)))
      .map(({ what }) => what),
    ...ledger
      .mishaps(callback)
      .filter(({ at, until }) => overlap(during, withGrace({ from: at, until })))
      .map(({ listener, mishap }) => `${listener} ${mishap}`),
  ].filter((fault) => fault !== false)
}

/**
 * Whether the store let this attempt down, and took too long for some call of that process at that time: a call that waits for the
 * connection of an earlier one is rejected with it, and may have waited for a moment only.
 */
function isStoreTooSlow(
  calls: readonly CallRecord[],
  during: Interval,
  { callTimeoutMs }: FaultEvidence['times'],
  ledger: Ledger,
): boolean {
  const pids = calls.filter((call) => isRejected(call, during)).map(({ pid }) => pid)
  const isSlow = (call: CallRecord) => isRejected(call, during) && call.at - call.startedAt >= callTimeoutMs
  return pids.length > 0 && ledger.records.calls.some((call) => pids.includes(call.pid) && isSlow(call))
}

function isRejected({ result, startedAt, at }: CallRecord, during: Interval): boolean {
  return result === 'rejected' && overlap(during, { from: startedAt, until: at })
}

/**
 * Whether the listeners outlasted the deadline of this attempt, and did their work all the same. With `exactlyOnce` the work of an earlier
 * attempt stands and is not done again: then the completion tells that all of it is done.
 */
function isDoneLate(
  callback: CallbackReport,
  { during, calls, once }: { during: Interval; calls: readonly CallRecord[]; once: boolean },
  ledger: Ledger,
): boolean {
  const isPastDeadline = ledger
    .outcomes(callback)
    .some(({ status, at }) => status === 'deadline' && overlap(withGrace(during), { from: at, until: at }))
  const isSince = ({ at }: { readonly at: number }) => at >= during.from
  const isCompleted = calls.some((call) => call.call === 'complete' && call.result === true && isSince(call))
  const done = ledger.effects(callback).filter((effect) => (once && isCompleted) || isSince(effect))
  return isPastDeadline && LISTENERS.every((name) => done.some(({ listener }) => listener === name))
}

/** How long clients take to connect again, and things that waited to get through. */
const GRACE_MS = 200

function withGrace({ from, until }: Interval): Interval {
  return { from, until: until + GRACE_MS }
}

function overlap(one: Interval, other: Interval): boolean {
  return one.from <= other.until && other.from <= one.until
}
