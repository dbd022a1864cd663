import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { requestListener } from '../../adapters/node.js'
import { SunoCallbacks } from '../../src/index.js'
import { KINDS } from '../../src/events/kinds/index.js'

const PROGRAM = fileURLToPath(new URL('../../examples/dist/simulate.js', import.meta.url))
const SECRET = 'a secret of the tests'

const servers = new Set<Server>()

afterEach(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
  servers.clear()
})

test('delivers callbacks of every kind to a receiver that knows the secret of the environment', async () => {
  const { events, url } = await startReceiver()
  const { exitCode, output } = await simulate([url, '--tasks', '40', '--seed', '1'], { SUNO_CALLBACK_SECRET: SECRET })
  expect(exitCode, output).toBe(0)
  expect(new Set(events.map((event) => event.split(' ')[0]))).toEqual(new Set(KINDS))
  expect(output).toContain('40 tasks, seed 1')
  expect(output).toMatch(new RegExp(`delivered +${String(events.length)}\n`))
  expect(output).toMatch(/abandoned +0\n/)
  expect(output.match(/ 200 .* delivered /g)).toHaveLength(events.length)
})

test('tells its progress in few lines where there is much to send', async () => {
  const { events, url } = await startReceiver()
  const args = [url, '--tasks', '300', '--kind', 'video', '--failing', '0.5', '--concurrency', '10']
  const { exitCode, output } = await simulate(args, { SUNO_CALLBACK_SECRET: SECRET })
  expect(exitCode, output).toBe(0)
  expect(new Set(events)).toEqual(new Set(['video video:complete', 'video error']))
  expect(output).toContain('300 delivered, 0 abandoned, 0 left; 300 attempts')
  expect(output.split('\n').length).toBeLessThan(30)
})

test('uses a signed URL as it is, for the kind that it is signed for', async () => {
  const { suno, events, url } = await startReceiver()
  const signed = suno.callbackUrl('phrase', { url: `${url}/phrase` })
  const { exitCode, output } = await simulate([signed, '--tasks', '3'])
  expect(exitCode, output).toBe(0)
  expect(events).toEqual(['phrase phrase:ready', 'phrase phrase:ready', 'phrase phrase:ready'])
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

test('ends early on Ctrl-C with exit code 1, and says what it left', async () => {
  const origin = await serve((_, response) => response.writeHead(500).end())
  const { exitCode, output } = await simulate([origin, '--tasks', '1', '--kind', 'lyrics'], {}, 'waiting')
  expect(exitCode).toBe(1)
  expect(output).toMatch(/unfinished +1\n/)
})

test('says how it is used, and that it is for servers of one’s own', async () => {
  const { exitCode, output } = await simulate(['--help'])
  expect(exitCode).toBe(0)
  expect(output).toContain('npm run simulate -- <url>')
  expect(output).toContain('servers of your own')
})

test.each([
  [[], 'A URL is missing'],
  [['localhost:3000'], 'must begin with http'],
  [['http://'], 'must begin with http'],
  [['http://localhost/', '--tasks', 'many'], '--tasks must be a number'],
  [['http://localhost/', '--tasks', ''], '--tasks must be a number'],
  [['http://localhost/', '--kind', 'wave'], 'There is no kind "wave"'],
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

async function startReceiver() {
  const suno = new SunoCallbacks({ secret: SECRET, logger: false })
  const events: string[] = []
  suno.on('*', ({ kind, type }) => events.push(`${String(kind)} ${type}`))
  return { suno, events, url: `${await serve(requestListener(suno))}/suno` }
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.add(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
}

/** Runs the command to its end; sends it SIGINT when it has printed a word. */
async function simulate(args: readonly string[], settings: Record<string, string> = {}, interruptAt?: string) {
  const env = { ...process.env, SUNO_CALLBACK_SECRET: '', SUNO_CALLBACK_BASE_URL: '', ...settings }
  const child = spawn(process.execPath, [PROGRAM, ...args], { env })
  let output = ''
  let isInterrupted = false
  const read = (chunk: Buffer) => {
    output += chunk.toString()
    if (isInterrupted || interruptAt === undefined || !output.includes(interruptAt)) return
    isInterrupted = child.kill('SIGINT')
  }
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, output }
}
