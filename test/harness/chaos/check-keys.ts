import type { Ledger } from './ledger.js'
import type { CallRecord } from './records.js'

/**
 * What the store must never have answered, for any key:
 *
 *     claim ─► claimed ── renew ─► true ── complete ─► true ──────────────────────►
 *              │◄─ lease ─►│◄─ lease ─►│               │ nobody claims it any more
 *              nobody else claims it                   │ nobody else completes it
 */
export function checkKeys(ledger: Ledger, leaseMs: number): readonly string[] {
  return [...ledger.keys].flatMap((key) => {
    const calls = ledger.calls(key)
    const claims = calls.filter(({ call, result }) => call === 'claim' && result === 'claimed')
    const completions = calls.filter(({ call, result }) => call === 'complete' && result === true)
    const [first] = completions
    const late = claims.filter(({ startedAt }) => first !== undefined && startedAt >= first.at)
    const early = claims.filter((claim) => isHeld(claim, calls, leaseMs))
    const finishers = new Set(completions.map(({ token }) => token))
    return [
      ...late.map(({ token }) => `${key} was claimed by ${String(token)} after it had been completed`),
      ...early.map(({ token }) => `${key} was claimed by ${String(token)} while another attempt held it`),
      ...(finishers.size > 1 ? [`${key} was completed by ${String(finishers.size)} attempts`] : []),
    ]
  })
}

/** Whether another attempt surely held the key: its lease began when the call did, or later, and it has not tried to end it. */
function isHeld(claim: CallRecord, calls: readonly CallRecord[], leaseMs: number): boolean {
  return calls.some(
    ({ call, token, result, startedAt, at }) =>
      token !== claim.token &&
      ((call === 'claim' && result === 'claimed') || (call === 'renew' && result === true)) &&
      at <= claim.startedAt &&
      claim.at < startedAt + leaseMs - ROUNDING_MS &&
      !calls.some(
        (end) => isEnd(end) && end.token === token && end.startedAt >= startedAt && end.startedAt <= claim.at,
      ),
  )
}

function isEnd({ call }: CallRecord): boolean {
  return call === 'release' || call === 'complete'
}

/** Stores count in whole milliseconds. */
const ROUNDING_MS = 2

/** A listener works for nobody but attempts that hold the key: as many effects as there were of them, at most. */
export function checkEffects(ledger: Ledger): readonly string[] {
  return [...ledger.effectsByListener].flatMap((effects) => {
    const [{ key, listener } = { key: '', listener: '' }] = effects
    const claims = ledger.calls(key).filter(({ call, result }) => call === 'claim' && result === 'claimed')
    const holders = new Set(claims.map(({ token }) => token))
    const strangers = effects.filter(({ token }) => !holders.has(token))
    return [
      ...strangers.map(
        ({ token }) => `${listener} worked on ${key} for ${token || 'an attempt'} that never claimed it`,
      ),
      ...(effects.length > holders.size
        ? [`${listener} worked on ${key} ${String(effects.length)} times, in ${String(holders.size)} attempts`]
        : []),
    ]
  })
}
