import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { simulatedProvider, type SimulatedProviderOptions } from '../../src/testing/index.js'
import { killExamples, runExample, startExample } from '../support/example.js'

afterEach(killExamples)

/** The example, with a provider of its own and no address that anybody could call. */
async function start(options: SimulatedProviderOptions = {}) {
  const provider = await simulatedProvider({ speed: 100_000, ...options }).listen(0, { apiKey: 'key-1' })
  onTestFinished(() => provider.close())
  const settings = { SUNO_API_KEY: 'key-1', SUNO_API_BASE_URL: provider.url }
  const app = await startExample('no-address', { ...settings, SUNO_CALLBACK_SECRET: '', SUNO_CALLBACK_BASE_URL: '' })
  const order = async (orderId: string): Promise<string> => {
    const response = await app.send('/songs', { orderId })
    expect(response.status).toBe(202)
    const { taskId } = (await response.json()) as { taskId: string }
    while (provider.tasks.some(({ completedAt }) => completedAt === null)) await sleep(5)
    return taskId
  }
  return { provider, app, order }
}

describe('examples/no-address.ts', () => {
  test('gets its songs without a single callback', async () => {
    const { provider, app, order } = await start()
    for (const orderId of ['1', '2', '3']) {
      const song = await app.get(`/songs/${await order(orderId)}`)
      expect(song).toMatchObject({ problem: null })
      expect(song.audioUrls).toHaveLength(2)
      expect(app.output()).toContain(`order ${orderId}: complete, by record`)
    }
    expect(new Set(provider.tasks.map(({ callbackUrl }) => callbackUrl))).toEqual(
      new Set(['https://example.com/no-callback']),
    )
    expect(await app.stop('SIGTERM')).toBe(0)
    expect(app.output()).toContain('closed, 0 events left unfinished')
  })

  test('looks by itself as well, after some 15 s', async () => {
    const { app, order } = await start()
    await order('7')
    await app.saw(/order 7: complete, by record/)
  }, 60_000)

  test('answers whoever waits when it is closed', async () => {
    const { app } = await start({ speed: 1 })
    const response = await app.send('/songs', {})
    const { taskId } = (await response.json()) as { taskId: string }
    const waiting = app.get(`/songs/${taskId}`)
    await sleep(100)
    expect(await app.stop('SIGTERM')).toBe(0)
    expect(await waiting).toEqual({ error: 'There is no such song yet.' })
  })

  test('refuses to start without a key or a port that is free, and says which', async () => {
    for (const [wrong, message] of [
      [{ SUNO_API_KEY: '' }, 'SUNO_API_KEY'],
      [{ SUNO_API_BASE_URL: 'localhost' }, 'baseUrl'],
      [{ PORT: 'http' }, 'port'],
    ] as const) {
      const app = runExample('no-address', { SUNO_API_KEY: 'key-1', PORT: '0', ...wrong })
      expect(await app.exitCode).toBe(1)
      expect(app.output()).toContain(message)
    }
  })
})
