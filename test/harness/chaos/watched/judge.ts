import { checkEffects, checkKeys } from '../check-keys.js'
import { findDoubled } from '../doubled.js'
import { Ledger } from '../ledger.js'
import { LISTENERS } from '../listeners.js'
import { fateOf } from '../lost.js'
import { isHidden, type Evidence } from './run.js'

export interface Verdict {
  /** What was counted, a line each. */
  readonly figures: Readonly<Record<string, number | string>>
  /** What must not be. */
  readonly violations: readonly string[]
}

export function judge({ submitted, tasks, records, kills, left, leaseMs, seconds }: Evidence): Verdict {
  const ledger = new Ledger(records)
  const callbacks = tasks.flatMap((task) => task.callbacks.map((callback) => ({ ...callback, taskId: task.taskId })))
  const silent = callbacks.filter(({ state }) => state === 'silent')

  /** Whether every listener has worked for the task's last event. */
  const hasArrived = ({ taskId, stage }: Evidence['tasks'][number]) => {
    const listeners = new Set(ledger.effects({ type: stage, taskId }).map(({ listener }) => listener))
    return LISTENERS.every((listener) => listeners.has(listener))
  }
  const missing = tasks.filter((task) => !hasArrived(task))
  const hidden = missing.filter(isHidden)
  const lost = missing.filter((task) => !isHidden(task))
  const broken = callbacks.filter((callback) => fateOf(callback, ledger) === 'lost')
  const doubled = findDoubled(ledger, { kills, pauses: [] })
  const unexcused = doubled.filter(({ excuse }) => excuse === null)

  const asked = new Map<string, number>()
  for (const { taskId } of records.requests) asked.set(taskId, (asked.get(taskId) ?? 0) + 1)
  const byRecord = tasks.filter(({ callbacks: sent }) => sent.at(-1)?.state !== 'delivered').length
  return {
    figures: {
      tasks: submitted.size,
      'callbacks never sent': silent.length,
      'callbacks given up': callbacks.filter(({ state }) => state === 'abandoned').length,
      'tasks whose last callback did not arrive': byRecord,
      'receivers killed': kills.length,
      'requests to the API': records.requests.length,
      'requests per task': (records.requests.length / submitted.size).toFixed(2),
      'requests per task that was asked for': (records.requests.length / Math.max(1, asked.size)).toFixed(2),
      'requests for one task, at most': Math.max(0, ...asked.values()),
      'doubled, excused': doubled.length - unexcused.length,
      'doubled, not excused': unexcused.length,
      lost: lost.length + broken.length,
      'failed, but hidden by CALLBACK_EXCEPTION': hidden.length,
      'left on the list': left,
      seconds: seconds.toFixed(1),
    },
    violations: [
      ...lost.map(({ kind, taskId, stage }) => `${String(stage)} of ${kind} ${taskId} never arrived`),
      ...broken.map(({ type, taskId }) => `${type} of ${taskId} was answered 200 and has no effect`),
      ...unexcused.map(({ effect }) => `${effect.listener} worked on ${effect.key} again without an excuse`),
      ...checkKeys(ledger, leaseMs),
      ...checkEffects(ledger),
      ...(left > 0 ? [`${String(left)} tasks were left on the list`] : []),
      ...(tasks.length === submitted.size ? [] : [`the provider knows ${String(tasks.length)} tasks`]),
      ...(silent.length > 0 && records.requests.length > 0 ? [] : ['no record was asked for']),
    ],
  }
}
