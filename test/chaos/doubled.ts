import type { Ledger } from './ledger.js'
import type { EffectRecord } from './records.js'
import type { Evidence } from './run-scenario.js'

/** Why the earlier attempt did not keep the later one from working, or null when nothing excuses it. */
export type Excuse = 'killed' | 'lease lost' | 'listener threw' | 'not completed' | null

/** An effect that was there already. */
export interface Doubled {
  readonly effect: EffectRecord
  readonly excuse: Excuse
}

type Faults = Pick<Evidence, 'kills' | 'pauses'>

export function findDoubled(ledger: Ledger, faults: Faults): readonly Doubled[] {
  return [...ledger.effectsByListener].flatMap((effects) =>
    effects.slice(1).map((effect, index) => {
      // There are as many before as there are after.
      const earlier = effects[index] as EffectRecord
      return { effect, excuse: excuseOf(earlier, effect, ledger, faults) }
    }),
  )
}

function excuseOf(earlier: EffectRecord, later: EffectRecord, ledger: Ledger, faults: Faults): Excuse {
  if (earlier.token === later.token) return null
  const calls = ledger.calls(earlier.key)
  const mine = calls.filter(({ token }) => token === earlier.token)
  const taken = calls.find(
    ({ call, token, result }) => call === 'claim' && token === later.token && result === 'claimed',
  )
  const completed = mine.find(({ call, result }) => call === 'complete' && result === true)
  if (completed !== undefined && (taken === undefined || taken.startedAt >= completed.at)) return null

  const mishaps = ledger.mishaps(earlier)
  if (mishaps.some(({ token, mishap }) => token === earlier.token && mishap === 'threw')) return 'listener threw'
  if (mine.some(({ call, result }) => call === 'complete' && result === 'rejected')) return 'not completed'
  const takenAt = taken?.at ?? Infinity
  if (faults.kills.some(({ pid, at }) => pid === earlier.pid && at <= takenAt)) return 'killed'
  // It lost its lease alive. One that runs and reaches the store renews in time, so something must have hindered it.
  const claimedAt = mine[0]?.startedAt ?? 0
  const wasPaused = faults.pauses.some(
    ({ pid, from, until }) => pid === earlier.pid && from <= takenAt && claimedAt <= until,
  )
  const couldNotRenew = mine.some(({ call, result }) => call === 'renew' && result === 'rejected')
  return wasPaused || couldNotRenew ? 'lease lost' : null
}
