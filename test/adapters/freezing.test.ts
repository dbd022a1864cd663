import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { freezingApp, TIMES, type Instance } from './freezing-platform.js'

const TIMEOUT = 60_000

/** The provider's retries, after a pause in which the process stands still: the statuses, up to the one that ends them. */
async function retryUntilReceived(instance: Instance): Promise<readonly number[]> {
  const statuses: number[] = []
  while (!statuses.includes(200)) {
    await instance.frozen()
    await sleep(TIMES.pauseMs)
    statuses.push(await instance.post())
  }
  return statuses
}

describe.skipIf(process.platform === 'win32')('a platform that stops the process after the answer', () => {
  test(
    'lets a listener of 12 s end where it hands over waitUntil, and the retry finds it done in any process',
    async () => {
      const app = freezingApp()
      const first = await app.start({ waitUntil: true })
      expect(await first.post()).toBe(503)
      expect(app.ledger()).not.toContain('done')
      await first.frozen()
      expect(app.ledger()).toHaveLength(TIMES.steps + 1)
      first.kill()
      const second = await app.start({ waitUntil: true })
      expect(await second.post()).toBe(200)
      expect(app.ledger()).toHaveLength(TIMES.steps + 1)
    },
    TIMEOUT,
  )

  test(
    'stops it in the middle without waitUntil; the retry wakes the process, and the listener ends, once',
    async () => {
      const app = freezingApp()
      const instance = await app.start({ waitUntil: false })
      expect(await instance.post()).toBe(503)
      await instance.frozen()
      const before = app.ledger()
      expect(before).not.toContain('done')
      await sleep(TIMES.pauseMs)
      expect(app.ledger()).toEqual(before)
      expect((await retryUntilReceived(instance)).at(-1)).toBe(200)
      expect(app.ledger()).toHaveLength(TIMES.steps + 1)
    },
    TIMEOUT,
  )

  test(
    'that also ends the process which it has stopped gets no 200 before a listener has ended',
    async () => {
      const app = freezingApp()
      for (const pauseMs of [0, TIMES.pauseMs]) {
        await sleep(pauseMs)
        const instance = await app.start({ waitUntil: false })
        expect(await instance.post()).toBe(503)
        await instance.frozen()
        instance.kill()
      }
      expect(app.ledger()).not.toContain('done')
      await sleep(TIMES.pauseMs)
      const instance = await app.start({ waitUntil: true })
      expect([await instance.post(), ...(await retryUntilReceived(instance))]).toEqual([503, 200])
      expect(app.ledger().filter((step) => step === 'done')).toEqual(['done'])
    },
    TIMEOUT,
  )
})
