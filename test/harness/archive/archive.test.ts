import { execFile } from 'node:child_process'
import { beforeAll, expect, test } from 'vitest'
import { compileHarness } from '../../support/compile-harness.js'

beforeAll(() => {
  compileHarness('archive')
}, 120_000)

/** Enough for every day. `npm run archive` plays the whole. */
test('no half of a file stands under its name after 20 kills', { timeout: 120_000 }, () => expectGood('--kills', '20'))

test('memory stays flat while a large file comes', { timeout: 120_000 }, () => expectGood('--megabytes', '300'))

test('every byte of many events that are saved twice is fetched once', { timeout: 120_000 }, () =>
  expectGood('--events', '100'),
)

test('the command refuses what it does not know', async () => {
  const { code, output } = await play(['--kills', 'many'])
  expect(output).toContain('npm run archive -- [--kills')
  expect(code).toBe(1)
})

/** One part alone. */
async function expectGood(name: string, size: string): Promise<void> {
  const others = ['--kills', '--megabytes', '--events']
    .filter((other) => other !== name)
    .flatMap((other) => [other, '0'])
  const { code, output } = await play([name, size, ...others])
  expect(code, output).toBe(0)
}

function play(options: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile('node', ['test/harness/archive/dist/main.js', ...options], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? 1, output: stdout + stderr })
    })
  })
}
