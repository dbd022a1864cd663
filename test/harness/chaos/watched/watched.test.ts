import { execFile, execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { isPostgresMissing } from '../../../support/postgres-server.js'
import { redisBinary } from '../../../support/redis-server.js'

/** Large enough for every fault to happen, small enough for every day. `npm run chaos:watched` plays the whole. */
const SIZE = ['--tasks', '60', '--factor', '30', '--seed', '4']

beforeAll(() => {
  execFileSync('npx', ['tsc', '-p', 'test/harness/chaos'], { stdio: 'inherit' })
}, 60_000)

describe('three receivers that poll one list, and are killed', () => {
  const lists = [
    ['sqlite', false],
    ['redis', redisBinary() === null],
    ['postgres', isPostgresMissing()],
  ] as const
  for (const [store, isMissing] of lists) {
    test.skipIf(isMissing)(
      `lose no task of a list in ${store} whose callbacks never come, and double nothing without an excuse`,
      { timeout: 120_000 },
      async () => {
        const { code, output } = await play(['--store', store, ...SIZE])
        expect(output).not.toContain('VIOLATION')
        expect(output).toMatch(/^ {2}lost +0$/m)
        expect(output).toMatch(/^ {2}left on the list +0$/m)
        expect(code).toBe(0)
      },
    )
  }
})

test('the command refuses what it does not know', async () => {
  const { code, output } = await play(['--store', 'paper'])
  expect(output).toContain('npm run chaos:watched -- [--store')
  expect(code).toBe(1)
})

function play(options: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const program = 'test/harness/chaos/dist/harness/chaos/watched/main.js'
  return new Promise((resolve) => {
    const child = execFile('node', [program, ...options], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr })
    })
  })
}
