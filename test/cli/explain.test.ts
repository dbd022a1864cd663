import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { sample } from '../../src/testing/index.js'
import { fixtures } from '../support/fixtures.js'
import { run } from './run.js'

const folder = mkdtempSync(join(tmpdir(), 'suno-explain-'))
afterAll(() => rmSync(folder, { recursive: true }))

const explain = (body: unknown, ...args: readonly string[]) =>
  run(['explain', '-', ...args], { stdin: typeof body === 'string' ? body : JSON.stringify(body) })

test('explain shows the event that a body becomes', async () => {
  const { exitCode, stdout } = await explain(sample('video:complete', { taskId: 'task-1' }))
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^video:complete\n {2}taskId +"task-1"\n/)
  expect(stdout).toContain('key         "video:complete:task-1"')
  expect(stdout).toContain('videoUrl')
})

test('explain reads files, of callbacks and of records', async () => {
  const documented = fixtures.filter(({ name, kind }) => /^documented-(kie|recordinfo)/.test(name) && kind !== null)
  expect(documented.length).toBeGreaterThan(10)
  for (const { name, kind, body } of documented) {
    const file = join(folder, `${name}.json`)
    writeFileSync(file, JSON.stringify(body))
    const { exitCode, records } = await run(['explain', file, '--kind', String(kind), '--json'])
    expect(exitCode, name).toBe(0)
    expect(records, name).toMatchObject([{ reading: 'event', event: { kind, taskId: expect.anything() as unknown } }])
    expect(records[0]?.event).not.toHaveProperty('raw')
  }
})

test('explain says why a body is unknown, and ends with exit code 1', async () => {
  const body = sample('unknown', { taskId: 'task-1' })
  const { exitCode, stdout } = await explain(body, '--kind', 'video')
  expect(exitCode).toBe(1)
  expect(stdout).toMatch(/^unknown\n/)
  expect(stdout).toContain('  data.video_url: expected ')
  const { records } = await explain(body, '--json')
  expect(records).toMatchObject([
    { reading: 'unknown', issues: expect.any(Array) as unknown, event: { type: 'unknown' } },
  ])
})

test('explain says when a body is of another kind than its URL', async () => {
  const { exitCode, stdout } = await explain(sample('video:complete'), '--kind', 'music')
  expect(exitCode).toBe(1)
  expect(stdout).toContain('video')
})

test('explain says that a task still runs, which is no fault', async () => {
  const { exitCode, stdout } = await explain({ code: 200, data: { task_id: 'task-1', status: 'PENDING' } })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('The task still runs')
})

test('explain says what is no body at all', async () => {
  const { exitCode, stdout } = await explain('{"code": 200,')
  expect(exitCode).toBe(1)
  expect(stdout).toContain('JSON')
  const { records } = await explain({ data: { task_id: 'a', taskId: 'b' } }, '--json')
  expect(records).toMatchObject([{ reading: 'refused', code: 'TWO_TASK_IDS', event: null }])
})

test('explain lets no text of a body act on the terminal', async () => {
  const body = sample('music:complete', { taskId: 'task-1', overrides: { message: 'a\u001b[2Jb\nc' } })
  const { stdout } = await explain(body)
  expect(stdout).not.toContain('\u001b')
})
