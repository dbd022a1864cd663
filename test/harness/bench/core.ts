import { measureArchive } from './archive.js'
import { measureBodyMemory } from './body-memory.js'
import type { Cores } from './cores.js'
import type { DeliveriesOrder, DeliveriesTimed } from './deliveries.js'
import type { HeapMeasured, Pause } from './heap.js'
import { measureImports } from './imports.js'
import { measure } from './program.js'
import { median, toFigure, type Effort, type Report, type Table, type Target } from './report.js'
import { STEPS, type Step } from './step-times.js'
import { measureTarball } from './tarball.js'

/** What the library takes without a server: time, memory, loading. */
export async function measureCore(effort: Effort, cores: Cores | null): Promise<Report> {
  const reports = []
  for (const part of PARTS) reports.push(await part(effort, cores))
  return { tables: reports.flatMap(({ tables }) => tables), targets: reports.flatMap(({ targets }) => targets) }
}

const PARTS = [measureDeliveries, measureSteps, measureHeap, measureBodyMemory, measureArchive, measureLoading]

/** A delivery of one listener and the memory store. */
const DELIVERY: Omit<DeliveriesOrder, 'what' | 'seconds'> = {
  isSigned: false,
  inFlight: 1,
  listeners: 1,
  liveKeys: null,
  bodyBytes: 0,
}

/** The rows that others are compared with. */
const PARSE = '`JSON.parse` of the body'
const SIGNED = '`receive()`, signed'
const DUPLICATE = '`receive()`, signed, a duplicate'

const CASES: Readonly<Record<string, Partial<DeliveriesOrder> & Pick<DeliveriesOrder, 'what'>>> = {
  [PARSE]: { what: 'parse' },
  '`receive()`, unsigned, one after the other': { what: 'fresh' },
  '`receive()`, unsigned, 50 at once': { what: 'fresh', inFlight: 50 },
  '`handle()` of the record': { what: 'record' },
  [SIGNED]: { what: 'fresh', isSigned: true },
  [DUPLICATE]: { what: 'duplicate', isSigned: true },
  '`receive()`, signed, forged': { what: 'forged', isSigned: true },
}

async function measureDeliveries(effort: Effort, cores: Cores | null): Promise<Report> {
  const medians = await timeDeliveries(CASES, effort, cores)
  const [parse, signed, duplicate] = [PARSE, SIGNED, DUPLICATE].map((title) => medians.get(title))
  const rows = [...medians].map(([title, us]) => [
    title,
    toFigure(us),
    parse === undefined ? '' : (us / parse).toFixed(2),
  ])
  const table: Table = {
    title: 'A delivery',
    notes: [
      'Memory store, one listener, the body as bytes; µs of wall time. The record is that of the same task, with the same tracks.',
    ],
    head: ['what', 'µs', 'of `JSON.parse`'],
    rows,
  }
  if (signed === undefined || duplicate === undefined) return { tables: [table], targets: [] }
  const what = 'receive() of a duplicate / of a fresh event, signed'
  return { tables: [table], targets: [{ what, value: duplicate / signed, want: 'at most', limit: 0.8 }] }
}

/** The medians of the cases, in µs, each round in a new process. */
export async function timeDeliveries(
  cases: Readonly<Record<string, Partial<DeliveriesOrder> & Pick<DeliveriesOrder, 'what'>>>,
  { rounds, seconds, isWanted }: Effort,
  cores: Cores | null,
): Promise<ReadonlyMap<string, number>> {
  const chosen = Object.entries(cases).filter(([title]) => isWanted(title))
  const times = new Map<string, number[]>(chosen.map(([title]) => [title, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [title, one] of chosen) {
      const order: DeliveriesOrder = { ...DELIVERY, seconds: seconds / 2, ...one }
      times.get(title)?.push((await measure<DeliveriesTimed>('deliveries', order, cores)).us)
    }
  }
  const medians = new Map([...times].map(([title, us]) => [title, median(us)]))
  for (const [title, us] of medians) console.log(`  ${title}: ${toFigure(us)} µs`)
  return medians
}

const STEP_TITLES: Readonly<Record<Step, string>> = {
  body: 'to the body: address, signed URL',
  verifier: 'to the verifier: body, `JSON.parse`, envelope',
  claim: "to the store's `claim`: kind, event, key",
  listener: "to the listener: the store's `claim`, the run",
  complete: "to the store's `complete`: the listener's end",
  end: "to the outcome: the store's `complete`",
}

async function measureSteps({ rounds, seconds, isWanted }: Effort, cores: Cores | null): Promise<Report> {
  const title = 'The steps of a delivery'
  if (!isWanted(title)) return NOTHING
  const order: DeliveriesOrder = { ...DELIVERY, what: 'steps', seconds: seconds / 2 }
  const unsigned: DeliveriesTimed[] = []
  const signed: DeliveriesTimed[] = []
  for (let round = 0; round < rounds; round++) {
    unsigned.push(await measure('deliveries', order, cores))
    signed.push(await measure('deliveries', { ...order, isSigned: true }, cores))
  }
  const of = (timed: readonly DeliveriesTimed[], step: Step) =>
    toFigure(median(timed.map(({ steps }) => steps?.[step] ?? NaN)))
  const rows = STEPS.map((step) => [STEP_TITLES[step], of(unsigned, step), of(signed, step)])
  const whole = [
    'the whole',
    toFigure(median(unsigned.map(({ us }) => us))),
    toFigure(median(signed.map(({ us }) => us))),
  ]
  const notes = [
    'The mean time from one place that can be seen from outside to the next, one delivery at a time. Each look at the clock costs ' +
      'some 0.05 µs, and the verifier, which answers true at once, a timer: so the whole is more than above.',
  ]
  return {
    tables: [{ title, notes, head: ['the way', 'unsigned, µs', 'signed, µs'], rows: [...rows, whole] }],
    targets: [],
  }
}

async function measureHeap({ rounds, isWanted }: Effort, cores: Cores | null): Promise<Report> {
  const title = 'The memory store with a million keys'
  if (!isWanted(title)) return NOTHING
  const measured: HeapMeasured[] = []
  // On one core the threads of the garbage collector would take turns with what is measured, and their turns count as pauses.
  const all = cores && { ...cores, measured: `${cores.measured},${cores.rest}` }
  for (let round = 0; round < Math.min(rounds, HEAP_ROUNDS); round++) {
    measured.push(await measure('heap', { keys: 1_000_000 }, all, ['--expose-gc']))
  }
  const bytes = median(measured.map(({ bytesPerKey }) => bytesPerKey))
  const longest = (phase: 'inserting' | 'expiring', figure: keyof Pause) =>
    median(measured.map((one) => one[phase][figure]))
  const row = (what: string, phase: 'inserting' | 'expiring') => [
    what,
    ...(['ms', 'gcMs', 'beyondGcMs'] as const).map((figure) => toFigure(longest(phase, figure))),
  ]
  const table: Table = {
    title,
    notes: [
      `Heap for each finished key: ${toFigure(bytes)} bytes. Medians of the longest pauses, in ms, on all cores.`,
    ],
    head: ['while', 'longest pause', "longest of the garbage collector's", 'longest beyond it'],
    rows: [row('a million keys are added', 'inserting'), row('another million is, and the first expire', 'expiring')],
  }
  const beyond = Math.max(longest('inserting', 'beyondGcMs'), longest('expiring', 'beyondGcMs'))
  const targets: readonly Target[] = [
    { what: 'heap for each key', value: bytes, want: 'at most', limit: 110, unit: ' B' },
    { what: 'longest pause beyond GC', value: beyond, want: 'at most', limit: 15, unit: ' ms' },
  ]
  return { tables: [table], targets }
}

const HEAP_ROUNDS = 3

async function measureLoading({ rounds, isWanted }: Effort, cores: Cores | null): Promise<Report> {
  const title = 'Loading'
  if (!isWanted(title)) return NOTHING
  const times = await measureImports(Math.max(rounds, IMPORT_ROUNDS), cores)
  const { size, unpackedSize, entryCount } = await measureTarball()
  const [main = NaN, zod = NaN] = [times.get('suno-callbacks'), times.get('zod')]
  const kilobytes = (bytes: number) => `${toFigure(bytes / 1000)} kB`
  const table: Table = {
    title,
    notes: [
      'In a process that has loaded nothing else.',
      `The package: ${kilobytes(size)}, unpacked ${kilobytes(unpackedSize)} in ${String(entryCount)} files.`,
    ],
    head: ['import', 'ms', 'of zod'],
    rows: [...times].map(([name, ms]) => [`\`${name}\``, toFigure(ms), (ms / zod).toFixed(2)]),
  }
  return {
    tables: [table],
    targets: [{ what: 'import suno-callbacks / zod', value: main / zod, want: 'at most', limit: 1.3 }],
  }
}

const IMPORT_ROUNDS = 11

const NOTHING: Report = { tables: [], targets: [] }
