import { timeDeliveries } from './core.js'
import type { Cores } from './cores.js'
import { toFigure, type Effort, type Report } from './report.js'

/** What a delivery takes as things grow: it must not depend on the keys, and on listeners and bytes no more than in proportion. */
export async function measureGrowth(effort: Effort, cores: Cores | null): Promise<Report> {
  const medians = await timeDeliveries(CASES, { ...effort, rounds: Math.min(effort.rounds, ROUNDS) }, cores)
  const rows = [...medians].map(([title, us]) => [title, toFigure(us)])
  const notes = [
    '`receive()`, unsigned, memory store, one after the other. Where nothing is said: one listener, the body of the page.',
  ]
  return { tables: [{ title: 'Growth', notes, head: ['with', 'µs'], rows }], targets: [] }
}

const ROUNDS = 3

const CASES = {
  '1,000 live keys': { what: 'fresh', liveKeys: 1000 },
  '10,000 live keys': { what: 'fresh', liveKeys: 10_000 },
  '100,000 live keys': { what: 'fresh', liveKeys: 100_000 },
  '1 listener': { what: 'fresh', listeners: 1 },
  '10 listeners': { what: 'fresh', listeners: 10 },
  '100 listeners': { what: 'fresh', listeners: 100 },
  'a body of 1 kB': { what: 'fresh', bodyBytes: 1000 },
  'a body of 10 kB': { what: 'fresh', bodyBytes: 10_000 },
  'a body of 100 kB': { what: 'fresh', bodyBytes: 100_000 },
  '`JSON.parse` of 1 kB': { what: 'parse', bodyBytes: 1000 },
  '`JSON.parse` of 10 kB': { what: 'parse', bodyBytes: 10_000 },
  '`JSON.parse` of 100 kB': { what: 'parse', bodyBytes: 100_000 },
} as const
