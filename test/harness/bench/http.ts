import type { Cores } from './cores.js'
import type { Sender } from './load.js'
import type { StoreOrder } from './open-store.js'
import { median, toFigure, type Effort, type Report, type Target } from './report.js'
import { playRound, type Round } from './round.js'
import type { ServerName } from './servers.js'
import type { StoreServers } from './store-servers.js'

/** Each server under the same load, round by round. */
export async function measureHttp(effort: Effort, cores: Cores | null, servers: StoreServers): Promise<Report> {
  const rows = ROWS.filter(({ title, store }) => effort.isWanted(title) && servers.has(store ?? 'memory'))
  const rounds = new Map<Row, Round[]>(rows.map((row) => [row, []]))
  for (let round = 1; round <= effort.rounds; round++) {
    for (const row of rows) {
      const { server, store = 'memory', sender = 'plain', path = '/suno/music' } = row
      const times = { warmUpMs: effort.seconds * 500, measureMs: effort.seconds * 1000 }
      const order = { server, store: await servers.order(store), sender, path, ...times }
      const played = await playRound(order, cores).catch((cause: unknown) => {
        throw new Error(`${row.title}: ${String(cause)}`, { cause })
      })
      const others = played.others < 0.05 ? '' : `, while others took ${toFigure(played.others * 100)} % of the core`
      console.log(`  ${String(round)}  ${row.title}: ${toFigure(played.perSecond)} requests/s${others}`)
      rounds.get(row)?.push(played)
    }
  }
  return toReport(new Map(rows.map((row) => [row.id, toResult(row, rounds.get(row) ?? [])])))
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
  readonly lowest: number
  readonly highest: number
}

function toResult({ title }: Row, rounds: readonly Round[]): Result {
  const of = (figure: keyof Round) => median(rounds.map((round) => round[figure]))
  const perSecond = rounds.map((round) => round.perSecond)
  return {
    title,
    perSecond: of('perSecond'),
    lowest: Math.min(...perSecond),
    highest: Math.max(...perSecond),
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
    `${toFigure(result.lowest)} to ${toFigure(result.highest)}`,
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
  const head = ['server', 'requests/s', 'lowest to highest', 'of bare', 'CPU µs/request', 'p50 ms', 'p99 ms', 'MB']
  const notes = [
    'Medians of the rounds; "of bare" is the ratio of the medians. CPU is that of the server process.',
    '"By hand" is the same work without a library: [fairness.md](hand-written/fairness.md) says what each does and does not.',
    'MB is the resident memory at the end, with every key of the run remembered where a store is in the process.',
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
