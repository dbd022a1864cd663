import { afterEach, expect, test } from 'vitest'
import { closeApps, serveAt, startApp } from './apps.js'
import { freePort } from '../support/free-port.js'
import { killAll, run, spawnProgram, start } from './run.js'

afterEach(closeApps)
afterEach(killAll)

async function submit(api: string, callBackUrl: string, key = 'any') {
  const response = await fetch(`${api}/api/v1/generate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'a harbour at night', callBackUrl }),
  })
  return (await response.json()) as { code: number; data: { taskId: string } | null }
}

/** Starts it at a free port. */
async function startProvider(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const running = start(['provider', '0', '--speed', '1000', ...args], { env })
  const [api = ''] = await running.saw(/^http:\/\/127\.0\.0\.1:\d+$/m)
  await running.saw(/Ctrl-C/)
  return { ...running, api }
}

test('provider serves the API, calls back, and writes a line for each', async () => {
  const app = await startApp({ baseUrl: 'http://127.0.0.1/suno' })
  const { api, saw, interrupt, stdout, stderr } = await startProvider(['--provider', 'kie', '--seed', '1'])
  expect(stderr()).toContain(`The API of kie, seed 1: SUNO_API_BASE_URL=${api}`)
  const { data } = await submit(api, app.suno.callbackUrl('music', { url: `${app.url}/music` }))
  const id = data?.taskId ?? ''
  await saw(new RegExp(`submitted +music +${id} {2}callbacks to ${app.url}/music\n`))
  await saw(new RegExp(`music:complete +music +${id} {2}200 {2}\\d+ ms {2}attempt 1\n`))
  expect(app.events.map(({ type }) => type)).toEqual(['music:text', 'music:first', 'music:complete'])
  expect(stdout()).not.toContain('suno_signature')
  expect(await interrupt()).toBe(130)
})

test('provider shows retries, what it gave up, and what it never sends', async () => {
  const down = await serveAt((_, response) => response.writeHead(503).end())
  const busy = await startProvider(['--speed', '100000', '--skip', '1', '--stage-gap', '0', '--timeout', '5'])
  await submit(busy.api, `${down}/suno/music`)
  await busy.saw(/503 {2}\d+ ms {2}attempt 1\n/)
  await busy.saw(/503 {2}\d+ ms {2}attempt 4\n/)
  await busy.saw(/music:complete +music +\w+ {2}given up\n/)
  await busy.interrupt()

  const silent = await startProvider(['--silent', '1', '--failing', '1', '--skip', '1'])
  await submit(silent.api, `${down}/suno/music`)
  await silent.saw(/error +music +\w+ {2}not sent\n/)
  await silent.interrupt()
})

test('provider refuses submits by shares, and another key with --check-key', async () => {
  const limited = await startProvider(['--rate-limited', '1'])
  expect((await submit(limited.api, 'http://localhost/suno')).code).toBe(430)
  await limited.interrupt()
  const poor = await startProvider(['--without-credits', '1'])
  expect((await submit(poor.api, 'http://localhost/suno')).code).toBe(429)
  await poor.interrupt()
  const keyed = await startProvider(['--check-key'], { SUNO_API_KEY: 'the-key-of-the-tests' })
  expect((await submit(keyed.api, 'http://localhost/suno')).code).toBe(401)
  expect((await submit(keyed.api, 'http://localhost/suno', 'the-key-of-the-tests')).code).toBe(200)
  await keyed.interrupt()
  expect(keyed.stdout() + keyed.stderr()).not.toContain('the-key-of-the-tests')
})

test('provider shows that it lives', async () => {
  const running = start(['provider', '0'], { isTTY: true })
  await running.saw(/0 tasks, 0 attempts; the last of either 0 s ago$/)
  const [api = ''] = /http:\S+/.exec(running.stdout()) ?? []
  await submit(api, 'http://localhost/suno')
  await running.saw(/1 tasks, 0 attempts; the last of either 0 s ago$/)
  await running.interrupt()
})

test('as a process it writes NDJSON, and ends with 130 at Ctrl-C', async () => {
  const port = await freePort()
  const { saw, stdout, child, exitCode } = spawnProgram(['provider', port, '--json', '--seed', '7'])
  await saw(/"record":"url"/)
  await submit(`http://127.0.0.1:${port}`, 'http://localhost/suno')
  await saw(/"record":"submit"/)
  const [url, submitted] = stdout()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)
  expect(url).toEqual({ record: 'url', provider: 'sunoapi', url: `http://127.0.0.1:${port}`, seed: 7 })
  expect(submitted).toMatchObject({ record: 'submit', kind: 'music', address: 'http://localhost/suno' })
  child.kill('SIGTERM')
  expect(await exitCode).toBe(130)
})

test.each([
  [['--provider', 'kei'], 'Did you mean "kie"?'],
  [['--speed', '0'], 'speed must be a number from 1'],
  [['--silent', '2'], 'silent must be a number from 0 to 1'],
  [['--stage-gap', 'x'], '--stage-gap must be a number'],
  [['--check-key'], 'SUNO_API_KEY is not set'],
])('provider refuses %j with exit code 2', async (args, message) => {
  const { exitCode, stderr } = await run(['provider', '0', ...args])
  expect(exitCode).toBe(2)
  expect(stderr).toContain(message)
})

test('provider says when its port is taken', async () => {
  const { port } = await startApp()
  const { exitCode, stderr } = await run(['provider', port])
  expect(exitCode).toBe(1)
  expect(stderr).toContain('Give another port')
})
