import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { sample } from '../src/testing/index.js'
import { isPostgresMissing, startPostgres, type PostgresServer } from './support/postgres-server.js'

const EXAMPLE = fileURLToPath(new URL('../examples/dist/postgres.js', import.meta.url))
const SETTINGS = {
  SUNO_CALLBACK_SECRET: 'a secret of the tests',
  SUNO_CALLBACK_BASE_URL: 'http://127.0.0.1/suno',
  PORT: '0',
}

const kills: (() => unknown)[] = []

afterEach(() => {
  for (const kill of kills.splice(0)) kill()
})

describe.skipIf(isPostgresMissing())('examples/postgres.ts', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)

  afterAll(() => server.stop())

  const start = () => startApp({ ...SETTINGS, DATABASE_URL: server.url })

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
      app.stop()
      expect(await app.exitCode).toBe(0)
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
      const app = run({ ...SETTINGS, DATABASE_URL: server.url, ...wrong })
      expect(await app.exitCode).toBe(1)
      expect(app.output()).toContain(message)
    })
    await Promise.all(answers)
    taken.close()
  })
})

/** The example as a process of its own. */
function run(settings: Record<string, string>) {
  const env = { PATH: process.env.PATH, ...settings }
  const child = spawn(process.execPath, [EXAMPLE], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  kills.push(() => child.kill('SIGKILL'))
  let text = ''
  const watchers = new Set<() => void>()
  const heard = (chunk: Buffer) => {
    text += chunk.toString()
    for (const look of watchers) look()
  }
  child.stdout.on('data', heard)
  child.stderr.on('data', heard)
  const exitCode = once(child, 'close').then(([code]) => code as number | null)

  return {
    exitCode,
    /** What it wrote so far, to stdout and stderr. */
    output: () => text,
    stop: () => child.kill('SIGTERM'),
    /** Waits until it has written that. */
    saw: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text)
          if (match === null) return
          watchers.delete(look)
          resolve(match)
        }
        watchers.add(look)
        look()
        void exitCode.then((code) => reject(new Error(`It ended with ${String(code)}:\n${text}`)))
      }),
  }
}

/** The example, listening. */
async function startApp(settings: Record<string, string>) {
  const app = run(settings)
  const [, origin = ''] = await app.saw(/listening on (http:\/\/127\.0\.0\.1:\d+)$/m)
  return {
    ...app,
    get: async (path: string) => (await (await fetch(origin + path)).json()) as Record<string, string>,
    /** As the provider would, at the real port. Answers the HTTP status. */
    post: async (url: string | undefined, body: unknown) => {
      const { pathname, search } = new URL(url ?? '')
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(origin + pathname + search, { method: 'POST', headers, body: JSON.stringify(body) })
      await response.text()
      return response.status
    },
  }
}
