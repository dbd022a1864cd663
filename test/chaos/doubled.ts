import type { Ledger } from './ledger.js'
import type { Kill } from './receivers.js'
import type { EffectRecord } from './records.js'

/** Why the earlier attempt did not keep the later one from working, or null when nothing excuses it. */
export type Excuse = 'killed' | 'lease lost' | 'listener threw' | 'not completed' | null

/** An effect that was there already. */
export interface Doubled {
  readonly effect: EffectRecord
  readonly excuse: Excuse
}

export function findDoubled(ledger: Ledger, kills: readonly Kill[]): readonly Doubled[] {
  const killed = new Set(kills.map(({ pid }) => pid))
  return [...ledger.effectsByListener].flatMap((effects) =>
    effects.slice(1).map((effect, index) => {
      // There are as many before as there are after.
      const earlier = effects[index] as EffectRecord
      return { effect, excuse: excuseOf(earlier, effect, ledger, killed) }
    }),
  )
}

function excuseOf(earlier: EffectRecord, later: EffectRecord, ledger: Ledger, killed: ReadonlySet<number>): Excuse {
  if (earlier.token === later.token) return null
  const calls = ledger.calls(earlier.key)
  const mine = calls.filter(({ token }) => token === earlier.token)
  const completed = mine.find(({ call, result }) => call === 'complete' && result === true)
  if (completed !== undefined) {
    const wasTaken = calls.some(
      ({ call, token, result, startedAt }) =>
        call === 'claim' && token === later.token && result === 'claimed' && startedAt < completed.at,
    )
    return wasTaken ? 'lease lost' : null
  }
  if (mine.some(({ call, result }) => (call === 'complete' || call === 'renew') && result === false)) {
    return 'lease lost'
  }
  const mishaps = ledger.mishaps(earlier)
  if (mishaps.some(({ token, mishap }) => token === earlier.token && mishap === 'threw')) return 'listener threw'
  if (mine.some(({ call, result }) => call === 'complete' && result === 'rejected')) return 'not completed'
  return killed.has(earlier.pid) ? 'killed' : null
}
