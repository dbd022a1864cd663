import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { isMissing } from '../is-missing.js'
import { USUAL_FACTOR } from '../times.js'
import { judge, type Verdict } from './judge.js'
import { run } from './run.js'
import type { Scenario } from './scenario.js'

const USAGE = `npm run chaos:watched -- [--store sqlite|redis|postgres|all] [--tasks N] [--seed S] [--factor F]

Submits N tasks (2000) to a simulated provider that never sends 30 % of its callbacks and whose API fails, hangs and cuts. Three
receivers take the rest and poll one list for the others; they are killed at random. Checks that nothing was lost and nothing doubled
without an excuse, and counts requests. All times are divided by F (${String(USUAL_FACTOR)}, at most 30). Exits with 1 when something must not be.`

const STORES = ['sqlite', 'redis', 'postgres'] as const

async function main(): Promise<boolean> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stop.abort(new Error(`Stopped by ${name}.`)))
  }
  let isGood = true
  for (const scenario of readArguments()) {
    const { store, tasks, seed, factor } = scenario
    console.log(`\n${store}: ${String(tasks)} tasks, seed ${String(seed)}, times divided by ${String(factor)} …`)
    const evidence = await run(scenario, stop.signal)
    const verdict = judge(evidence)
    print(verdict)
    if (verdict.violations.length === 0) await rm(evidence.directory, { recursive: true, force: true })
    else console.log(`  What was recorded: ${evidence.directory}`)
    isGood = isGood && verdict.violations.length === 0
  }
  return isGood
}

function print({ figures, violations }: Verdict): void {
  const width = Math.max(...Object.keys(figures).map((name) => name.length))
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name.padEnd(width)}  ${String(value)}`)
  for (const line of violations.slice(0, 50)) console.log(`  VIOLATION: ${line}`)
}

function readArguments(): readonly Scenario[] {
  const { values } = parseArgs({
    options: {
      store: { type: 'string', default: 'all' },
      tasks: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      factor: { type: 'string', default: String(USUAL_FACTOR) },
    },
  })
  const [tasks, seed, factor] = [Number(values.tasks), Number(values.seed), Number(values.factor)]
  const stores = STORES.filter((store) => values.store === 'all' || values.store === store)
  const isRight = stores.length > 0 && [tasks, seed].every(Number.isSafeInteger) && tasks > 0 && tasks <= 10_000
  if (!isRight || !(factor >= 1 && factor <= 30)) throw new Error(USAGE)
  return stores.filter((store) => !isMissing(store)).map((store) => ({ store, tasks, seed, factor }))
}

main().then(
  (isGood) => process.exit(isGood ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error)
    process.exit(1)
  },
)
