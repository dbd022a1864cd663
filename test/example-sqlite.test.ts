import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { sample } from '../src/testing/index.js'

const APP = fileURLToPath(new URL('../examples/dist/sqlite.js', import.meta.url))
const children = new Set<ChildProcess>()
const directories = new Set<string>()

afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
  children.clear()
  directories.clear()
})

test.each(['SIGTERM', 'SIGKILL'] as const)('a repeat that comes after a restart by %s is absorbed', async (signal) => {
  const directory = newDirectory()
  const body = sample('music:complete', { taskId: 'task-of-42' })
  const before = await start(directory)
  const { callBackUrl } = (await before.get('/songs/new?orderId=42')) as { readonly callBackUrl: string }
  expect(await before.post(callBackUrl, body)).toBe(200)
  expect(before.output()).toContain('song of task task-of-42 is stored')
  expect(await before.stop(signal)).toBe(signal === 'SIGTERM' ? 0 : null)

  const after = await start(directory)
  expect(await after.post(callBackUrl, body)).toBe(200)
  expect(after.output()).not.toContain('is stored')
  expect(await after.get('/songs')).toMatchObject([{ task_id: 'task-of-42', order_id: '42' }])
  expect(await after.stop('SIGTERM')).toBe(0)
  expect(after.output()).toContain('closed, 0 events left unfinished')
})

test('two processes of one machine handle an event once', async () => {
  const directory = newDirectory()
  const [one, two] = [await start(directory), await start(directory)]
  const { callBackUrl } = (await one.get('/songs/new?orderId=43')) as { readonly callBackUrl: string }
  const body = sample('music:complete')
  const posts = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? one : two).post(callBackUrl, body))
  expect(new Set(await Promise.all(posts))).toEqual(new Set([200]))
  expect((one.output() + two.output()).match(/is stored/g)).toHaveLength(1)
})

/** The example as a process of its own. */
async function start(directory: string) {
  const env = {
    PATH: process.env.PATH,
    SUNO_CALLBACK_SECRET: 'a secret of the tests',
    SUNO_CALLBACK_BASE_URL: 'http://127.0.0.1/suno',
    PORT: '0',
    DATA_DIRECTORY: directory,
  }
  const child = spawn(process.execPath, [APP], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  const exitCode = once(child, 'close').then(([code]) => code as number | null)
  let text = ''
  const origin = await new Promise<string>((resolve, reject) => {
    const heard = (chunk: Buffer) => {
      text += chunk.toString()
      const [, address] = /listening on (http:\/\/127\.0\.0\.1:\d+)\n/.exec(text) ?? []
      if (address !== undefined) resolve(address)
    }
    child.stdout.on('data', heard)
    child.stderr.on('data', heard)
    void exitCode.then((code) => reject(new Error(`The example ended with ${String(code)}:\n${text}`)))
  })

  return {
    /** What it wrote so far. */
    output: () => text,
    get: async (path: string) => (await fetch(origin + path)).json(),
    /** As the provider would, at the real port. Answers the HTTP status. */
    post: async (url: string, body: unknown) => {
      const { pathname, search } = new URL(url)
      const response = await fetch(origin + pathname + search, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      await response.text()
      return response.status
    },
    stop: (signal: NodeJS.Signals) => {
      child.kill(signal)
      return exitCode
    },
  }
}

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'suno-callbacks-'))
  directories.add(directory)
  return directory
}
