import { execFile } from 'node:child_process'
import { beforeAll, expect, test } from 'vitest'
import type { RejectionReason } from '../../../src/index.js'
import { EVENT_TYPES } from '../../../src/events/kinds/index.js'
import { compileHarness } from '../../support/compile-harness.js'

/** Every reason, by the type: a new one is missing here until it is named. */
const REASONS: Readonly<Record<RejectionReason, true>> = {
  malformed: true,
  unauthorized: true,
  'too-slow': true,
  'too-large': true,
  'not-json': true,
  unrecognised: true,
}

/** Enough for every event and every refusal. `npm run test:fuzz` plays more. */
const CASES = Number(process.env.FUZZ_CASES ?? 2_000)

beforeAll(() => {
  compileHarness('fuzz')
}, 60_000)

test(`${CASES.toLocaleString('en')} changed bodies, headers and URLs find nothing, and reach every event and every reason of a refusal`, async () => {
  const { code, output } = await fuzz('--cases', String(CASES), '--seed', '1')
  expect(output).not.toContain('FINDING')
  expect(row(output, 'findings')).toBe('0')
  expect(code).toBe(0)
  expect(row(output, 'cases')).toBe(String(CASES))
  const outcomes = counts(row(output, 'outcomes'))
  const refusals = Object.keys(REASONS).map((reason) => `rejected ${reason}`)
  const others = ['handled', 'handed-off', 'duplicate', 'stale', 'ignored', 'failed', 'unavailable']
  expect([...outcomes.keys()]).toEqual(expect.arrayContaining([...others, ...refusals]))
  const events = counts(row(output, 'events'))
  expect([...events.keys()].sort()).toEqual([...EVENT_TYPES].sort())
  // Enough of them to say something: the changes do not only make rubbish.
  for (const type of EVENT_TYPES) expect(events.get(type), type).toBeGreaterThan(CASES / 1000)
  for (const app of ['node', 'Express', 'Koa'])
    expect(counts(row(output, 'setups and ways')).get(app)).toBeGreaterThan(CASES / 200)
}, 300_000)

test('bodies in chunks of one byte find nothing', async () => {
  const { code, output } = await fuzz('--cases', String(CASES / 50), '--chunks')
  expect(output).not.toContain('FINDING')
  expect(code).toBe(0)
  expect([...counts(row(output, 'setups and ways')).keys()]).toEqual(expect.arrayContaining(['node', 'Express', 'Koa']))
}, 300_000)

test('the same seed means the same cases, and another seed others', async () => {
  const outcomes = async (seed: string) => row((await fuzz('--cases', '100', '--seed', seed)).output, 'outcomes')
  const first = await outcomes('7')
  expect(await outcomes('7')).toBe(first)
  expect(await outcomes('8')).not.toBe(first)
}, 60_000)

test('one case can be played alone, and what the command does not know it refuses', async () => {
  const { code, output } = await fuzz('--case', '17')
  expect(row(output, 'cases')).toBe('1')
  expect(code).toBe(0)
  for (const wrong of [['--cases', 'many'], ['--seed=-1'], ['--case', '0.5'], ['--seconds', '0']]) {
    const refused = await fuzz(...wrong)
    expect(refused.output).toContain('npm run fuzz -- [--cases')
    expect(refused.code).toBe(1)
  }
}, 60_000)

function fuzz(...options: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const command = ['--expose-gc', 'test/harness/fuzz/dist/test/harness/fuzz/main.js', ...options]
    const child = execFile('node', command, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr })
    })
  })
}

/** What stands behind a name in the table of the command. */
function row(output: string, name: string): string {
  return new RegExp(`^  ${name} +(.*)$`, 'm').exec(output)?.[1] ?? ''
}

function counts(list: string): ReadonlyMap<string, number> {
  return new Map(
    [...list.matchAll(/([^,]+) (\d+)(?:, |$)/g)].map(([, name = '', number]) => [name.trim(), Number(number)]),
  )
}
