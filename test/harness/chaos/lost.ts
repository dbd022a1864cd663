import { LISTENERS } from './listeners.js'
import type { Ledger, Named } from './ledger.js'

export type Fate =
  /** Never answered 200. */
  | 'unacknowledged'
  | 'effective'
  /** Came after its task's last stage, and had nothing to do. */
  | 'stale'
  | 'lost'

/** A callback, and how its attempts were answered. */
interface SentCallback extends Named {
  readonly type: string
  readonly taskId: string
  readonly attempts: readonly { readonly status: number | null }[]
}

/** What became of a callback. It is lost when it was answered 200 once and a listener's effect is missing. */
export function fateOf(callback: SentCallback, ledger: Ledger): Fate {
  if (!callback.attempts.some(({ status }) => status === 200)) return 'unacknowledged'
  const listeners = new Set(ledger.effects(callback).map(({ listener }) => listener))
  if (LISTENERS.every((listener) => listeners.has(listener))) return 'effective'
  return isStale(callback, ledger) ? 'stale' : 'lost'
}

/** By an outcome; or, where a kill came before it was written, by what the process that held the key had heard from the store. */
function isStale(callback: SentCallback, ledger: Ledger): boolean {
  if (ledger.outcomes(callback).some(({ status }) => status === 'stale')) return true
  const { type, taskId } = callback
  if (type !== 'music:text' && type !== 'music:first') return false
  const holders = ledger.calls(`${type}:${taskId}`).filter(({ result }) => result === 'claimed')
  const hearings = ledger
    .calls(`music:complete:${taskId}`)
    .filter(({ call, result }) => call === 'isDone' && result === true)
  return holders.some(({ pid }) => hearings.some((hearing) => hearing.pid === pid))
}
