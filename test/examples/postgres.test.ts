import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sample } from '../../src/testing/index.js'
import { killExamples, runExample, SETTINGS, startExample } from '../support/example.js'
import { isPostgresMissing, startPostgres, type PostgresServer } from '../support/postgres-server.js'

afterEach(killExamples)

describe.skipIf(isPostgresMissing())('examples/postgres.ts', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)

  afterAll(() => server.stop())

  const start = () => startExample('postgres', { DATABASE_URL: server.url })

  test('credits an order once, though two instances that start at once get its callback at once, and repeats', async () => {
    const [one, two] = await Promise.all([start(), start()])
    const { callBackUrl } = await one.get('/songs/new?orderId=7')
    expect(await one.get('/orders/7')).toEqual({ error: 'There is no such order.' })
    const body = sample('music:complete', { taskId: 'task-7' })
    const answers = [one, two, one, two].map((app) => app.post(callBackUrl, body))
    expect(await Promise.all(answers)).toEqual([200, 200, 200, 200])
    expect(await two.post(callBackUrl, body)).toBe(200)
    expect(await two.get('/orders/7')).toEqual({ songs: 2, url: expect.stringContaining('.mp3') as string })

    expect(await two.post(callBackUrl, sample('music:complete', { taskId: 'another-task' }))).toBe(200)
    expect(await one.get('/orders/7')).toMatchObject({ songs: 4 })
  })

  test('answers 503 while Postgres is killed, and credits the order with the retry, in the same process', async () => {
    const app = await start()
    const { callBackUrl } = await app.get('/songs/new?orderId=8')
    const body = sample('music:complete', { taskId: 'task-8' })
    await app.get('/orders/8')
    await server.kill()
    await app.saw(/^Postgres: /m)
    expect(await app.post(callBackUrl, body)).toBe(503)
    await server.restart()
    while ((await app.post(callBackUrl, body)) !== 200) await sleep(20)
    expect(await app.get('/orders/8')).toMatchObject({ songs: 2 })
  })

  test('closes with exit code 0 on SIGTERM, also while Postgres is killed', async () => {
    for (const isUp of [true, false]) {
      const app = await start()
      if (!isUp) await server.kill()
      expect(await app.stop('SIGTERM')).toBe(0)
      expect(app.output()).toContain('closed, 0 events left unfinished')
    }
    await server.restart()
  })

  test('refuses to start without a secret, an address, a database or a port that is free, and says which', async () => {
    const taken = createServer().listen(0)
    await once(taken, 'listening')
    const port = String((taken.address() as AddressInfo).port)
    const refusals = [
      [{ SUNO_CALLBACK_SECRET: '' }, 'SUNO_CALLBACK_SECRET'],
      [{ SUNO_CALLBACK_BASE_URL: '' }, 'SUNO_CALLBACK_BASE_URL'],
      [{ DATABASE_URL: '' }, 'DATABASE_URL'],
      [{ DATABASE_URL: 'postgres://postgres@127.0.0.1:1/postgres' }, 'ECONNREFUSED'],
      [{ PORT: 'http' }, 'port'],
      [{ PORT: port }, 'EADDRINUSE'],
    ] as const
    const answers = refusals.map(async ([wrong, message]) => {
      const app = runExample('postgres', { ...SETTINGS, DATABASE_URL: server.url, ...wrong })
      expect(await app.exitCode).toBe(1)
      expect(app.output()).toContain(message)
    })
    await Promise.all(answers)
    taken.close()
  })
})
