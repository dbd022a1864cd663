import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMissing } from './is-missing.js'
import { runScenario } from './run-scenario.js'
import { PARTS, scenariosOf, STORES, type Part, type Scenario, type Sizes } from './scenario.js'
import { toTable } from './table.js'
import { USUAL_FACTOR } from './times.js'
import { judge } from './verdict.js'

const USAGE = `npm run chaos -- [--store redis|postgres|sqlite|all] [--tasks N] [--seed S] [--factor F] [--gaps G]
                 [--parts ${PARTS.join(',')}]

Sends callbacks of N tasks (10000) to three receiver processes that share a store, kills and cuts what it can meanwhile, and checks
that nothing was lost and nothing doubled without an excuse. All times are divided by F (${String(USUAL_FACTOR)}, at most 30), the gaps between the
provider's attempts by G (1, at most 3) besides. The same seed (1) plays the same schedule. Exits with 1 when something must not be.`

interface Options extends Sizes {
  readonly stores: readonly Scenario['store'][]
  readonly parts: readonly Part[]
}

async function main(): Promise<boolean> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stop.abort(new Error(`Stopped by ${name}.`)))
  }
  const options = readArguments()
  let isGood = true
  for (const scenario of scenariosOf(
    options.stores.filter((store) => !isMissing(store)),
    options.parts,
    options,
  )) {
    const isWell = await play(scenario, stop.signal).catch((error: unknown) => {
      stop.signal.throwIfAborted()
      console.error(error)
      return false
    })
    isGood = isWell && isGood
  }
  return isGood
}

async function play(scenario: Scenario, signal: AbortSignal): Promise<boolean> {
  const { tasks, seed, factor, title } = scenario
  console.log(`\n${title}: ${String(tasks)} tasks, seed ${String(seed)}, times divided by ${String(factor)} …`)
  let toldAt = performance.now()
  const evidence = await runScenario(scenario, {
    signal,
    onProgress: ({ callbacks, delivered, abandoned, attempts }) => {
      if (performance.now() - toldAt < 5_000) return
      toldAt = performance.now()
      const given = abandoned === 0 ? '' : `, ${String(abandoned)} abandoned`
      console.log(`  ${String(delivered)} of ${String(callbacks)} delivered${given}, ${String(attempts)} attempts`)
    },
  })
  const verdict = judge(evidence)
  console.log(toTable(title, verdict))
  if (scenario.note !== undefined) console.log(`  ${scenario.note}`)
  const isGood = verdict.violations.length === 0
  if (isGood) {
    await rm(evidence.directory, { recursive: true, force: true })
  } else {
    await writeFile(join(evidence.directory, 'evidence.json'), JSON.stringify(evidence))
    console.log(`  What was recorded: ${evidence.directory}`)
  }
  return isGood
}

function readArguments(): Options {
  const { values } = parseArgs({
    options: {
      store: { type: 'string', default: 'all' },
      tasks: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      factor: { type: 'string', default: String(USUAL_FACTOR) },
      gaps: { type: 'string', default: '1' },
      parts: { type: 'string', default: PARTS.join(',') },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  const stores = values.store === 'all' ? STORES : STORES.filter((store) => store === values.store)
  const parts = PARTS.filter((part) => values.parts.split(',').includes(part))
  const [tasks, seed] = [Number(values.tasks), Number(values.seed)]
  const [factor, gapFactor] = [Number(values.factor), Number(values.gaps)]
  const isRight =
    stores.length > 0 &&
    parts.length === values.parts.split(',').length &&
    [tasks, seed].every(Number.isSafeInteger) &&
    tasks > 0 &&
    seed >= 0 &&
    factor >= 1 &&
    factor <= 30 &&
    gapFactor >= 1 &&
    // The first retry comes when a lease has lapsed, as in the world.
    gapFactor <= 3
  if (!isRight) throw new Error(USAGE)
  return { stores, parts, tasks, seed, factor, gapFactor }
}

main().then(
  (isGood) => process.exit(isGood ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error)
    process.exit(1)
  },
)
