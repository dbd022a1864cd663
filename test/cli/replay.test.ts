import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { SunoCallbacks } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { closeApps, send, serveAt, startApp } from './apps.js'
import { run, SECRET, start } from './run.js'

const folder = mkdtempSync(join(tmpdir(), 'suno-replay-'))
const file = join(folder, 'journal.ndjson')
const env = { SUNO_CALLBACK_SECRET: SECRET }

afterEach(closeApps)
afterAll(() => rmSync(folder, { recursive: true }))

/** What `listen --journal` keeps of two tasks. */
beforeAll(async () => {
  const running = start(['listen', '0', '--journal', file, '--json'], { env })
  await running.saw(/Ctrl-C/)
  const { url } = running.records().find(({ kind }) => kind === 'music') ?? {}
  const suno = new SunoCallbacks({ secret: SECRET, logger: false })
  const signed = suno.callbackUrl('music', { url: String(url), metadata: { orderId: '42' } })
  await send(signed, sample('music:first', { taskId: 'task-1' }))
  await send(signed, sample('music:complete', { taskId: 'task-1' }))
  await send(signed, sample('unknown', { taskId: 'task-2' }))
  await running.interrupt()
})

test('replay sends a journal again, signed anew with its metadata, and says what was a duplicate', async () => {
  const { events, url } = await startApp()
  const first = await run(['replay', file, '--to', url], { env })
  expect(first.exitCode, first.stderr).toBe(0)
  expect(first.stdout.match(/200 handled/g)).toHaveLength(3)
  expect(first.stderr).toBe('3 sent, 0 failed.\n')
  expect(events).toMatchObject([
    { type: 'music:first', metadata: { orderId: '42' } },
    { type: 'music:complete', taskId: 'task-1', raw: sample('music:complete', { taskId: 'task-1' }) },
    { type: 'unknown' },
  ])

  const second = await run(['replay', file, '--to', url, '--json'], { env })
  expect(second.exitCode).toBe(0)
  expect(second.records.map(({ type, outcome }) => [type, outcome])).toEqual([
    ['music:first', 'duplicate'],
    ['music:complete', 'duplicate'],
    ['unknown', 'duplicate'],
  ])
  expect(second.stderr).toContain('3 of them had been handled before')
  expect(second.stderr).toContain('--as-new sends them under fresh task ids')
  expect(events).toHaveLength(3)
})

test('replay sends under fresh task ids with --as-new, the same for all callbacks of a task', async () => {
  const { events, port } = await startApp()
  for (let time = 0; time < 2; time++)
    expect((await run(['replay', file, '--to', port, '--as-new'], { env })).exitCode).toBe(0)
  expect(events).toHaveLength(6)
  const ids = events.map(({ taskId }) => taskId)
  expect(ids[0]).toMatch(/^[0-9a-f]{32}$/)
  expect(ids[1]).toBe(ids[0])
  expect(new Set(ids).size).toBe(4)
})

test('replay sends to SUNO_CALLBACK_BASE_URL by default, and without a secret unsigned', async () => {
  const open = await startApp({ secret: undefined, verify: false })
  const { exitCode, stderr } = await run(['replay', file], { env: { SUNO_CALLBACK_BASE_URL: open.url } })
  expect(exitCode).toBe(0)
  expect(stderr).toContain('Not signed, and without metadata')
  expect(open.events).toMatchObject([{ metadata: {} }, {}, {}])
})

test('replay ends with exit code 1 when something was refused, and sends only what had failed with --failed', async () => {
  const origin = await serveAt((_, response) => response.writeHead(503).end('{"status":"unavailable"}'))
  const refused = await run(['replay', file, '--to', origin], { env })
  expect(refused.exitCode).toBe(1)
  expect(refused.stdout).toContain('The app has no listener yet')
  expect(refused.stderr).toContain('3 sent, 3 failed.')
  const none = await run(['replay', file, '--to', origin, '--failed'], { env })
  expect(none.exitCode).toBe(0)
  expect(none.stderr).toBe('0 sent, 0 failed.\n')
})

test('replay names the lines that are none of a journal, and sends the others', async () => {
  const broken = join(folder, 'broken.ndjson')
  const entry = {
    journal: 1,
    receivedAt: new Date(),
    kind: null,
    metadata: {},
    type: null,
    taskId: null,
    outcome: 'rejected',
    status: 400,
  }
  const lines = [
    'no JSON',
    '',
    '{"journal":2}',
    JSON.stringify({ ...entry, bodyBase64: '/3s=' }),
    JSON.stringify(entry),
    '{"journal":3}',
  ]
  writeFileSync(broken, lines.join('\n'))
  const bodies: string[] = []
  const origin = await serveAt((request, response) => {
    request.setEncoding('latin1').on('data', (chunk: string) => bodies.push(`${String(request.url)} ${chunk}`))
    request.on('end', () => response.end('{"status":"received"}'))
  })
  const { exitCode, stdout, stderr } = await run(['replay', broken, '--to', `${origin}/suno`, '--as-new'], { env })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('Line 1 is none of a journal')
  expect(stderr).toContain('Line 3 is none of a journal')
  expect(stderr).toContain('Line 6 is none of a journal')
  expect(stderr).toContain('2 sent, 3 failed.')
  expect(stdout).toMatch(/^- +- +- +200/m)
  expect(bodies).toEqual(['/suno \u00ff{'])
})

test('replay of a file that is no journal sends nothing, and says so in one sentence', async () => {
  const other = join(folder, 'other.txt')
  writeFileSync(other, 'one\n\n{"two":2}\nthree\n')
  const { exitCode, stdout, stderr } = await run(['replay', other, '--to', '3000'], { env })
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
  expect(stderr).toMatch(
    /^The file is no journal: none of its lines is what listen --journal writes\. .*\n\n.*--help.*\n$/,
  )
  const empty = join(folder, 'empty.ndjson')
  writeFileSync(empty, '')
  expect((await run(['replay', empty, '--to', '3000'], { env })).stderr).toBe('0 sent, 0 failed.\n')
})

test('replay ends when it is interrupted, and says where it was', async () => {
  let isAsked = false
  const origin = await serveAt(() => (isAsked = true))
  const running = start(['replay', file, '--to', origin], { env, isTTY: true })
  await running.saw(/0 sent, 0 failed$/)
  await vi.waitFor(() => expect(isAsked).toBe(true), { timeout: 10_000 })
  expect(await running.interrupt()).toBe(130)
  expect(running.stderr()).toContain('1 sent, 1 failed.')
})

test('replay needs a file and an address', async () => {
  const nowhere = await run(['replay', file], { env })
  expect(nowhere.exitCode).toBe(2)
  expect(nowhere.stderr).toContain('--to is missing')
  const missing = await run(['replay', join(folder, 'nothing'), '--to', '3000'], { env })
  expect(missing.exitCode).toBe(1)
  expect(missing.stderr).toContain('ENOENT')
})
