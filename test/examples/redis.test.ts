import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeAll, afterAll, describe, expect, test } from 'vitest'
import { sample } from '../../src/testing/index.js'
import { killExamples, runExample, SETTINGS, startExample } from '../support/example.js'
import { describeRedis, startRedis, type RedisServer } from '../support/redis-server.js'

afterEach(killExamples)

describeRedis(describe, 'examples/redis.ts', () => {
  let server: RedisServer

  beforeAll(async () => {
    server = await startRedis({ appendfsync: 'always' })
  })

  afterAll(() => server.stop())

  const start = () => startExample('redis', { REDIS_URL: server.url })

  test('handles a callback once, whichever of two instances it and its repeats reach', async () => {
    const [one, two] = [await start(), await start()]
    const { callBackUrl } = await one.get('/songs/new?orderId=7')
    const body = sample('music:complete', { taskId: 'task-7' })
    expect(await one.post(callBackUrl, body)).toBe(200)
    expect(await two.post(callBackUrl, body)).toBe(200)
    expect(await one.post(callBackUrl, body)).toBe(200)
    expect(linesOf(one.output() + two.output(), 'order 7: complete')).toBe(1)
    expect(await two.get('/songs/7')).toMatchObject({ taskId: 'task-7' })
    expect(await two.get('/songs/8')).toEqual({ error: 'There is no such order.' })
  })

  test('handles a callback once that both get at the same time', async () => {
    const apps = [await start(), await start()]
    const { callBackUrl } = (await apps[0]?.get('/songs/new?orderId=9')) ?? {}
    const body = sample('music:complete', { taskId: 'task-9' })
    const answers = await Promise.all([...apps, ...apps].map((app) => app.post(callBackUrl, body)))
    expect(answers).toEqual([200, 200, 200, 200])
    expect(linesOf(apps.map((app) => app.output()).join(''), 'order 9: complete')).toBe(1)
  })

  test('answers 503 while Redis is killed, and handles the retry once it is back', async () => {
    const app = await start()
    const { callBackUrl } = await app.get('/songs/new?orderId=10')
    const body = sample('music:complete', { taskId: 'task-10' })
    await server.kill()
    await app.saw(/^Redis: /m)
    expect(await app.post(callBackUrl, body)).toBe(503)
    expect(linesOf(app.output(), 'order 10: complete')).toBe(0)
    await server.start()
    while ((await app.post(callBackUrl, body)) !== 200) await sleep(20)
    expect(linesOf(app.output(), 'order 10: complete')).toBe(1)
  })

  test('closes with exit code 0 on SIGTERM, also while Redis is killed', async () => {
    for (const isUp of [true, false]) {
      const app = await start()
      if (!isUp) {
        await server.kill()
        await app.saw(/^Redis: /m)
      }
      expect(await app.stop('SIGTERM')).toBe(0)
      expect(app.output()).toContain('closed, 0 events left unfinished')
    }
    await server.start()
  })

  test('refuses to start without a secret, an address, a Redis or a port that is free, and says which', async () => {
    const taken = createServer().listen(0)
    await once(taken, 'listening')
    const port = String((taken.address() as AddressInfo).port)
    const refusals = [
      [{ SUNO_CALLBACK_SECRET: '' }, 'SUNO_CALLBACK_SECRET'],
      [{ SUNO_CALLBACK_BASE_URL: '' }, 'SUNO_CALLBACK_BASE_URL'],
      [{ REDIS_URL: '' }, 'REDIS_URL'],
      [{ REDIS_URL: 'localhost' }, 'URL'],
      [{ PORT: 'http' }, 'port'],
      [{ PORT: port }, 'EADDRINUSE'],
    ] as const
    const answers = refusals.map(async ([wrong, message]) => {
      const app = runExample('redis', { ...SETTINGS, REDIS_URL: server.url, ...wrong })
      expect(await app.exitCode).toBe(1)
      expect(app.output()).toContain(message)
    })
    await Promise.all(answers)
    taken.close()
  })
})

function linesOf(output: string, line: string): number {
  return output.split('\n').filter((each) => each === line).length
}
