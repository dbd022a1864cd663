import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { simulatedProvider, type ListenOptions } from '../../src/testing/index.js'
import { killExamples, runExample, SETTINGS, startExample } from '../support/example.js'
import { freePort } from '../support/free-port.js'
import { isPostgresMissing, startPostgres, type PostgresServer } from '../support/postgres-server.js'

afterEach(killExamples)

describe.skipIf(isPostgresMissing())('examples/postgres-fallback.ts', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)

  afterAll(() => server.stop())

  /** A provider, and how to start the example so that the provider reaches it. */
  async function setUp(listening: ListenOptions) {
    const provider = await simulatedProvider({ speed: 100_000 }).listen(0, { apiKey: 'key-1', ...listening })
    onTestFinished(() => provider.close())
    const port = await freePort()
    const settings = {
      ...{ DATABASE_URL: server.url, SUNO_API_KEY: 'key-1', SUNO_API_BASE_URL: provider.url, PORT: port },
      SUNO_CALLBACK_BASE_URL: `http://127.0.0.1:${port}/suno`,
    }
    return {
      provider,
      start: () => startExample('postgres-fallback', settings),
      finished: async () => {
        while (provider.tasks.some(({ completedAt }) => completedAt === null)) await sleep(5)
      },
    }
  }

  test('gets its songs by callback', async () => {
    const { start } = await setUp({})
    const app = await start()
    expect((await app.send('/orders/1')).status).toBe(202)
    await app.saw(/order 1: complete, by callback/)
    expect(await app.get('/orders/1')).toEqual({ url: expect.stringContaining('.mp3') as string, problem: null })
    expect(await app.get('/orders/none')).toEqual({ error: 'There is no such order.' })
  })

  test('finds the songs whose callbacks never came, though it was killed meanwhile, each once', async () => {
    const { start, finished } = await setUp({ silent: 1 })
    const before = await start()
    for (const orderId of ['11', '12', '13']) expect((await before.send(`/orders/${orderId}`)).status).toBe(202)
    await finished()
    await before.stop('SIGKILL')

    const after = await start()
    for (const orderId of ['11', '12', '13']) {
      await after.saw(new RegExp(`order ${orderId}: complete, by record`))
      expect(await after.get(`/orders/${orderId}`)).toMatchObject({ problem: null })
    }
    expect(await after.stop('SIGTERM')).toBe(0)
    expect(after.output()).toContain('closed, 0 events left unfinished')
    expect(after.output().match(/complete, by/g)).toHaveLength(3)
  })

  test('refuses to start without a secret, an address, a database or a key, and says which', async () => {
    for (const [wrong, message] of [
      [{ SUNO_CALLBACK_SECRET: '' }, 'SUNO_CALLBACK_SECRET'],
      [{ SUNO_CALLBACK_BASE_URL: '' }, 'SUNO_CALLBACK_BASE_URL'],
      [{ DATABASE_URL: '' }, 'DATABASE_URL'],
      [{ SUNO_API_KEY: '' }, 'SUNO_API_KEY'],
    ] as const) {
      const settings = { ...SETTINGS, DATABASE_URL: server.url, SUNO_API_KEY: 'key-1', ...wrong }
      const app = runExample('postgres-fallback', settings)
      expect(await app.exitCode).toBe(1)
      expect(app.output()).toContain(message)
    }
  })
})
