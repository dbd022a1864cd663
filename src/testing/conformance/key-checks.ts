import type { IdempotencyStore } from '../../stores/store.js'
import { demand } from './demand.js'
import { DAY_MS, demandClaimed, demandDone, KEY, LONG_MS, statusOf } from './store-demands.js'
import type { Checks } from './suite.js'

/** Which keys there are, and what tells them apart. */
export const KEY_CHECKS: Checks<IdempotencyStore> = {
  'takes any key': async ({ subject: store }) => {
    await demandApart(store, [
      'a:b',
      'a',
      'b',
      'a\nb',
      'a b',
      '🎵',
      '🎶',
      '__proto__',
      'constructor',
      "'; --",
      '*',
      '{a}',
      '%',
      'x'.repeat(300),
    ])
  },

  'tells apart keys that differ only in upper and lower case, or in a space at the end': async ({ subject: store }) => {
    await demandApart(store, [
      'music:complete:Task',
      'music:complete:task',
      'MUSIC:complete:task',
      'music:complete:task ',
    ])
  },

  'takes keys of 128 characters and of any length with ":", and tells them apart by each character': async (tools) => {
    const long = 'x'.repeat(127)
    const parted = `app:music:complete:${'y'.repeat(128)}:sha256-${'0'.repeat(63)}`
    const ids = [`${long}1`, `${long}2`, `1${long}`, `2${long}`, `${parted}1`, `${parted}2`]
    await demandApart(tools.subject, [...ids, ':', '::', 'a::b', 'a:b:', ':a:b', 'a:b'])
  },

  'keeps apart many keys at once': async ({ subject: store }) => {
    const keys = Array.from({ length: 200 }, (_, index) => `key-${String(index)}`)
    const twice = keys.flatMap((key) => ['a', 'b'].map((name) => ({ key, token: `${name} of ${key}` })))
    const results = await Promise.all(twice.map(async ({ key, token }) => store.claim(key, token, LONG_MS)))
    const claimed = results.filter((result) => statusOf(result) === 'claimed').length
    demand(claimed, 200, 'claim: of two attempts at each of 200 keys at once exactly one each must be told claimed.')
    const completed = await Promise.all(twice.map(async ({ key, token }) => store.complete(key, token, DAY_MS)))
    const trues = completed.filter(Boolean).length
    demand(trues, 200, 'complete: of two attempts at each of 200 keys at once exactly the holder must be told true.')
  },

  'does not see the keys of another prefix': async ({ subject: store, another }) => {
    const other = await another()
    await demandClaimed(store, 'a', LONG_MS, 'a key that nobody has must be lent.')
    await store.complete(KEY, 'a', DAY_MS)
    await demandClaimed(other, 'b', LONG_MS, 'stores of two prefixes must not see each other.')
    demand(await other.release(KEY, 'b'), true, 'release: the holder must be able to give its key back.')
    await demandDone(store, 'a store of another prefix must change nothing here.')
  },
}

/** Each must be lent, completed and remembered for itself; by an attempt of its own, for one attempt can claim a key twice. */
async function demandApart(store: IdempotencyStore, keys: readonly string[]): Promise<void> {
  const attempts = keys.map((key, index) => ({ key, token: `token-${String(index)}`, name: JSON.stringify(key) }))
  for (const { key, token, name } of attempts) {
    await demandClaimed(store, token, LONG_MS, `${name} is a key of its own, which nobody has.`, key)
  }
  for (const { key, token, name } of attempts) {
    const answer = await store.complete(key, token, DAY_MS)
    demand(answer, true, `complete: the holder must be able to complete ${name}.`)
  }
  for (const { key, name } of attempts) await demandDone(store, `${name} was completed.`, key)
}
