import type { Cores } from './cores.js'
import type { StoreOrder } from './open-store.js'
import { measure } from './program.js'
import { median, toFigure, type Effort, type Report, type Target } from './report.js'
import type { StoreServers } from './store-servers.js'
import type { StoreSteps, StoreStepsOrder } from './store-steps.js'

/** What the stores take for their steps, beside the bare command of the same client. */
export async function measureStores(effort: Effort, cores: Cores | null, servers: StoreServers): Promise<Report> {
  const chosen = STORES.filter(({ title, kind }) => effort.isWanted(title) && servers.has(kind))
  const measured = new Map<StoreOrder['kind'], StoreSteps[]>(chosen.map(({ kind }) => [kind, []]))
  for (let round = 0; round < effort.rounds; round++) {
    for (const { title, kind } of chosen) {
      const store = await servers.order(kind)
      const order: StoreStepsOrder = { store, inFlight: 50, seconds: effort.seconds / 4 }
      const steps = await measure<StoreSteps>('store-steps', order, cores)
      console.log(`  ${title}: ${toFigure(steps.claim)} claims/s`)
      measured.get(kind)?.push(steps)
    }
  }
  const medians = new Map([...measured].map(([kind, rounds]) => [kind, toMedian(rounds)]))
  const rows = chosen.map(({ title, kind, raw }) => toRow(title, raw, medians.get(kind)))
  const notes = [
    'Calls per second, 50 in flight, new keys; "duplicate" is the claim of a key that is done. Servers on another core, as they ' +
      'come: Redis keeps nothing on the disk, Postgres and SQLite wait for it.',
  ]
  const head = ['store', 'bare command', 'bare/s', 'claim/s', 'complete/s', 'duplicate/s', 'claim of bare']
  return { tables: [{ title: 'Stores', notes, head, rows }], targets: toTargets(medians) }
}

const STORES: readonly { readonly title: string; readonly kind: StoreOrder['kind']; readonly raw: string }[] = [
  { title: 'memory', kind: 'memory', raw: '' },
  { title: 'Redis, node-redis', kind: 'redis', raw: '`SET NX PX`' },
  { title: 'Redis, ioredis', kind: 'ioredis', raw: '`SET NX PX`' },
  { title: 'Postgres, pool of 10', kind: 'postgres', raw: '`INSERT … ON CONFLICT DO NOTHING`' },
  { title: 'SQLite', kind: 'sqlite', raw: 'a synced `INSERT`' },
]

function toMedian(rounds: readonly StoreSteps[]): StoreSteps {
  const of = (step: keyof StoreSteps) => median(rounds.map((round) => round[step] ?? NaN))
  const raw = of('raw')
  return {
    raw: Number.isNaN(raw) ? null : raw,
    claim: of('claim'),
    complete: of('complete'),
    duplicate: of('duplicate'),
  }
}

function toRow(title: string, command: string, steps: StoreSteps | undefined): readonly string[] {
  if (steps === undefined) return [title]
  const { raw, claim, complete, duplicate } = steps
  const rates = [claim, complete, duplicate].map(toFigure)
  return [title, command, raw === null ? '' : toFigure(raw), ...rates, raw === null ? '' : (claim / raw).toFixed(2)]
}

function toTargets(medians: ReadonlyMap<StoreOrder['kind'], StoreSteps>): readonly Target[] {
  const target = (
    what: string,
    kind: StoreOrder['kind'],
    limit: number,
    ratio: (steps: StoreSteps, raw: number) => number,
  ): readonly Target[] => {
    const steps = medians.get(kind)
    if (steps?.raw === null || steps === undefined) return []
    return [{ what, value: ratio(steps, steps.raw), want: 'at least', limit }]
  }
  const ofRaw = ({ claim }: StoreSteps, raw: number) => claim / raw
  return [
    ...target('Redis claims / SET NX PX, node-redis', 'redis', 0.8, ofRaw),
    ...target('Redis claims / SET NX PX, ioredis', 'ioredis', 0.8, ofRaw),
    ...target('Postgres claims / bare INSERT', 'postgres', 3, ofRaw),
    // The time of two synced statements over that of a claim and a complete.
    ...target(
      'SQLite claim and complete / a synced statement for each',
      'sqlite',
      10,
      ({ claim, complete }, raw) => 2 / raw / (1 / claim + 1 / complete),
    ),
  ]
}
