import { execFile } from 'node:child_process'
import { beforeAll, expect, test } from 'vitest'
import { isMissing } from './is-missing.js'
import type { Part, Scenario } from './scenario.js'
import { compileHarness } from '../../support/compile-harness.js'

/** Large enough for every fault to happen several times, small enough for every night. `npm run chaos` plays the whole. */
const SIZE = ['--tasks', process.env.CHAOS_TASKS ?? '300', '--seed', '4']
/** Deadlines that a busy machine keeps, and short waits for the retries all the same. */
const TIMES = ['--factor', '10', '--gaps', '3']
/** The same faults for fewer tasks with longer deadlines: each listener has a connection and a commit of its own. */
const ONCE = ['--tasks', '120', '--seed', '4', '--factor', '6', '--gaps', '3']

const WATCHED_SIZE = ['--tasks', '60', '--seed', '4', '--factor', '30']

beforeAll(() => {
  compileHarness('chaos')
}, 60_000)

const LOSE_NOTHING = 'lose nothing, and double nothing without an excuse, while they'
const LOSE_NO_TASK =
  'lose no task whose callbacks never come, and double nothing without an excuse, while they are killed'

/** Two at a time, in this order: a heavy one beside light ones, for on a machine that is too busy attempts would be late without a fault. */
const RUNS: readonly (readonly [title: string, store: Scenario['store'], part: Part | 'watched'])[] = [
  [`three receivers that share Postgres ${LOSE_NOTHING} and Postgres are killed`, 'postgres', 'chaos'],
  ['three receivers that share Redis double nothing when nothing fails', 'redis', 'calm'],
  ['three receivers that share Postgres double nothing when nothing fails', 'postgres', 'calm'],
  ['three processes of one host that share a SQLite file double nothing when nothing fails', 'sqlite', 'calm'],
  [`three receivers that poll one list in SQLite ${LOSE_NO_TASK}`, 'sqlite', 'watched'],
  [`three receivers that share Redis ${LOSE_NOTHING} and Redis are killed`, 'redis', 'chaos'],
  [`three processes of one host that share a SQLite file ${LOSE_NOTHING} are killed`, 'sqlite', 'chaos'],
  ['three receivers that share Postgres double nothing at all with exactlyOnce', 'postgres', 'once'],
  [`three receivers that poll one list in Redis ${LOSE_NO_TASK}`, 'redis', 'watched'],
  [`three receivers that poll one list in Postgres ${LOSE_NO_TASK}`, 'postgres', 'watched'],
]

for (const [title, store, part] of RUNS) {
  test.skipIf(isMissing(store)).concurrent(title, { timeout: 300_000 }, async () => {
    const { code, output } = await (part === 'watched'
      ? play(['--store', store, ...WATCHED_SIZE], 'watched/main')
      : play(['--store', store, '--parts', part, ...(part === 'once' ? ONCE : [...SIZE, ...TIMES])]))
    expect(violationsIn(output)).toEqual([])
    expect(output).toMatch(/^ {2}lost +0$/m)
    if (part === 'watched') expect(output).toMatch(/^ {2}left on the list +0$/m)
    expect(code).toBe(0)
  })
}

test.each([
  ['main', 'npm run chaos -- [--store'],
  ['watched/main', 'npm run chaos:watched -- [--store'],
])('the command %s refuses what it does not know', async (program, usage) => {
  const { code, output } = await play(['--store', 'paper'], program)
  expect(output).toContain(usage)
  expect(code).toBe(1)
})

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
