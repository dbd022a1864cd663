import { afterEach, expect, test, vi } from 'vitest'
import { SunoCallbacks } from '../../src/index.js'
import { simulatedProvider } from '../../src/testing/index.js'
import { apiServer, json } from '../polling/api-server.js'
import { failedRecordOf, recordOf, RESULTS } from '../polling/records.js'
import { closeApps, serveAt, startApp } from './apps.js'
import { freePort } from '../support/free-port.js'
import { killAll, run, SECRET, spawnProgram, start } from './run.js'

afterEach(closeApps)
afterEach(killAll)

const KEY = 'the-api-key-of-the-tests'
const FAST = ['--every', '0.1']
const envOf = (url: string) => ({ SUNO_CALLBACK_SECRET: SECRET, SUNO_API_KEY: KEY, SUNO_API_BASE_URL: url })

const running = { code: 200, msg: 'success', data: { taskId: 'task-1', status: 'PENDING' } }

test('watch asks until the last event, and prints each stage once', async () => {
  const [first, last] = [recordOf('music:first', 'sunoapi', 'task-1'), recordOf('music:complete', 'sunoapi', 'task-1')]
  const api = await apiServer(running, first, first, last)
  const { exitCode, stdout, stderr } = await run(['watch', 'music', 'task-1', ...FAST], { env: envOf(api.url) })
  expect(exitCode, stderr).toBe(0)
  expect(stdout.trim().split('\n')).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d {2}music:first +music +task-1 +2 tracks, "Harbour Lantern"$/),
    expect.stringMatching(/music:complete +music +task-1 +2 tracks/),
  ])
  expect(api.asked).toHaveLength(4)
  expect(api.asked.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true)
  expect(stdout + stderr).not.toContain(KEY)
})

test.each(RESULTS)(
  'watch posts the record of $type as a signed callback that an app handles',
  async ({ kind, type }) => {
    const app = await startApp()
    const record = recordOf(type, 'kie', 'task-1')
    const api = await apiServer(record, recordOf(type.startsWith('music') ? 'music:complete' : type, 'kie', 'task-1'))
    const args = [
      'watch',
      kind,
      'task-1',
      '--provider',
      'kie',
      '--forward-to',
      app.port,
      '--metadata',
      'orderId=42',
      ...FAST,
    ]
    const { exitCode, stdout, stderr } = await run(args, { env: envOf(api.url) })
    expect(exitCode, stdout + stderr).toBe(0)
    expect(app.events[0]).toMatchObject({
      type,
      kind,
      taskId: 'task-1',
      source: 'callback',
      metadata: { orderId: '42' },
    })
    expect(stdout).toMatch(/\n {10}-> 200 handled {2}\d+ ms\n/)
  },
)

test('watch takes the metadata from the signed URL that the record shows', async () => {
  const suno = new SunoCallbacks({ secret: SECRET, logger: false })
  const url = suno.callbackUrl('wav', { url: 'https://app.example.com/suno/wav', metadata: { orderId: '7' } })
  const record = recordOf('wav:complete', 'sunoapi', 'task-1') as { data: object }
  const api = await apiServer({ ...record, data: { ...record.data, callbackUrl: url } })
  const { records } = await run(['watch', 'wav', 'task-1', '--json'], { env: envOf(api.url) })
  expect(records).toMatchObject([
    { record: 'event', type: 'wav:complete', forwarded: null, event: { metadata: { orderId: '7' } } },
  ])
})

test('watch hands an event on until the app takes it', async () => {
  let asked = 0
  const app = await serveAt((_, response) => {
    asked++
    response.writeHead(asked < 3 ? 500 : 200).end(asked < 3 ? '{"status":"failed"}' : '{"status":"received"}')
  })
  const api = await apiServer(recordOf('video:complete', 'sunoapi', 'task-1'))
  const args = ['watch', 'video', 'task-1', '--forward-to', app, '--exact', ...FAST]
  const { exitCode, stdout } = await run(args, { env: { ...envOf(api.url), SUNO_CALLBACK_SECRET: '' } })
  expect(exitCode).toBe(0)
  expect(stdout.match(/-> 500 {2}\d+ ms {2}A listener threw/g)).toHaveLength(2)
  expect(asked).toBe(3)
})

test('watch ends with exit code 1 when a task has failed, and shows why', async () => {
  const api = await apiServer(failedRecordOf('video', 'task-1', 500))
  const { exitCode, stdout } = await run(['watch', 'video', 'task-1'], { env: envOf(api.url) })
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/error +video +task-1 +\w+: /)
})

test('watch gives up on a task that the provider does not know, or refuses to tell of', async () => {
  const missing = { code: 200, msg: 'success', data: null }
  const unknown = await apiServer(missing)
  const one = await run(['watch', 'music', 'task-1', ...FAST], { env: envOf(unknown.url) })
  expect(one.exitCode).toBe(1)
  expect(one.stderr).toContain('music task-1: the provider knows no such task. Are kind, provider and account')
  expect(unknown.asked).toHaveLength(6)
  const refusing = await apiServer({ code: 400, msg: 'no such thing' })
  const other = await run(['watch', 'music', 'task-1', ...FAST], { env: envOf(refusing.url) })
  expect(other.exitCode).toBe(1)
  expect(other.stderr).toContain('The provider answered code 400: no such thing')
})

test('watch goes on after a pause of the provider, and after misses that end', async () => {
  const missing = { code: 200, msg: 'success', data: null }
  const api = await apiServer(
    missing,
    json({}, 503, { 'retry-after': '1' }),
    missing,
    recordOf('voice:ready', 'sunoapi', 'task-1'),
  )
  const { exitCode } = await run(['watch', 'voice', 'task-1', ...FAST], { env: envOf(api.url) })
  expect(exitCode).toBe(0)
})

test('watch stops at once when the key is refused', async () => {
  const api = await apiServer({ code: 401, msg: 'no' })
  const { exitCode, stderr } = await run(['watch', 'music', 'task-1', 'task-2'], { env: envOf(api.url) })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('The provider answered code 401')
  expect(stderr).not.toContain('    at ')
})

test('watch gives up after --timeout, and says how far it was', async () => {
  const api = await apiServer(running)
  const args = ['watch', 'music', 'task-1', '--timeout', '0.5', '--every', '60']
  const { exitCode, stderr } = await run(args, { env: envOf(api.url) })
  expect(exitCode).toBe(1)
  expect(stderr).toMatch(/Not over within 0\.5 s: 0 of 1 task over; asked 1 times, the last answer \d s ago\n/)
})

test.each([['2025-01-15T10:33:01.000Z'], ['2025-01-15T18:33:01+08:00'], ['1760335251000']])(
  'watch believes a callback that could not be delivered when the task is old enough by its record: %s',
  async (made) => {
    const app = await startApp()
    // With one track nobody knows whether another comes.
    const { data } = recordOf('music:complete', 'sunoapi', 'task-1') as { data: { response: { sunoData: unknown[] } } }
    const response = { ...data.response, sunoData: data.response.sunoData.slice(0, 1) }
    const undelivered = (createTime: unknown) => ({
      code: 200,
      data: { ...data, status: 'CALLBACK_EXCEPTION', response, createTime },
    })
    const api = await apiServer(
      undelivered('2025-01-01 00:00:00'),
      undelivered('no time Z'),
      undelivered(undefined),
      undelivered(1_760_335_251),
      undelivered(made),
      undelivered(1_760_335_251_000),
    )
    const { exitCode, stdout } = await run(['watch', 'music', 'task-1', '--forward-to', app.url, ...FAST], {
      env: envOf(api.url),
    })
    expect(exitCode).toBe(0)
    expect(stdout).toContain('music:complete')
    expect(api.asked).toHaveLength(6)
    expect(app.events.map(({ type }) => type)).toEqual(['music:first', 'music:complete'])
  },
)

test('watch shows on a terminal how far it is, and what keeps it', async () => {
  const api = await apiServer()
  api.respond(({ query }) =>
    query.get('taskId') === 'task-1' ? { code: 200, data: null } : { code: 455, msg: 'maintenance' },
  )
  const one = start(['watch', 'music', 'task-1', 'task-2', 'task-2', '--every', '0.3'], {
    env: envOf(api.url),
    isTTY: true,
  })
  await one.saw(/0 of 2 tasks over; asked 0 times, no answer yet$/)
  await one.saw(
    /0 of 2 tasks over; asked 2 times, the last answer \d s ago; The provider answered code 455: maintenance$/,
  )
  expect(await one.interrupt()).toBe(130)

  const other = await apiServer({ code: 200, data: null })
  const two = start(['watch', 'music', 'task-1', '--every', '0.3'], { env: envOf(other.url), isTTY: true })
  await two.saw(/asked \d times, the last answer \d s ago; the provider knows no such task yet$/)
  await two.interrupt()

  // As often as the provider's pages recommend.
  const slow = start(['watch', 'music', 'task-1'], { env: envOf(other.url), isTTY: true })
  await slow.saw(/asked 1 times/)
  await slow.interrupt()

  const done = await apiServer(recordOf('wav:complete', 'sunoapi', 'task-1'))
  const refusing = ['watch', 'wav', 'task-1', '--every', '0.3', '--forward-to', await freePort()]
  const three = start(refusing, { env: envOf(done.url), isTTY: true })
  await three.saw(/the app did not take the last event: it is tried again$/)
  await three.interrupt()
})

test('as a process: watches a task of the simulated provider to its end, and ends with 130 at Ctrl-C', async () => {
  const provider = await simulatedProvider({ seed: 1, speed: 100_000 }).listen(0)
  try {
    const response = await fetch(`${provider.url}/api/v1/lyrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'a harbour at night', callBackUrl: 'https://callbacks.invalid/none' }),
    })
    const { data } = (await response.json()) as { data: { taskId: string } }
    await vi.waitFor(() => expect(provider.tasks[0]?.completedAt).not.toBeNull(), { timeout: 10_000 })
    const child = spawnProgram(['watch', 'lyrics', data.taskId, '--json'], envOf(provider.url))
    expect(await child.exitCode, child.stderr()).toBe(0)
    expect(JSON.parse(child.stdout())).toMatchObject({ type: 'lyrics:complete', taskId: data.taskId })

    const api = await apiServer(running)
    const endless = spawnProgram(['watch', 'music', 'task-1', ...FAST], envOf(api.url))
    await vi.waitFor(() => expect(api.asked.length).toBeGreaterThan(1), { timeout: 10_000 })
    endless.child.kill('SIGINT')
    expect(await endless.exitCode).toBe(130)
    expect(endless.stderr()).toBe('')
  } finally {
    await provider.close()
  }
})

test.each([
  [['music'], 'something is missing'],
  [['musik', 'task-1'], 'Did you mean "music"?'],
  [['music', ' '], 'taskId must be the id that the provider gave the task'],
  [['music', 'task-1', '--provider', 'suno-api'], 'Did you mean "sunoapi"?'],
  [['music', 'task-1', '--every', '0'], '--every must be a number from 0.1'],
  [['music', 'task-1', '--forward-to', 'app:3000'], 'must begin with http'],
])('watch refuses %j with exit code 2', async (args, message) => {
  const { exitCode, stderr } = await run(['watch', ...args], { env: envOf('http://localhost:1') })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(message)
})

test('watch names the variable of a key that is missing', async () => {
  const { exitCode, stderr } = await run(['watch', 'music', 'task-1'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('SUNO_API_KEY in the environment')
})
