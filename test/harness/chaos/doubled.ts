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
  return [...ledger.effectsByListener].flatMap((unsorted) => {
    // By their attempts: one that was paused makes its effect after another one has taken its key.
    const effects = unsorted.toSorted((one, other) => claimedAt(one, ledger) - claimedAt(other, ledger))
    return effects.slice(1).map((effect, index) => {
      // There are as many before as there are after.
      const earlier = effects[index] as EffectRecord
      return { effect, excuse: excuseOf(earlier, effect, ledger, faults) }
    })
  })
}

function claimedAt({ key, token, at }: EffectRecord, ledger: Ledger): number {
  const claim = ledger.calls(key).find((call) => call.token === token && call.result === 'claimed')
  return claim?.startedAt ?? at
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
  const begunAt = claimedAt(earlier, ledger)
  const wasPaused = faults.pauses.some(
    ({ pid, from, until }) => pid === earlier.pid && from <= takenAt && begunAt <= until,
  )
  const couldNotRenew = mine.some(({ call, result }) => call === 'renew' && result === 'rejected')
  return wasPaused || couldNotRenew ? 'lease lost' : null
}
