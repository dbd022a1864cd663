import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { sample } from '../../src/testing/index.js'
import { killExamples, startExample } from '../support/example.js'

const directories = new Set<string>()

afterEach(() => {
  killExamples()
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
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

/** The example, with its database in that directory. */
function start(directory: string) {
  return startExample('sqlite', { DATA_DIRECTORY: directory })
}

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'suno-callbacks-'))
  directories.add(directory)
  return directory
}
