import type { ClaimResult, IdempotencyStore } from '../../stores/store.js'
import { demand, demandNumber } from './demand.js'
import { DAY_MS, demandClaimed, demandHeld, demandInFlight, KEY, LONG_MS, statusOf } from './store-demands.js'
import type { Checks } from './suite.js'

/** Who gets a key, for how long, and what is left to the attempt that lost it. */
export const CLAIM_CHECKS: Checks<IdempotencyStore> = {
  'lends a key that nobody has': async ({ subject: store }) => {
    await demandClaimed(store, 'a', LONG_MS, 'a key that nobody has must be lent.')
  },

  "tells others what is left of the holder's lease": async ({ subject: store, sleep, elapsedMs }) => {
    await demandClaimed(store, 'a', LONG_MS, 'a key that nobody has must be lent.')
    await demandHeld(store, LONG_MS, HELD, elapsedMs)
    await sleep(50)
    await demandHeld(store, LONG_MS, HELD, elapsedMs)
  },

  'has one winner among 200 parallel claims, and tells the others how long it holds': async ({ subject: store }) => {
    await demandOneWinner(store, 200)
  },

  'has one winner among 20 parallel claims, and takes it alone for the holder': async ({ subject: store }) => {
    const winner = await demandOneWinner(store, 20)
    for (let index = 0; index < 20; index++) {
      if (index === winner) continue
      const answer = await store.complete(KEY, toToken(index), DAY_MS)
      demand(answer, false, 'complete: an attempt that was told in-flight does not have the key.')
    }
    const answer = await store.complete(KEY, toToken(winner), DAY_MS)
    demand(answer, true, 'complete: the attempt that was told claimed has the key.')
  },

  'has one winner among 200 parallel takeovers of a lapsed lease': async ({ subject: store, leaseMs, lapse }) => {
    await demandClaimed(store, 'dead', leaseMs, 'a key that nobody has must be lent.')
    await lapse()
    await demandOneWinner(store, 200)
  },

  'keeps a key for its holder until the lease is over, and no longer': async (tools) => {
    const { subject: store, leaseMs, sleep, elapsedMs } = tools
    await demandClaimed(store, 'a', leaseMs, 'a key that nobody has must be lent.')
    let result: ClaimResult
    do {
      await sleep(leaseMs / 8)
      result = await store.claim(KEY, 'b', LONG_MS)
    } while (statusOf(result) === 'in-flight' && elapsedMs() < 3 * leaseMs + 1_000)
    demand(result, { status: 'claimed' }, 'claim: a key whose lease has lapsed must be lent to the next attempt.')
    const contract =
      'claim: a key must not be lent to another attempt before the lease of its holder is over; it was, after so many ms.'
    demandNumber(elapsedMs(), leaseMs - 1, Infinity, contract)
  },

  'lends a key to the same token again, and extends its lease by that': async ({ subject: store, leaseMs, lapse }) => {
    await demandClaimed(store, 'a', leaseMs, 'a key that nobody has must be lent.')
    await demandClaimed(store, 'a', LONG_MS, SAME_TOKEN)
    await lapse()
    await demandHeld(store, LONG_MS, 'a second claim of the holder must extend its lease to that of the second claim.')
  },

  'lends a key to the same token again near the end of its lease': async ({
    subject: store,
    leaseMs,
    lapse,
    sleep,
  }) => {
    await demandClaimed(store, 'a', leaseMs, 'a key that nobody has must be lent.')
    await sleep(leaseMs * 0.8)
    await demandClaimed(store, 'a', LONG_MS, SAME_TOKEN)
    await lapse()
    await demandHeld(store, LONG_MS, 'a second claim of the holder must extend its lease to that of the second claim.')
  },

  'changes nothing for an attempt whose key was taken over': async ({ subject: store, leaseMs, lapse }) => {
    await demandClaimed(store, 'old', leaseMs, 'a key that nobody has must be lent.')
    await lapse()
    await demandClaimed(store, 'new', LONG_MS, 'a key whose lease has lapsed must be lent to the next attempt.')
    demand((await store.renew?.(KEY, 'old', DAY_MS)) ?? false, false, `renew: ${TAKEN}`)
    await demandHeld(store, LONG_MS, 'renew by a token that lost the key must leave the claim of its new holder alone.')
    demand(await store.release(KEY, 'old'), false, `release: ${TAKEN}`)
    await demandHeld(
      store,
      LONG_MS,
      'release by a token that lost the key must leave the claim of its new holder alone.',
    )
    demand(await store.complete(KEY, 'old', DAY_MS), false, `complete: ${TAKEN}`)
    await demandHeld(
      store,
      LONG_MS,
      'complete by a token that lost the key must leave the claim of its new holder alone.',
    )
    demand(await store.complete(KEY, 'new', DAY_MS), true, 'complete: the new holder must still have the key.')
  },

  'releases only for the token that has the key, and then lends it at once': async ({ subject: store }) => {
    await demandClaimed(store, 'a', LONG_MS, 'a key that nobody has must be lent.')
    demand(await store.release(KEY, 'b'), false, 'release: a token that does not hold the key must be told so.')
    await demandHeld(store, LONG_MS, 'release by a token that does not hold the key must change nothing.')
    demand(await store.release(KEY, 'a'), true, 'release: the holder must be able to give its key back.')
    demand(await store.release(KEY, 'a'), false, 'release: a key that was given back has no holder.')
    await demandClaimed(store, 'b', LONG_MS, 'a key that was given back must be lent at once.')
    demand(
      await store.release(KEY, 'a'),
      false,
      'release: an earlier holder must not give back what another one holds.',
    )
    await demandHeld(store, LONG_MS, 'release by an earlier holder must change nothing.')
  },

  'renews only for the token that has the key': async ({ subject: store, leaseMs, lapse }) => {
    if (store.renew === undefined) return
    await demandClaimed(store, 'a', leaseMs, 'a key that nobody has must be lent.')
    demand(await store.renew(KEY, 'b', LONG_MS), false, 'renew: a token that does not hold the key must be told so.')
    demand(await store.renew(KEY, 'a', LONG_MS), true, 'renew: the holder must be able to extend its lease.')
    await lapse()
    await demandHeld(store, LONG_MS, 'renew must extend the lease to so long from now.')
    demand(await store.renew('never', 'a', LONG_MS), false, 'renew: a key that was never claimed has no holder.')
    await store.release(KEY, 'a')
    demand(await store.renew(KEY, 'a', LONG_MS), false, 'renew: a key that was given back has no holder.')
    await demandClaimed(store, 'b', LONG_MS, 'a key that was given back must be lent at once.')
    demand(
      await store.renew(KEY, 'a', LONG_MS),
      false,
      'renew: an earlier holder must not extend the lease of another.',
    )
  },
}

const HELD = 'a key that another attempt holds must not be lent before that lease has lapsed.'
const SAME_TOKEN =
  "the token that holds the key must be told claimed again: a client library's retry must not lock it out."
const TAKEN = 'a token whose key was taken over by another attempt no longer holds it.'

/** Answers the index of the winner. */
async function demandOneWinner(store: IdempotencyStore, attempts: number): Promise<number> {
  const claims = Array.from({ length: attempts }, async (_, index) => store.claim(KEY, toToken(index), LONG_MS))
  const results = await Promise.all(claims)
  const winners = results.flatMap((result, index) => (statusOf(result) === 'claimed' ? [index] : []))
  demand(winners.length, 1, `claim: of ${String(attempts)} attempts at once exactly one must be told claimed.`)
  for (const result of results) {
    if (statusOf(result) !== 'claimed')
      demandInFlight(result, LONG_MS, 'the others must be told that the key is in-flight.')
  }
  return winners[0] as number
}

function toToken(index: number): string {
  return `token-${String(index)}`
}
