import type { IdempotencyStore } from '../../stores/store.js'
import { demand } from './demand.js'
import { DAY_MS, demandClaimed, demandDone, demandHeld, KEY, LONG_MS } from './store-demands.js'
import type { Checks } from './suite.js'

/** How a key is completed, what is remembered of it, and for how long. */
export const COMPLETION_CHECKS: Checks<IdempotencyStore> = {
  'remembers a completed key as done': async ({ subject: store }) => {
    await claimAndComplete(store)
    await demandDone(store, 'a completed key is done for every attempt.')
    const own = await store.claim(KEY, 'a', LONG_MS)
    demand(own, { status: 'done' }, 'claim: a completed key is done for the attempt that completed it as well.')
  },

  'completes only for the token that has the key': async ({ subject: store, leaseMs, lapse }) => {
    await demandClaimed(store, 'a', leaseMs, 'a key that nobody has must be lent.')
    await lapse()
    await demandClaimed(store, 'b', LONG_MS, 'a key whose lease has lapsed must be lent to the next attempt.')
    demand(await store.complete(KEY, 'a', DAY_MS), false, 'complete: a token that lost the key must be told so.')
    await demandHeld(store, LONG_MS, 'complete by a token that lost the key must change nothing.')
    demand(await store.complete(KEY, 'b', DAY_MS), true, 'complete: the holder must be able to complete its key.')
    demand(
      await store.complete(KEY, 'a', DAY_MS),
      false,
      'complete: a key that another attempt has completed is not its own.',
    )
  },

  'completes a key whose lease lapsed and that nobody took': async ({ subject: store, leaseMs, lapse }) => {
    await demandClaimed(store, 'a', leaseMs, 'a key that nobody has must be lent.')
    await lapse()
    const answer = await store.complete(KEY, 'a', DAY_MS)
    demand(answer, true, 'complete: a lapsed lease that nobody took must not hinder its holder.')
    await demandDone(store, 'a key that was completed after its lease had lapsed is done.')
  },

  'leaves a completed key without a holder': async ({ subject: store }) => {
    await claimAndComplete(store)
    const stays = 'what comes after complete must change nothing: the key stays done.'
    for (const token of ['a', 'b']) {
      demand(
        await store.release(KEY, token),
        false,
        'release: a completed key has no holder, so nobody can give it back.',
      )
      await demandDone(store, stays)
      const isRenewed = (await store.renew?.(KEY, token, LONG_MS)) ?? false
      demand(isRenewed, false, 'renew: a completed key has no holder, so nobody can extend a lease.')
      await demandDone(store, stays)
    }
    const isCompleted = await store.complete(KEY, 'b', DAY_MS)
    demand(isCompleted, false, 'complete: a key that another attempt has completed is not its own.')
    await demandDone(store, stays)
  },

  'forgets a completed key after its retention, and not before': async ({ subject: store, sleep }) => {
    await demandClaimed(store, 'a', LONG_MS, 'a key that nobody has must be lent.')
    await store.complete(KEY, 'a', 2_000)
    await sleep(500)
    await demandDone(store, 'a completed key must stay done for its retention.')
    // Whole seconds are fine enough for a retention.
    await sleep(3_000)
    demand((await store.isDone?.(KEY)) ?? false, false, 'isDone: a key whose retention is over is not done.')
    await demandClaimed(store, 'b', LONG_MS, 'a key whose retention is over must be lent.')
  },

  'does not let the retention end with the lease, or with what another attempt asks for': async (tools) => {
    const { subject: store, leaseMs, lapse } = tools
    await demandClaimed(store, 'a', leaseMs, 'a key that nobody has must be lent.')
    await store.complete(KEY, 'a', DAY_MS)
    await store.complete(KEY, 'b', 1)
    await lapse()
    await demandDone(store, 'a completed key must stay done for the retention that its holder asked for.')
  },

  'does not release what is completed, nor what it never saw': async ({ subject: store }) => {
    demand(await store.release('never', 'a'), false, 'release: a key that was never claimed has no holder.')
    await claimAndComplete(store)
    demand(await store.release(KEY, 'a'), false, 'release: a completed key has no holder, so nobody can give it back.')
    await demandDone(store, 'release must leave a completed key done: it would be handled again.')
  },

  'does not renew what is completed': async ({ subject: store }) => {
    if (store.renew === undefined) return
    await claimAndComplete(store)
    demand(await store.renew(KEY, 'a', LONG_MS), false, 'renew: a completed key has no holder.')
    await demandDone(store, 'renew must leave a completed key done.')
  },

  'says whether a key is done, and never claims by that': async ({ subject: store, leaseMs, lapse }) => {
    if (store.isDone === undefined) return
    demand(await store.isDone(KEY), false, 'isDone: a key that nobody has claimed is not done.')
    await demandClaimed(store, 'a', leaseMs, 'isDone must not claim a key.')
    demand(await store.isDone(KEY), false, 'isDone: a key that is held is not done yet.')
    await lapse()
    demand(await store.isDone(KEY), false, 'isDone: a key whose lease has lapsed is not done.')
    await demandClaimed(store, 'b', LONG_MS, 'isDone must not extend a lease.')
    demand(await store.isDone(KEY), false, 'isDone: a key that is held is not done yet.')
    await demandHeld(store, LONG_MS, 'isDone must not release a key.')
    demand(await store.complete(KEY, 'b', DAY_MS), true, 'complete: the holder must be able to complete its key.')
    demand(await store.isDone(KEY), true, 'isDone: a completed key is done.')
    await Promise.all([store.isDone('other'), store.isDone('other')])
    await demandClaimed(
      store,
      'a',
      LONG_MS,
      'isDone must not claim a key, and not when it is asked twice at once.',
      'other',
    )
  },
}

async function claimAndComplete(store: IdempotencyStore): Promise<void> {
  await demandClaimed(store, 'a', LONG_MS, 'a key that nobody has must be lent.')
  demand(await store.complete(KEY, 'a', DAY_MS), true, 'complete: the holder must be able to complete its key.')
}
