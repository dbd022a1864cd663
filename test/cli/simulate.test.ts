import type { RequestListener } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { KINDS } from '../../src/events/kinds/index.js'
import { closeApps, serveAt as serve, startApp } from './apps.js'
import { freePort } from '../support/free-port.js'
import { killAll, run, SECRET, spawnProgram, start } from './run.js'

afterEach(closeApps)
afterEach(killAll)

test('delivers callbacks of every kind to a receiver that knows the secret of the environment', async () => {
  const { events, url } = await startReceiver()
  const { exitCode, output } = await simulate([url, '--tasks', '40', '--seed', '1'], { SUNO_CALLBACK_SECRET: SECRET })
  expect(exitCode, output).toBe(0)
  expect(new Set(events().map((event) => event.split(' ')[0]))).toEqual(new Set(KINDS))
  expect(output).toContain('40 tasks, seed 1')
  expect(output).toMatch(new RegExp(`delivered +${String(events().length)}\n`))
  expect(output).toMatch(/abandoned +0\n/)
  expect(output.match(/ 200 .* delivered /g)).toHaveLength(events().length)
})

test('tells its progress in few lines where there is much to send', async () => {
  const { events, url } = await startReceiver()
  const args = [url, '--tasks', '300', '--kind', 'video', '--failing', '0.5', '--concurrency', '10']
  const { exitCode, output } = await simulate(args, { SUNO_CALLBACK_SECRET: SECRET })
  expect(exitCode, output).toBe(0)
  expect(new Set(events())).toEqual(new Set(['video video:complete', 'video error']))
  expect(output).toMatch(/delivered +300\n/)
  expect(output.split('\n').length).toBeLessThan(30)
})

test('uses a signed URL as it is, for the kind that it is signed for', async () => {
  const { suno, events, url } = await startReceiver()
  const signed = suno.callbackUrl('phrase', { url: `${url}/phrase` })
  const { exitCode, output } = await simulate([signed, '--tasks', '3'])
  expect(exitCode, output).toBe(0)
  expect(events()).toEqual(['phrase phrase:ready', 'phrase phrase:ready', 'phrase phrase:ready'])
  expect(output).not.toContain('suno_signature')

  const wrong = await simulate([signed, '--kind', 'music'])
  expect(wrong.exitCode).toBe(2)
  expect(wrong.output).toContain('What is signed is for: phrase.')
})

test('adds the kind to the path of every URL, or leaves it as it is with --exact', async () => {
  const paths: (string | undefined)[] = []
  const answer: RequestListener = (request, response) => {
    paths.push(request.url)
    response.end()
  }
  const [one, other] = [await serve(answer), await serve(answer)]
  const some = await simulate([`${one}/suno/`, `${other}/other?x=1`, '--kind', 'voice', '--tasks', '12', '--seed', '1'])
  expect(some.exitCode, some.output).toBe(0)
  expect(new Set(paths.splice(0))).toEqual(new Set(['/suno/voice', '/other/voice?x=1']))
  await simulate([`${one}/hook`, '--exact', '--tasks', '3', '--kind', 'video', '--kind', 'voice'])
  expect(paths).toEqual(['/hook', '/hook', '/hook'])
})

test('ends with exit code 1 and a list when something was abandoned', async () => {
  const origin = await serve((_, response) => response.writeHead(503).end())
  const { exitCode, output } = await simulate([
    ...[origin, '--tasks', '2', '--kind', 'lyrics'],
    ...['--speed', '600', '--timeout', '10'],
  ])
  expect(exitCode).toBe(1)
  expect(output).toMatch(/abandoned +2\n/)
  expect(output.match(/lyrics:complete +lyrics +[0-9a-f]{32} +abandoned +503, 503, 503, 503/g)).toHaveLength(2)
})

test('ends early on Ctrl-C with exit code 130, and says what it left', async () => {
  const origin = await serve((_, response) => response.writeHead(500).end())
  const { child, saw, exitCode, stdout } = spawnProgram(['simulate', origin, '--tasks', '1', '--kind', 'lyrics'])
  await saw(/waiting/)
  child.kill('SIGINT')
  expect(await exitCode).toBe(130)
  expect(stdout()).toMatch(/unfinished +1\n/)
})

test('says how it is used, and that it is for servers of one’s own', async () => {
  const { exitCode, output } = await simulate(['--help'])
  expect(exitCode).toBe(0)
  expect(output).toContain('suno-callbacks simulate <url>')
  expect(output).toContain('servers of your own')
})

test.each([
  [[], 'something is missing'],
  [['localhost:3000'], 'must begin with http'],
  [['http://'], 'must begin with http'],
  [['http://localhost/', '--tasks', 'many'], '--tasks must be a number'],
  [['http://localhost/', '--tasks', ''], '--tasks must be a number'],
  [['http://localhost/', '--kind', 'wave'], 'Did you mean "wav"?'],
  [['http://localhost/', '--repeat', '20'], 'repeat must be a number from 0 to 1'],
  [['http://localhost/', '--size', '1'], '--size'],
  [['http://localhost/?suno_signature=v1.x.y'], 'Say it with one --kind'],
  [['http://shop.example/suno'], 'must begin with https'],
])('refuses %j with exit code 2 and sends nothing', async (args, message) => {
  const { exitCode, output } = await simulate(args, { SUNO_CALLBACK_SECRET: SECRET })
  expect(exitCode).toBe(2)
  expect(output).toContain(message)
  expect(output).toContain('--help')
})

test('shows repeats, and has no latency where nobody answers', async () => {
  const { url } = await startReceiver()
  const repeated = await simulate([url, '--tasks', '2', '--kind', 'lyrics', '--repeat', '1', '--speed', '100000'], ENV)
  expect(repeated.output).toMatch(/ 200 .* repeat 1 /)
  const signedForNothing = `http://127.0.0.1:${await freePort()}/?suno_signature=v1.x.y`
  const args = [signedForNothing, '--tasks', '1', '--kind', 'lyrics', '--speed', '100000']
  const { exitCode, output } = await simulate(args)
  expect(exitCode).toBe(1)
  expect(output).toMatch(/latency +median -, p99 -/)
})

test('shows that it lives, and its attempts as NDJSON', async () => {
  const { url } = await startReceiver()
  const terminal = start(['simulate', url, '--tasks', '1', '--kind', 'lyrics'], { isTTY: true, env: ENV })
  expect(await terminal.exitCode).toBe(0)
  expect(terminal.stderr()).toContain('nothing sent yet')
  expect(terminal.stderr()).toMatch(/1 delivered, 0 abandoned, 0 left; 1 attempts, the last success 0 s ago/)

  const { records } = await run(['simulate', url, '--tasks', '120', '--kind', 'lyrics', '--json'], { env: ENV })
  expect(records).toHaveLength(121)
  expect(records[0]).toMatchObject({
    record: 'attempt',
    type: 'lyrics:complete',
    kind: 'lyrics',
    status: 200,
    state: 'delivered',
  })
  expect(records.at(-1)).toMatchObject({
    record: 'totals',
    seed: expect.any(Number) as unknown,
    callbacks: 120,
    delivered: 120,
  })
})

const ENV = { SUNO_CALLBACK_SECRET: SECRET }

/** The command to its end, its output as a terminal shows it. */
async function simulate(args: readonly string[], env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = await run(['simulate', ...args], { env })
  return { exitCode, output: stderr + stdout }
}

async function startReceiver() {
  const { suno, url, events } = await startApp()
  return { suno, url, events: () => events.map(({ kind, type }) => `${String(kind)} ${type}`) }
}
