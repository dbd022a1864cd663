import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { CHECK_IDS } from '../../src/doctor/check.js'
import { SunoCallbacks } from '../../src/index.js'
import { simulatedProvider } from '../../src/testing/index.js'
import { freePort } from '../support/free-port.js'
import { closeApps, serveAt, startApp } from './apps.js'
import { run, SECRET, start } from './run.js'

const folder = mkdtempSync(join(tmpdir(), 'suno-doctor-'))

afterEach(closeApps)
afterAll(() => rmSync(folder, { recursive: true }))

const env = { SUNO_CALLBACK_SECRET: SECRET }

test('an app that is all right ends with exit code 0, and says what cannot be known', async () => {
  const { port, events } = await startApp()
  const { exitCode, stdout, stderr } = await run(['doctor', port, '--burst'], { env })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^pass {10}probe\.signature {2}The app has this secret\.$/m)
  expect(stdout).toMatch(/^pass {10}probe\.burst {6}20 probes at once are all answered\.$/m)
  expect(stderr).toMatch(/^skip {2}provider\.record, provider\.url: No task was named/m)
  expect(stderr).toContain('as seen from this machine')
  expect(stderr).toMatch(/\d+ pass, \d+ skip\n$/)
  expect(events).toEqual([])
  expect(stdout + stderr).not.toMatch(/suno_signature|\bv1\.|a secret of the tests/)
})

test('a check that fails ends with exit code 1, and names what mends it', async () => {
  const origin = await serveAt((_, response) => response.writeHead(302, { location: '/login' }).end())
  const { exitCode, stdout, stderr } = await run(['doctor', `${origin}/suno`, '--private'], { env, isTTY: true })
  expect(exitCode).toBe(1)
  expect(stdout).toContain('\u001b[31mfail        \u001b[39m  http.redirect    It redirects (302) to ')
  expect(stdout).toMatch(/\n {14}-> It is a login: mount the adapter before it, or exempt the path\.\n/)
  expect(stderr).toContain('1 fail')
})

test('a private address fails, unless it is said to be right', async () => {
  const { url } = await startApp()
  expect((await run(['doctor', url], { env })).exitCode).toBe(1)
  expect((await run(['doctor', url, '--private'], { env })).exitCode).toBe(0)
})

test('--json has every check as an object, those that are skipped too', async () => {
  const port = await freePort()
  const { exitCode, records, stderr } = await run(['doctor', port, '--json', '--timeout', '2'], { env })
  expect(exitCode).toBe(1)
  expect(new Set(records.map(({ id }) => id))).toEqual(new Set(CHECK_IDS))
  expect(records.find(({ id }) => id === 'tcp.connect')).toEqual({
    record: 'check',
    id: 'tcp.connect',
    status: 'fail',
    summary: expect.stringContaining('ECONNREFUSED') as string,
    fix: expect.stringContaining('start the app') as string,
    durationMs: expect.any(Number) as number,
  })
  expect(stderr).not.toContain('skip  ')
})

test('the URL may stand in the environment, be signed already, or be that of an adapter for one kind', async () => {
  const { url } = await startApp()
  const paths: (string | undefined)[] = []
  const origin = await serveAt((request, response) => {
    paths.push(request.url?.replace(/\?.*/, ''))
    response.writeHead(404).end()
  })
  const file = join(folder, 'app.env')
  writeFileSync(file, `SUNO_CALLBACK_BASE_URL=${url}\nSUNO_CALLBACK_SECRET="${SECRET}"\n`)
  expect((await run(['doctor', '--private', '--env-file', file])).exitCode).toBe(0)
  const signed = new SunoCallbacks({ secret: SECRET, logger: false }).callbackUrl('video', { url: `${origin}/hook` })
  await run(['doctor', signed], { env })
  await run(['doctor', `${origin}/hook`, '--exact'], { env })
  await run(['doctor', `${origin}/hook`, '--kind', 'lyrics'], { env })
  expect(paths).toEqual(['/hook', '/hook', '/hook/lyrics'])
})

test('--task asks the provider what became of the callbacks of a task', async () => {
  const { port } = await startApp()
  const provider = await simulatedProvider({ speed: 100_000, seed: 1 }).listen(0)
  try {
    const more = { SUNO_API_KEY: 'any-key', SUNO_API_BASE_URL: provider.url }
    const { exitCode, stdout } = await run(['doctor', port, '--task', 'wav=5c79be8e'], { env: { ...env, ...more } })
    expect(stdout).toMatch(/^fail {10}provider\.record {2}The provider knows no such task\.$/m)
    expect(exitCode).toBe(1)
  } finally {
    await provider.close()
  }
})

test.each([
  [[], 'or set SUNO_CALLBACK_BASE_URL.'],
  [['3000', '--kind', 'vidoe'], 'Did you mean "video"?'],
  [['3000', '--task', 'wav'], '--task must be a name and a value'],
  [['3000', '--task', 'wave=1'], 'Did you mean "wav"?'],
  [['3000', '--task', 'wav=1'], 'SUNO_API_KEY'],
  [['3000', '--task', 'wav=1', '--provider', 'kai'], 'there is no provider "kai"'],
  [['3000', '--timeout', '0'], '--timeout must be a number from 0.1 to 120'],
])('doctor refuses %j with exit code 2', async (args, message) => {
  const { exitCode, stderr } = await run(['doctor', ...args], { env })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(message)
})

test('Ctrl-C ends it', async () => {
  const origin = await serveAt((request) => request.resume())
  const doctor = start(['doctor', `${origin}/suno`], { env })
  await doctor.saw(/tcp\.connect/)
  expect(await doctor.interrupt()).toBe(130)
})
