import type { Cores } from './cores.js'
import type { Sender } from './load.js'
import type { StoreOrder } from './open-store.js'
import { median, toFigure, type Effort, type Report, type Target } from './report.js'
import { Trial, type Round } from './round.js'
import type { ServerName } from './servers.js'
import type { StoreServers } from './store-servers.js'

/** Each server under the same load, slice by slice: of every round one server after the other, in another order each time. */
export async function measureHttp(effort: Effort, cores: Cores | null, servers: StoreServers): Promise<Report> {
  const rows = ROWS.filter(({ title, store }) => effort.isWanted(title) && servers.has(store ?? 'memory'))
  const started: Started[] = []
  const slices = Math.max(1, Math.round(effort.seconds / SLICE_SECONDS))
  const sliceMs = (effort.seconds * 1000) / slices
  try {
    for (const row of rows) {
      const { server, store = 'memory', sender = 'plain', path = '/suno/music' } = row
      const order = { server, store: await servers.order(store), sender, path }
      const trial = await named(row, Trial.start(order, cores))
      started.push({ row, trial, rounds: [] })
      // So that all of it is compiled.
      await named(row, trial.play({ warmUpMs: 2 * effort.seconds * 1000, measureMs: sliceMs }))
    }
    for (let slice = 0; slice < effort.rounds * slices; slice++) {
      for (const { row, trial, rounds } of inAnyOrder(started)) {
        rounds.push(await named(row, trial.play({ warmUpMs: SETTLING_MS, measureMs: sliceMs })))
      }
    }
  } finally {
    await Promise.all(started.map(({ trial }) => trial.end()))
  }
  const results = new Map(started.map(({ row, rounds }) => [row.id, toResult(row, rounds)]))
  for (const { title, perSecond } of results.values()) console.log(`  ${title}: ${toFigure(perSecond)} requests/s`)
  return toReport(results)
}

interface Started {
  readonly row: Row
  readonly trial: Trial
  readonly rounds: Round[]
}

/** Short, for the speed of a machine may change within seconds. */
const SLICE_SECONDS = 0.5

/**
 * While the others have their turn a server idles, and V8 throws away code and heap that it will need again. In production it does not:
 * until it has them back nothing is measured. (After 15 s it answered a sixth less in its first half second, and those with more code lose
 * more.)
 */
const SETTLING_MS = 700

/** Says whose fault it was. */
function named<T>({ title }: Row, work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    throw new Error(`${title}: ${String(cause)}`, { cause })
  })
}

function inAnyOrder<T>(items: readonly T[]): readonly T[] {
  const drawn = items.map((item) => ({ item, at: Math.random() }))
  return drawn.sort((a, b) => a.at - b.at).map(({ item }) => item)
}

interface Row {
  readonly id: string
  readonly title: string
  readonly server: ServerName
  readonly store?: StoreOrder['kind']
  readonly sender?: Sender
  readonly path?: string
}

/** What is compared stands side by side: ours, the same by hand, and what else there is. */
const ROWS: readonly Row[] = [
  { id: 'bare', title: 'bare node:http: reads the body, `JSON.parse`', server: 'bare' },
  { id: 'node', title: '`requestListener`, unsigned', server: 'node' },
  { id: 'hand-node', title: 'by hand on node:http, unsigned', server: 'hand-node' },
  { id: 'signed', title: '`requestListener`, signed URLs', server: 'node', sender: 'signed' },
  { id: 'hand-signed', title: 'by hand on node:http, signed URLs', server: 'hand-signed', sender: 'hand-signed' },
  { id: 'octokit', title: '@octokit/webhooks, signed bodies', server: 'octokit', sender: 'github', path: '/suno' },
  {
    id: 'hand-octokit',
    title: '@octokit/webhooks, parsing and a `Map` by hand',
    server: 'hand-octokit',
    sender: 'github',
    path: '/suno',
  },
  { id: 'forged', title: '`requestListener`, forged signatures', server: 'node', sender: 'forged' },
  { id: 'redis', title: '`requestListener`, Redis store', server: 'node', store: 'redis' },
  { id: 'hand-redis', title: 'by hand on node:http, Redis', server: 'hand-redis', store: 'redis' },
  { id: 'postgres', title: '`requestListener`, Postgres store', server: 'node', store: 'postgres' },
  { id: 'hand-postgres', title: 'by hand on node:http, Postgres', server: 'hand-postgres', store: 'postgres' },
  { id: 'sqlite', title: '`requestListener`, SQLite store', server: 'node', store: 'sqlite' },
  { id: 'hand-sqlite', title: 'by hand on node:http, SQLite', server: 'hand-sqlite', store: 'sqlite' },
  { id: 'express', title: '`expressMiddleware`', server: 'express' },
  { id: 'hand-express', title: 'by hand on Express', server: 'hand-express' },
  { id: 'sample', title: "the provider's Express sample", server: 'express-sample', path: '/suno-callback' },
  { id: 'behind', title: 'Express behind `requestListener`, callbacks only', server: 'express-behind' },
  { id: 'koa', title: '`koaMiddleware`, plain Koa', server: 'koa' },
  { id: 'router', title: '`koaMiddleware` under @koa/router', server: 'koa-router' },
  { id: 'hand-koa', title: 'by hand on Koa, @koa/router, @koa/bodyparser', server: 'hand-koa' },
  { id: 'parsed', title: 'Koa, @koa/router, @koa/bodyparser', server: 'koa-bodyparser', path: '/suno-callback' },
  { id: 'plugin', title: '`sunoFastify`', server: 'fastify-plugin' },
  { id: 'hand-fastify', title: 'by hand on Fastify', server: 'hand-fastify' },
  { id: 'fastify', title: 'Fastify with a JSON schema', server: 'fastify', path: '/suno-callback' },
  { id: 'fetch', title: '`fetchHandler` in Hono', server: 'fetch' },
  { id: 'hand-hono', title: 'by hand on Hono', server: 'hand-hono' },
  { id: 'hono', title: 'Hono, `await c.req.json()`', server: 'hono-json', path: '/suno-callback' },
]

interface Result extends Round {
  readonly title: string
  /** Below them is a quarter of the slices, and above. */
  readonly lower: number
  readonly upper: number
}

function toResult({ title }: Row, rounds: readonly Round[]): Result {
  const of = (figure: keyof Round) => median(rounds.map((round) => round[figure]))
  const perSecond = rounds.map((round) => round.perSecond).toSorted((a, b) => a - b)
  const quarter = Math.floor(perSecond.length / 4)
  return {
    title,
    perSecond: of('perSecond'),
    lower: perSecond.at(quarter) ?? NaN,
    upper: perSecond.at(-1 - quarter) ?? NaN,
    cpuUs: of('cpuUs'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    rssBytes: of('rssBytes'),
    busy: of('busy'),
    others: of('others'),
  }
}

function toReport(results: ReadonlyMap<string, Result>): Report {
  const bare = results.get('bare')?.perSecond
  const rows = [...results.values()].map((result) => [
    result.title,
    toFigure(result.perSecond),
    `${toFigure(result.lower)} to ${toFigure(result.upper)}`,
    bare === undefined ? '' : (result.perSecond / bare).toFixed(2),
    toFigure(result.cpuUs),
    result.p50Ms.toFixed(2),
    result.p99Ms.toFixed(2),
    String(Math.round(result.rssBytes / 1e6)),
  ])
  const highest = (figure: 'busy' | 'others') => {
    const share = Math.max(...[...results.values()].map((result) => result[figure]))
    return `${String(Math.round(share * 100))} %`
  }
  const head = ['server', 'requests/s', 'middle half', 'of bare', 'CPU µs/request', 'p50 ms', 'p99 ms', 'MB']
  const notes = [
    'Medians of the slices; "of bare" is the ratio of the medians. CPU is that of the server process.',
    '"By hand" is the same work without a library: [fairness.md](hand-written/fairness.md) says what each does and does not.',
    'MB is the resident memory, with every key so far remembered where a store is in the process.',
    'The load generator never sleeps, for to wake it would cost the server; only where Redis and Postgres need its core it does. ' +
      `In any row's median, it had something to do for at most ${highest('busy')} of its time, and other programs took at most ` +
      `${highest('others')} of the server's core.`,
  ]
  return { tables: [{ title: 'Over HTTP', name: 'bench', notes, head, rows }], targets: toTargets(results) }
}

function toTargets(results: ReadonlyMap<string, Result>): readonly Target[] {
  const ratio = (what: string, over: string, under: string, limit: number): readonly Target[] => {
    const [top, bottom] = [results.get(over)?.perSecond, results.get(under)?.perSecond]
    return top === undefined || bottom === undefined ? [] : [{ what, value: top / bottom, want: 'at least', limit }]
  }
  const [forged, honest] = [results.get('forged'), results.get('signed')]
  return [
    ...ratio('requestListener / by hand on node:http, unsigned', 'node', 'hand-node', 1.1),
    ...ratio('requestListener / by hand on node:http, signed', 'signed', 'hand-signed', 1.1),
    ...ratio('requestListener, signed / @octokit/webhooks as it comes', 'signed', 'octokit', 1.05),
    ...ratio('requestListener, signed / @octokit/webhooks with a Map', 'signed', 'hand-octokit', 1.2),
    ...ratio('expressMiddleware / by hand on Express', 'express', 'hand-express', 1.05),
    ...ratio('koaMiddleware under @koa/router / by hand on Koa', 'router', 'hand-koa', 1.05),
    ...ratio('sunoFastify / by hand on Fastify', 'plugin', 'hand-fastify', 1.05),
    ...ratio('fetchHandler / by hand on Hono', 'fetch', 'hand-hono', 1.05),
    ...ratio("expressMiddleware / the provider's Express sample", 'express', 'sample', 1.25),
    ...ratio('Redis store / by hand with Redis', 'redis', 'hand-redis', 1),
    ...ratio('Postgres store / by hand with Postgres', 'postgres', 'hand-postgres', 2),
    ...ratio('SQLite store / by hand with SQLite', 'sqlite', 'hand-sqlite', 3),
    ...(forged === undefined || honest === undefined
      ? []
      : [{ what: 'CPU, forged / honest', value: forged.cpuUs / honest.cpuUs, want: 'at most', limit: 0.8 } as const]),
  ]
}
