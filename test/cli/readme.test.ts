import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SunoCallbacks } from '../../src/index.js'
import { sample, simulatedProvider, type ListeningProvider } from '../../src/testing/index.js'
import { page } from '../readme/pages.js'
import { closeApps, send, startApp } from './apps.js'
import { freePort } from '../support/free-port.js'
import { killAll, SECRET, spawnProgram } from './run.js'

/** The commands of the page as they are typed, each with what it prints. */
const blocks = [...page('src/cli/README.md').text.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, block = '']) =>
  block
    .split(/^\$ npx suno-callbacks /m)
    .slice(1)
    .map((text) => {
      const [command = '', ...lines] = text.trimEnd().split('\n')
      return { command, lines }
    }),
)

const folder = mkdtempSync(join(tmpdir(), 'suno-readme-'))
const suno = new SunoCallbacks({ secret: SECRET, logger: false })
const song = sample('music:complete', { taskId: 'try-1' })

let app: Awaited<ReturnType<typeof startApp>>

beforeEach(async () => {
  app = await startApp()
})
afterEach(closeApps)
afterEach(killAll)
afterAll(() => rmSync(folder, { recursive: true }))

/** The command as the page has it, at ports that are free. */
async function type(command: string, env: Readonly<Record<string, string>> = {}) {
  const ports = new Map([
    ['3000', app.port],
    ['3001', await freePort()],
    ['4000', await freePort()],
  ])
  const atPorts = (text: string) => text.replace(/\b(3000|3001|4000)\b/g, (port) => ports.get(port) ?? port)
  const { lines } = blocks.find((block) => block.command === command) ?? { lines: [] }
  const args = atPorts(command).split(' ')
  const running = spawnProgram(args, { SUNO_CALLBACK_SECRET: SECRET, ...env }, folder)
  return {
    ...running,
    /** Waits until every line of the page was printed. */
    printed: async () => {
      expect(lines.length).toBeGreaterThan(0)
      for (const line of lines) await running.saw(toPattern(line, ports))
    },
    interrupt: () => {
      running.child.kill('SIGINT')
      return running.exitCode
    },
  }
}

/** What differs from run to run is an ellipsis, a time or a duration. */
function toPattern(line: string, ports: ReadonlyMap<string, string>): RegExp {
  const escaped = line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const pattern = escaped
    .replace(/ *… */g, '.*')
    .replace(/\d\d:\d\d:\d\d/, '\\d\\d:\\d\\d:\\d\\d')
    .replace(/\d+ ms/, '\\d+ ms')
    // A message that names a port as an example has that of the page.
    .replace(/\b(3000|3001|4000)\b/g, (port) => `(${port}|${String(ports.get(port))})`)
  return new RegExp(`^${pattern}$`, 'm')
}

test('every command of the page is typed here', () => {
  const text = blocks.map(({ command }) => command.split(' ')[0])
  expect(new Set(text)).toEqual(
    new Set(['listen', 'provider', 'trigger', 'simulate', 'watch', 'archive', 'replay', 'explain', 'url', 'doctor']),
  )
})

test('listen, and replay of what it has kept', async () => {
  const listen = await type('listen 3001 --journal callbacks.ndjson')
  const [url = ''] = await listen.saw(/http:\S+\/music\?\S+/)
  await listen.saw(/Ctrl-C/)
  await send(url, song)
  await send(url, song)
  await send(`${url}x`, song)
  await listen.printed()
  expect(await listen.interrupt()).toBe(130)

  const replay = await type('replay callbacks.ndjson --to 3000')
  await replay.printed()
  expect(await replay.exitCode).toBe(0)
})

test('listen that passes on', async () => {
  const listen = await type('listen 3001 --forward-to 3000')
  const [url = ''] = await listen.saw(/http:\S+\/music\?\S+/)
  await listen.saw(/Ctrl-C/)
  await send(url, song)
  await listen.printed()
  await listen.interrupt()
})

test('provider', async () => {
  const provider = await type('provider 4000 --speed 10')
  const [api = ''] = await provider.saw(/^http\S+$/m)
  await submit(api, suno.callbackUrl('lyrics', { url: `http://localhost:${app.port}/suno/lyrics` }))
  await provider.printed()
  expect(app.events).toMatchObject([{ type: 'lyrics:complete' }])
  await provider.interrupt()
})

test('watch', async () => {
  const provider = await simulatedProvider({ speed: 100_000, seed: 1 }).listen(0)
  try {
    const watch = await typeFor(await finished(provider, '/api/v1/lyrics'), 'watch lyrics 5c79…be8e --forward-to 3000')
    await watch.printed()
    expect(await watch.exitCode).toBe(0)
  } finally {
    await provider.close()
  }
})

test('archive, and archive again', async () => {
  const provider = await simulatedProvider({ speed: 100_000, seed: 1 }).listen(0)
  try {
    const task = await finished(provider, '/api/v1/generate')
    for (const options of ['', ' --include audio']) {
      // The links of the simulated provider lead to this machine.
      const archive = await typeFor(task, `archive music 5c79…be8e --to songs${options}`, ' --allow-private')
      await archive.printed()
      expect(await archive.exitCode).toBe(0)
    }
  } finally {
    await provider.close()
  }
})

interface FinishedTask {
  readonly taskId: string
  readonly api: string
}

/** A task of the simulated provider that is over. */
async function finished(provider: ListeningProvider, path: string): Promise<FinishedTask> {
  await submit(provider.url, 'https://callbacks.invalid/none', path)
  await vi.waitFor(() => expect(provider.tasks[0]?.completedAt).not.toBeNull(), { timeout: 10_000 })
  return { taskId: provider.tasks[0]?.taskId ?? '', api: provider.url }
}

/** A command of the page, with the id of that task in place of the page's, and what the tests must add. */
async function typeFor({ taskId, api }: FinishedTask, written: string, more = '') {
  const { lines } = blocks.find(({ command }) => command === written) ?? { lines: [] }
  const command = `${written.replace('5c79…be8e', taskId)}${more}`
  blocks.push({ command, lines })
  return type(command, { SUNO_API_KEY: 'any-key', SUNO_API_BASE_URL: api })
}

test.each([
  ...blocks
    .map(({ command }) => command)
    .filter((command) => /^(trigger|simulate|explain|url|doctor) /.test(command))
    .map((command) => [command]),
])('%s', async (command) => {
  writeFileSync(join(folder, 'body.json'), JSON.stringify(sample('video:complete', { taskId: 'try-1' })))
  writeFileSync(join(folder, 'unknown.json'), JSON.stringify(sample('unknown')))
  const running = await type(command)
  await running.printed()
  const isFault = /3001|unknown/.test(command)
  expect(await running.exitCode).toBe(command.includes('--to localhost') ? 2 : isFault ? 1 : 0)
})

async function submit(api: string, callBackUrl: string, path = '/api/v1/lyrics'): Promise<void> {
  await fetch(`${api}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer any-key' },
    body: JSON.stringify({ prompt: 'a harbour at night', callBackUrl }),
  })
}
