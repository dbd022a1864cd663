import { execFile, execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { median, toMarkdown, toTargetTable, type Target } from './report.js'
import { checkCounts } from './round.js'

describe('npm run bench', () => {
  beforeAll(() => {
    execFileSync('npx', ['tsc', '-p', 'test/harness/bench'], { stdio: 'inherit' })
  }, 60_000)

  test('measures servers over HTTP, each with the events that its requests carry', { timeout: 60_000 }, async () => {
    const { code, output } = await bench('--parts', 'http', '--only', '^bare|signed|forged')
    expect(output).toMatch(/^\| bare node:http.* \| 1\.00 /m)
    for (const title of ['`requestListener`, signed URLs', '@octokit/webhooks', '`requestListener`, forged']) {
      expect(output).toContain(`\n| ${title}`)
    }
    expect(output).toMatch(/^\| CPU, forged \/ honest .* (met|missed) +\|$/m)
    expect(code).toBe(0)
  })

  test('measures deliveries and stores without a server', { timeout: 60_000 }, async () => {
    const { code, output } = await bench(
      '--parts',
      'core,stores,growth',
      '--only',
      'unsigned|steps|of the body|memory$|^1 l',
    )
    expect(output).toMatch(/^\| receive\(\), unsigned, one listener \/ JSON.parse .* (met|missed) +\|$/m)
    for (const title of ['the whole', 'memory', '1 listener']) expect(output).toContain(`\n| ${title} `)
    expect(code).toBe(0)
  })

  test('refuses what it does not know', async () => {
    const { code, output } = await bench('--parts', 'paper')
    expect(output).toContain('npm run bench -- [--parts')
    expect(code).toBe(1)
  })
})

describe('a round has no figures', () => {
  const noted = (answered: number, failed: number, expected: number, events: number) => () =>
    checkCounts({ answered, failed }, expected, events)

  test('when a request failed', () => expect(noted(99, 1, 99, 99)).toThrow('1 requests failed'))
  test('when no request was answered', () => expect(noted(0, 0, 0, 0)).toThrow('No request was answered'))
  test('when an event was missed, came twice, or was forged', () => {
    expect(noted(100, 0, 100, 99)).toThrow('99 events instead of 100')
    expect(noted(100, 0, 100, 101)).toThrow('101 events instead of 100')
    expect(noted(100, 0, 0, 1)).toThrow('1 events instead of 0')
    expect(noted(100, 0, 100, 100)).not.toThrow()
  })
})

test('a target is met at its limit, and missed beyond it', () => {
  const target = (want: Target['want'], value: number): Target => ({ what: 'it', want, value, limit: 2 })
  const { rows } = toTargetTable([
    target('at least', 2),
    target('at least', 1.99),
    target('at most', 2),
    target('at most', 2.01),
  ])
  expect(rows.map((cells) => cells.at(-1))).toEqual(['met', 'missed', 'met', 'missed'])
})

test('tables are aligned, and named for whoever quotes them', () => {
  const table = { title: 'Title', name: 'it', notes: ['one', 'two'], head: ['a', 'long'], rows: [['longer', '1']] }
  expect(toMarkdown(table).split('\n')).toEqual([
    '## Title',
    '',
    '<!-- table: it -->',
    '',
    '| a      | long |',
    '| ------ | ---- |',
    '| longer | 1    |',
    '',
    '- one',
    '- two',
  ])
})

test('the median of an even number of rounds is the mean of the two in the middle', () => {
  expect([median([3]), median([9, 1, 2]), median([4, 1, 2, 9])]).toEqual([3, 2, 3])
})

/** As short as it can be. */
const TINY = ['--rounds', '1', '--seconds', '0.2']

function bench(...options: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      'node',
      ['test/harness/bench/dist/harness/bench/main.js', ...TINY, ...options],
      (_error, stdout, stderr) => {
        resolve({ code: child.exitCode ?? 1, output: stdout + stderr })
      },
    )
  })
}
