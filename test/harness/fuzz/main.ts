import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { FuzzCase } from './fuzz-case.js'
import type { FuzzOptions } from './run-fuzz.js'

const USAGE = `npm run fuzz -- [--cases N | --seconds S | --case N] [--seed S] [--chunks]

Changes real bodies, headers and signed URLs, as values, as text and as bytes, gives them to receivers, directly and over sockets, and
checks what must hold for anything that a stranger sends. 100,000 cases by default, or as many as go into S seconds. The same seed (1)
means the same cases; --case plays one of them. --chunks sends all of them over sockets, each body in chunks of one byte (the first 8 KiB of it). Each finding is written to a file. Exits with 1 when there is one.`

type Plan = Omit<FuzzOptions, 'onFinding'>

async function main(): Promise<boolean> {
  const plan = readArguments()
  let found = 0
  let folder: string | undefined
  // Not before: what the command does not know it refuses at once.
  const { runFuzz } = await import('./run-fuzz.js')
  const tally = await runFuzz({
    ...plan,
    onFinding: (fault, one) => {
      const { number } = one
      if (++found > MOST_FINDINGS) return
      folder ??= mkdtempSync(join(tmpdir(), 'suno-callbacks-fuzz-'))
      const file = join(folder, `${String(found)}-case-${String(number)}.json`)
      writeFileSync(file, toFile(plan.seed, fault, one))
      console.log(`  FINDING: case ${String(number)}: ${fault}`)
      console.log(
        `    npm run fuzz -- ${plan.isInChunks ? '--chunks ' : ''}--seed ${String(plan.seed)} --case ${String(number)}; all of it is in ${file}`,
      )
    },
  })
  console.log(`\nFuzz, seed ${String(plan.seed)}\n${tally.toString()}`)
  return tally.findings.length === 0
}

/** More are counted, and not told one by one. */
const MOST_FINDINGS = 20

/** All of the case; its bytes as base64. */
function toFile(seed: number, fault: string, one: FuzzCase): string {
  const body = one.body.toString('base64')
  const wire = one.wire?.map((piece) => piece.toString('base64')) ?? null
  return `${JSON.stringify({ seed, fault, ...one, body, wire }, null, 2)}\n`
}

function readArguments(): Plan {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string' },
      seconds: { type: 'string' },
      case: { type: 'string' },
      seed: { type: 'string', default: '1' },
      chunks: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    process.exit(0)
  }
  const [seed, from] = [Number(values.seed), Number(values.case ?? 0)]
  const seconds = values.seconds === undefined ? Infinity : Number(values.seconds)
  const byDefault = values.case !== undefined ? 1 : values.seconds !== undefined ? Infinity : 100_000
  const cases = values.cases === undefined ? byDefault : Number(values.cases)
  const isRight = [seed, from].every((one) => Number.isSafeInteger(one) && one >= 0) && seconds > 0 && cases > 0
  if (!isRight) throw new Error(USAGE)
  return { seed, from, cases, seconds, isInChunks: values.chunks }
}

main().then(
  (isGood) => process.exit(isGood ? 0 : 1),
  (error: unknown) => {
    console.error(error instanceof Error ? (error.stack ?? error.message) : error)
    process.exit(1)
  },
)
