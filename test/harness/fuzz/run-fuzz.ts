import { performance } from 'node:perf_hooks'
import { openApps } from './apps.js'
import { makeCase, type FuzzCase } from './fuzz-case.js'
import { runCase, type CaseResult } from './run-case.js'
import { openSetups } from './setups.js'
import { Tally } from './tally.js'

export interface FuzzOptions {
  readonly seed: number
  /** The first case, and how many: by number, or for so many seconds. */
  readonly from: number
  readonly cases: number
  readonly seconds: number
  /** All over sockets, each body in chunks of one byte. */
  readonly isInChunks: boolean
  readonly onFinding: (fault: string, one: FuzzCase) => void
}

/** A case that takes longer, and again when it is repeated, is a finding. */
const SLOW_MS = 1000

/** How often the heap is measured, from begin to end. */
const HEAP_POINTS = 10

/** How far it may grow after the first of them: what a tenth of the cases has not filled is no cache of a fixed size. */
const HEAP_GROWTH_BYTES = 24 * 2 ** 20

/** Plays cases one after another, so that each finding has its case. */
export async function runFuzz({ seed, from, cases, seconds, isInChunks, onFinding }: FuzzOptions): Promise<Tally> {
  const tally = new Tally()
  const setups = openSetups()
  const apps = await openApps()
  let stray: string[] = []
  const onStray = (error: unknown) =>
    stray.push(`nobody caught ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  process.on('unhandledRejection', onStray)
  process.on('uncaughtException', onStray)

  const play = async (one: FuzzCase): Promise<CaseResult> => {
    const result = await runCase(one, setups[one.setup], apps).catch((error: unknown) => thrown(error))
    // A rejection is told as unhandled only after the microtasks.
    await new Promise((resolve) => setImmediate(resolve))
    const faults = [...result.faults, ...stray]
    stray = []
    return { ...result, faults }
  }

  const startedAt = performance.now()
  const progress = (number: number) =>
    Number.isFinite(cases) ? (number - from + 1) / cases : (performance.now() - startedAt) / 1000 / seconds
  for (let number = from; number < from + cases && performance.now() - startedAt < seconds * 1000; number++) {
    const one = makeCase(seed, number, isInChunks)
    const result = await play(one)
    const isSlow = result.ms > SLOW_MS && (await play(one)).ms > SLOW_MS
    tally.add(one, result)
    const faults = isSlow ? [...result.faults, `it took ${result.ms.toFixed(0)} ms`] : result.faults
    for (const fault of faults) {
      tally.find(number, fault)
      onFinding(fault, one)
    }
    if (progress(number) * HEAP_POINTS >= tally.heap.length + 1) await tally.measureHeap(number - from + 1)
  }
  tally.end((performance.now() - startedAt) / 1000, HEAP_GROWTH_BYTES)

  await apps.close()
  process.off('unhandledRejection', onStray)
  process.off('uncaughtException', onStray)
  return tally
}

function thrown(error: unknown): CaseResult {
  return {
    faults: [`it threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`],
    outcomes: [],
    events: [],
    ms: 0,
  }
}
