import { execFile } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { compileHarness } from '../../support/compile-harness.js'

describe('npm run bench', () => {
  beforeAll(() => {
    compileHarness('bench')
  }, 60_000)

  test('measures servers over HTTP, each with the events that its requests carry', { timeout: 60_000 }, async () => {
    const { code, output } = await bench('--parts', 'http', '--only', '^bare|signed|forged|webhooks')
    expect(output).toMatch(/^\| bare node:http.* \| 1\.00 /m)
    const titles = [
      ...['`requestListener`, signed URLs', 'by hand on node:http, signed URLs', '`requestListener`, forged'],
      ...['@octokit/webhooks, signed bodies', '@octokit/webhooks, parsing and a `Map` by hand'],
    ]
    for (const title of titles) expect(output).toContain(`\n| ${title}`)
    const targets = [
      ...['CPU, forged / honest', 'requestListener / by hand on node:http, signed'],
      ...['requestListener, signed / @octokit/webhooks with a Map'],
    ]
    for (const what of targets) expect(output).toMatch(new RegExp(`^\\| ${what} .* (met|missed) +\\|$`, 'm'))
    expect(code).toBe(0)
  })

  test(
    'measures the receivers that are written by hand, each with the events that its requests carry',
    { timeout: 120_000 },
    async () => {
      const { code, output } = await bench('--parts', 'http', '--only', 'by hand')
      for (const name of ['unsigned', 'signed URLs', 'SQLite', 'Redis', 'Postgres']) {
        expect(output).toContain(`\n| by hand on node:http, ${name}`)
      }
      for (const name of ['Express', 'Koa', 'Fastify', 'Hono']) expect(output).toContain(`\n| by hand on ${name}`)
      expect(code).toBe(0)
    },
  )

  test('measures under other releases of Node.js, a report for each', { timeout: 120_000 }, async () => {
    const { code, output } = await bench('--parts', 'http', '--only', '^bare', '--node', '26')
    expect(output).toMatch(/^Measured on .* Node v26\./m)
    expect(output).toContain('\n| bare node:http')
    expect(code).toBe(0)
  })

  test('measures deliveries and stores without a server', { timeout: 60_000 }, async () => {
    const only = 'signed|handle|steps|of the body|memory$|^1 l'
    const { code, output } = await bench('--parts', 'core,stores,growth', '--only', only)
    expect(output).toMatch(/^\| receive\(\) of a duplicate \/ of a fresh event, signed .* (met|missed) +\|$/m)
    for (const title of ['`handle()` of the record', 'the whole', 'memory', '1 listener']) {
      expect(output).toContain(`\n| ${title} `)
    }
    expect(code).toBe(0)
  })

  test('measures what a body in tiny chunks holds, and what archiving costs', { timeout: 60_000 }, async () => {
    const { code, output } = await bench('--parts', 'core', '--only', 'memory of a body|the archive')
    const titles = [
      ...['chunks of 1 byte', 'chunks of 16 KiB'],
      ...['`fetch`, piped into `createWriteStream`', '`archiver` into a `directory`'],
    ]
    for (const title of titles) expect(output).toContain(`\n| ${title} `)
    expect(output).toMatch(/^\| peak memory of a 1 MiB body in 1-byte chunks \/ in 16 KiB chunks .* (met|missed) +\|$/m)
    expect(code).toBe(0)
  })

  test('measures what 100,000 watched tasks cost while none is due', { timeout: 60_000 }, async () => {
    const { code, output } = await bench('--parts', 'tasks', '--only', 'watched')
    expect(output).toMatch(/^\| 100,000 watched tasks, none due: CPU of a minute \| [\d.]+ +\|$/m)
    expect(output).toMatch(
      /^\| 100,000 watched tasks, none due: CPU of a minute \| at most 50 ms .* (met|missed) +\|$/m,
    )
    expect(code).toBe(0)
  })

  test('measures what a take costs among 1,000 and among 100,000 tasks that wait', { timeout: 60_000 }, async () => {
    const { code, output } = await bench('--parts', 'tasks', '--only', 'memory')
    for (const open of ['1,000', '100,000']) expect(output).toMatch(new RegExp(`^\\| .memoryTasks. +\\| ${open} `, 'm'))
    expect(code).toBe(0)
  })

  test('refuses what it does not know', async () => {
    const { code, output } = await bench('--parts', 'paper')
    expect(output).toContain('npm run bench -- [--parts')
    expect(code).toBe(1)
  })
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
