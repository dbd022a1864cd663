import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { measureCore } from './core.js'
import { divideCores, type Cores } from './cores.js'
import { measureGrowth } from './growth.js'
import { measureHttp } from './http.js'
import { describeMachine } from './machine.js'
import { toMarkdown, toTargetTable, type Effort, type Report } from './report.js'
import { StoreServers } from './store-servers.js'
import { runUnder } from './releases.js'
import { measureStores } from './stores.js'
import { measureTasks } from './tasks.js'

type Part = (effort: Effort, cores: Cores | null, servers: StoreServers) => Promise<Report>

const PARTS: Readonly<Record<string, Part>> = {
  http: measureHttp,
  core: measureCore,
  stores: measureStores,
  growth: measureGrowth,
  tasks: measureTasks,
}

const USAGE = `npm run bench -- [--parts ${Object.keys(PARTS).join(',')}] [--rounds N] [--seconds S] [--only REGEXP]
                 [--node 20,22,24,26]

Measures the library beside what it is made of and what else there is: N rounds (5), interleaved, of S seconds (2) each, every one
in processes of its own; over HTTP in slices of half a second, of servers that live through all of them. --only: rows and tables whose title it matches. --node: all of it under each of these releases of Node.js,
whose binaries come by npm. A run of every row writes test/harness/bench/results.md.
Exits with 1 when a request failed or an event was missed; never for a target that was missed.`

interface Options extends Effort {
  readonly parts: readonly Part[]
  readonly isWhole: boolean
  /** Majors of Node.js; none: this one. */
  readonly releases: readonly string[]
  /** The same without releases, and no run of every row, so that it writes nothing. */
  readonly args: readonly string[]
}

async function main(): Promise<void> {
  const { parts, isWhole, releases, args, ...effort } = readArguments()
  if (releases.length > 0) {
    const reports: string[] = []
    for await (const report of runUnder(releases, args)) {
      reports.push(report)
      // At once: whoever ends a run that takes an hour keeps what it has measured.
      if (isWhole) write(reports)
    }
    return
  }
  const cores = divideCores()
  if (cores === null) console.warn('Not pinned: there is one core, or no taskset. The figures say less.')
  const servers = new StoreServers()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => void servers.stop().finally(() => process.exit(1)))
  }
  const reports: Report[] = []
  try {
    for (const part of parts) reports.push(await part(effort, cores, servers))
  } finally {
    await servers.stop()
  }
  const tables = reports.flatMap((report) => report.tables).filter(({ rows }) => rows.length > 0)
  const targets = toTargetTable(reports.flatMap((report) => report.targets))
  const text = [describeMachine(effort, cores), ...tables.map(toMarkdown), toMarkdown(targets)].join('\n\n')
  console.log(`\n${text}`)
  if (isWhole) write([text])
}

function write(reports: readonly string[]): void {
  writeFileSync(RESULTS, `# Measurements\n\n${reports.map((report) => report.trim()).join('\n\n')}\n`)
}

const RESULTS = new URL('test/harness/bench/results.md', import.meta.resolve('suno-callbacks/package.json'))

function readArguments(): Options {
  const { values } = parseArgs({
    options: {
      parts: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string' },
      node: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  const names = values.parts?.split(',') ?? Object.keys(PARTS)
  const parts = names.flatMap((name) => PARTS[name] ?? [])
  const [rounds, seconds] = [Number(values.rounds ?? 5), Number(values.seconds ?? 2)]
  const releases = values.node?.split(',') ?? []
  const isRight =
    releases.every((release) => /^\d+$/.test(release)) &&
    parts.length === names.length &&
    Number.isSafeInteger(rounds) &&
    rounds > 0 &&
    seconds > 0
  if (!isRight) throw new Error(USAGE)
  const isWhole = values.parts === undefined && values.only === undefined
  const pattern = new RegExp(values.only ?? '', 'i')
  const isWanted = (title: string) => pattern.test(title.replaceAll('`', ''))
  const args = ['--parts', names.join(','), '--rounds', String(rounds), '--seconds', String(seconds)]
  args.push(`--only=${values.only ?? ''}`)
  return { parts, rounds, seconds, isWanted, isWhole, releases, args }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error)
    process.exit(1)
  },
)
