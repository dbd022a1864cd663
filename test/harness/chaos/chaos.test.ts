import { execFile, execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { isPostgresMissing } from '../../support/postgres-server.js'
import { describeRedis, redisBinary } from '../../support/redis-server.js'

/** Large enough for every fault to happen several times, small enough for every day. `npm run chaos` plays the whole. */
const SIZE = ['--tasks', '300', '--seed', '4']
/** Deadlines that a busy machine keeps, and short waits for the retries all the same. */
const TIMES = ['--factor', '10', '--gaps', '3']

beforeAll(() => {
  execFileSync('npx', ['tsc', '-p', 'test/harness/chaos', '--noCheck'], { stdio: 'inherit' })
}, 60_000)

describeRedis(describe, 'three receivers that share Redis', () => {
  test.concurrent(
    'lose nothing, and double nothing without an excuse, while they and Redis are killed',
    { timeout: 300_000 },
    () => expectNoViolation('redis', 'chaos'),
  )
  test.concurrent('double nothing when nothing fails', { timeout: 300_000 }, () => expectNoViolation('redis', 'calm'))
})

describe.skipIf(isPostgresMissing())('three receivers that share Postgres', () => {
  test.concurrent(
    'lose nothing, and double nothing without an excuse, while they and Postgres are killed',
    { timeout: 300_000 },
    () => expectNoViolation('postgres', 'chaos'),
  )
  test.concurrent('double nothing at all with exactlyOnce', { timeout: 300_000 }, () =>
    expectNoViolation('postgres', 'once'),
  )
  test.concurrent('double nothing when nothing fails', { timeout: 300_000 }, () =>
    expectNoViolation('postgres', 'calm'),
  )
})

describe('three processes of one host that share a SQLite file', () => {
  test.concurrent(
    'lose nothing, and double nothing without an excuse, while they are killed',
    { timeout: 300_000 },
    () => expectNoViolation('sqlite', 'chaos'),
  )
  test.concurrent('double nothing when nothing fails', { timeout: 300_000 }, () => expectNoViolation('sqlite', 'calm'))
})

describe('three receivers that poll one list, and are killed', () => {
  const lists = [
    ['sqlite', false],
    ['redis', redisBinary() === null],
    ['postgres', isPostgresMissing()],
  ] as const
  for (const [store, isMissing] of lists) {
    test
      .skipIf(isMissing)
      .concurrent(
        `lose no task of a list in ${store} whose callbacks never come, and double nothing without an excuse`,
        { timeout: 300_000 },
        async () => {
          const { code, output } = await play(
            ['--store', store, '--factor', '30', '--seed', '4', '--tasks', '60'],
            'watched/main',
          )
          expect(violationsIn(output)).toEqual([])
          expect(output).toMatch(/^ {2}lost +0$/m)
          expect(output).toMatch(/^ {2}left on the list +0$/m)
          expect(code).toBe(0)
        },
      )
  }
})

test.each([
  ['main', 'npm run chaos -- [--store'],
  ['watched/main', 'npm run chaos:watched -- [--store'],
])('the command %s refuses what it does not know', async (program, usage) => {
  const { code, output } = await play(['--store', 'paper'], program)
  expect(output).toContain(usage)
  expect(code).toBe(1)
})

async function expectNoViolation(store: string, part: string): Promise<void> {
  const { code, output } = await play(['--store', store, '--parts', part, ...SIZE, ...TIMES])
  expect(violationsIn(output)).toEqual([])
  expect(output).toMatch(/^ {2}lost +0$/m)
  expect(code).toBe(0)
}

/** The lines themselves: what a failing run is to tell. */
function violationsIn(output: string): readonly string[] {
  return output.split('\n').filter((line) => line.includes('VIOLATION'))
}

function play(
  options: readonly string[],
  program = 'main',
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      'node',
      [`test/harness/chaos/dist/harness/chaos/${program}.js`, ...options],
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? 1, output: stdout + stderr })
      },
    )
  })
}
