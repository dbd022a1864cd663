import { afterEach, describe, expect, test } from 'vitest'
import { EVENT_TYPES } from '../../src/events/kinds/index.js'
import { closeApps, serveAt, startApp } from './apps.js'
import { freePort } from '../support/free-port.js'
import { killAll, run, SECRET, spawnProgram } from './run.js'

afterEach(closeApps)
afterEach(killAll)

const env = { SUNO_CALLBACK_SECRET: SECRET }

test('trigger sends the sample of every event, signed, to where the adapter is mounted', async () => {
  const { events, url } = await startApp()
  for (const type of EVENT_TYPES) {
    const { exitCode, stdout, stderr } = await run(['trigger', type, '--to', url, '--provider', 'kie'], { env })
    expect(exitCode, stdout + stderr).toBe(0)
    expect(stdout).toMatch(new RegExp(`^${type} +\\w+ +[0-9a-f]{32}  200 handled  \\d+ ms\n$`))
  }
  expect(events.map(({ type }) => type)).toEqual(EVENT_TYPES)
})

test('trigger sets fields, metadata, kind and task', async () => {
  const { events, port } = await startApp()
  const some = ['--set', 'data.data.0.title=42', '--set', 'data.data.0.duration=1.5', '--metadata', 'orderId=7']
  const music = await run(['trigger', 'music:complete', '--to', port, '--task', 'task-1', ...some], { env })
  expect({ exitCode: music.exitCode, stderr: music.stderr }).toEqual({ exitCode: 0, stderr: '' })
  expect(events[0]).toMatchObject({
    taskId: 'task-1',
    metadata: { orderId: '7' },
    tracks: [{ title: '42', duration: 1.5 }, {}],
  })
  await run(['trigger', 'error', '--kind', 'video', '--to', port, '--set', 'code=531'], { env })
  expect(events[1]).toMatchObject({ type: 'error', kind: 'video', code: 531 })
})

test('trigger says of a field that the sample has not that it was added, and which are there', async () => {
  const { port, events } = await startApp()
  const set = ['--set', 'data.data.0.titel=Mine', '--set', 'data.own={"a":1}', '--set', '__proto__=x']
  const { exitCode, stderr } = await run(['trigger', 'music:complete', '--to', port, ...set], { env })
  expect(exitCode).toBe(0)
  expect(stderr).toContain(
    '--set data.data.0.titel: the sample had no such field, so it was added. Did you mean "title"?',
  )
  expect(stderr).toContain('Beside it are: callbackType, task_id, data.')
  expect(events[0]?.raw).toMatchObject({ data: { own: { a: 1 } } })
  expect(Object.getPrototypeOf(events[0]?.raw)).toBe(Object.prototype)
})

test('trigger repeats, and says which were duplicates', async () => {
  const { port } = await startApp()
  const { exitCode, records } = await run(['trigger', 'video:complete', '--to', port, '--repeat', '3', '--json'], {
    env,
  })
  expect(exitCode).toBe(0)
  expect(records.map(({ status, outcome }) => [status, outcome])).toEqual([
    [200, 'handled'],
    [200, 'duplicate'],
    [200, 'duplicate'],
  ])
  expect(records[1]?.explanation).toBe('The app has handled this event before: no listener was called.')
})

test('trigger uses a signed URL as it is, and an address without its kind with --exact', async () => {
  const { suno, events, url } = await startApp({ baseUrl: 'http://localhost/suno' })
  const signed = suno.callbackUrl('voice', { url: `${url}/voice`, metadata: { a: 'b' } })
  expect((await run(['trigger', 'voice:ready', '--to', signed])).exitCode).toBe(0)
  expect(events).toMatchObject([{ type: 'voice:ready', metadata: { a: 'b' } }])
  const exact = await run(['trigger', 'voice:ready', '--to', url, '--exact'], { env })
  expect(exact.stdout).toContain('200 handled')
})

test('trigger ends at once when it is interrupted', async () => {
  const origin = await serveAt(() => undefined)
  const { exitCode, saw, child } = spawnProgram(['trigger', 'video:complete', '--to', origin, '--repeat', '5'])
  await saw(/Not signed/)
  child.kill('SIGINT')
  expect(await exitCode).toBe(130)
})

describe('trigger explains the answer', () => {
  const answering = (status: number, text = '', headers: Record<string, string> = {}) =>
    serveAt((_, response) => response.writeHead(status, headers).end(text))
  const trigger = (to: string, secret = SECRET) =>
    run(['trigger', 'music:complete', '--to', to], { env: { SUNO_CALLBACK_SECRET: secret } })

  test('of an app with another secret', async () => {
    const { url } = await startApp()
    const { exitCode, stdout, stderr } = await trigger(url, 'another secret of the tests')
    expect(exitCode).toBe(1)
    expect(stdout).toContain('401  ')
    expect(stdout).toContain('the app has another SUNO_CALLBACK_SECRET')
    const unsigned = await trigger(url, '')
    expect(unsigned.stdout).toContain('401')
    expect(unsigned.stderr).toContain('Not signed: SUNO_CALLBACK_SECRET is not set.')
    expect(stdout + stderr).not.toContain('another secret')
  })

  test.each([
    [301, 'https://other.example.com/suno?x=1', 'It redirects to https://other.example.com/suno.'],
    [308, '', 'It redirects'],
    [401, '', 'asks for a login'],
    [403, '', 'CSRF'],
    [404, '', 'Nothing is mounted at this path'],
    [405, '', 'takes no POST'],
    [413, '', 'mount the adapter before it'],
    [429, '', 'rate limiter'],
    [418, '', 'Something else than suno-callbacks has answered'],
  ])('of %i by something else', async (status, location, text) => {
    const origin = await answering(status, 'no', location === '' ? {} : { location })
    const { exitCode, stdout } = await trigger(origin)
    expect(exitCode).toBe(1)
    expect(stdout).toContain(text)
  })

  test('of our own words', async () => {
    const failing = await startApp()
    failing.suno.on('music:complete', () => Promise.reject(new Error('no')))
    expect((await trigger(failing.url)).stdout).toContain('A listener threw')
    const unknown = await answering(599, '{"status":"brand-new"}')
    expect((await trigger(unknown)).stdout).toMatch(/ {2}599 {2}\d+ ms\n$/)
  })

  test('of a 200 that says no outcome, or one that is newer', async () => {
    expect((await trigger(await answering(200, '{"status":"received"}'))).stdout).toContain(
      'Whether it was a repeat is not told',
    )
    const other = await trigger(await answering(200, 'ok'))
    expect(other.exitCode).toBe(0)
    expect(other.stdout).toContain('Something else than suno-callbacks has answered')
    const newer = await answering(200, '{"status":"received"}', { 'suno-outcome': 'brand-new' })
    expect((await trigger(newer)).stdout).toMatch(/200 brand-new {2}\d+ ms\n$/)
  })

  test('of no answer', async () => {
    const refused = await trigger(await freePort())
    expect(refused.exitCode).toBe(1)
    expect(refused.stdout).toMatch(/ECONNREFUSED {2}\d+ ms {2}Nothing listens there/)
    const reset = await serveAt((request) => request.socket.destroy())
    expect((await trigger(reset)).stdout).toContain('The connection was closed before an answer came.')
    const nonsense = await serveAt((request) => request.socket.end('nonsense\r\n\r\n'))
    expect((await trigger(nonsense)).stdout).toContain('The request failed.')
    // A port of another protocol, to which nothing is sent.
    expect((await trigger('http://127.0.0.1:6000')).stdout).toMatch(/failed {2}\d+ ms {2}The request failed\./)
  })
})

test.each([
  [['music:complete'], '--to is missing'],
  [['music:complet', '--to', '3000'], 'Did you mean "music:complete"?'],
  [['music:complete', '--to', 'localhost:3000'], 'must begin with http'],
  [['music:complete', '--to', 'http://'], 'must begin with http'],
  [['music:complete', '--to', '3000', '--provider', 'kei'], 'Did you mean "kie"?'],
  [['music:complete', '--to', '3000', '--repeat', '0'], '--repeat must be a number from 1 to 1000'],
  [['music:complete', '--to', '3000', '--set', 'data'], '--set must be a name and a value'],
  [['music:complete', '--to', '3000', '--set', 'data.dta.title=x'], '"data" has: callbackType, task_id, data.'],
  [['music:complete', '--to', '3000', '--set', 'dat.x=x'], 'The body has: code, msg, data.'],
  [['music:complete', '--to', '3000', '--set', 'data.data.0.title.x=x'], '"data.data.0" has: id,'],
  [
    ['music:complete', '--to', 'http://localhost/?suno_signature=v1.WyJ2aWRlbyIsMCx7fV0.x'],
    'signed for video, and the event is one of music',
  ],
  [
    ['video:complete', '--to', 'http://localhost/?suno_signature=v1.WyJ2aWRlbyIsMCx7fV0.x', '--metadata', 'a=b'],
    'signed already',
  ],
  [['music:complete', '--to', 'http://shop.example/suno'], 'must begin with https'],
  [['error', '--kind', 'vidoe', '--to', '3000'], 'Did you mean "video"?'],
])('trigger refuses %j with exit code 2', async (args, message) => {
  const { exitCode, stderr } = await run(['trigger', ...args], { env })
  expect(exitCode).toBe(2)
  expect(stderr).toContain(message)
})

test('trigger refuses metadata that it cannot sign', async () => {
  const { exitCode, stderr } = await run(['trigger', 'music:complete', '--to', '3000', '--metadata', 'a=b'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('metadata travels in the signature, and there is no secret')
})
