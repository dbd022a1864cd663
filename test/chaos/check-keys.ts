import type { Ledger } from './ledger.js'

/**
 * What the store must never have answered, for any key:
 *
 *     claim ─► claimed ── effects ── complete ─► true ─────────────────────────►
 *                                                │ nobody claims it any more
 *                                                │ nobody else completes it
 */
export function checkKeys(ledger: Ledger): readonly string[] {
  return [...ledger.keys].flatMap((key) => {
    const calls = ledger.calls(key)
    const claims = calls.filter(({ call, result }) => call === 'claim' && result === 'claimed')
    const completions = calls.filter(({ call, result }) => call === 'complete' && result === true)
    const [first] = completions
    const late = claims.filter(({ startedAt }) => first !== undefined && startedAt >= first.at)
    const finishers = new Set(completions.map(({ token }) => token))
    return [
      ...late.map(({ token }) => `${key} was claimed by ${String(token)} after it had been completed`),
      ...(finishers.size > 1 ? [`${key} was completed by ${String(finishers.size)} attempts`] : []),
    ]
  })
}

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
