import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SunoCallbacks } from 'suno-callbacks'
import { simulatedProvider, type SimulationProgress, type SimulationReport } from 'suno-callbacks/testing'
import { openDatabase, openEffects } from './databases.js'
import { injectFaults, type StoreFault, type Targets } from './faults.js'
import { quieten } from './listeners.js'
import { Proxy } from './proxy.js'
import type { ReceiverSettings, StoreAddress } from './receiver-settings.js'
import { freePorts, Receiver, type Kill, type Pause } from './receivers.js'
import { now, readRecords, type Records } from './records.js'
import type { Scenario } from './scenario.js'
import { RECEIVERS, schedule } from './schedule.js'
import { startServer, type StoreServer } from './storage.js'
import { scaledTimes, type Times } from './times.js'

/** All that is known of a run when it is over. */
export interface Evidence {
  readonly scenario: Scenario
  readonly times: Times
  readonly report: SimulationReport
  /** When the clock of the provider began, in the time of the records. */
  readonly startedAt: number
  readonly records: Records
  readonly kills: readonly Kill[]
  readonly pauses: readonly Pause[]
  readonly storeFaults: readonly StoreFault[]
  /** Of the receivers. */
  readonly ports: readonly number[]
  readonly seconds: number
  /** Where the records and the logs of the receivers are. */
  readonly directory: string
}

export interface RunOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: SimulationProgress) => void
}

/** Plays one scenario with real processes and real servers. All that it starts has ended when it settles. */
export async function runScenario(scenario: Scenario, { signal, onProgress }: RunOptions): Promise<Evidence> {
  const { seed, tasks } = scenario
  const times = scaledTimes(scenario.factor, scenario.gapFactor)
  const begun = now()
  const cleanups: (() => unknown)[] = []
  const stop = new AbortController()
  const interrupt = () => stop.abort(signal.reason)
  signal.addEventListener('abort', interrupt)
  if (signal.aborted) interrupt()
  const spreadMs = spreadMsOf(scenario, times)
  const limitMs = LIMIT_MS + spreadMs + total(times.retryGapsMs) / times.factor
  const limit = setTimeout(() => stop.abort(new Error(`The run took longer than ${String(limitMs)} ms.`)), limitMs)
  const directory = await mkdtemp(join(tmpdir(), 'suno-callbacks-chaos-'))
  let isOver = false
  try {
    const marks = join(directory, 'marks')
    const { receivers, targets, addresses, effects } = await setUp(scenario, times, {
      directory,
      marks,
      cleanups,
      onDeath: (error) => stop.abort(error),
    })

    let startedAt = Infinity
    const provider = simulatedProvider({
      urls: (kind) => addresses.map((address) => address(kind)),
      tasks,
      seed,
      speed: times.factor,
      retryGapsMs: times.retryGapsMs,
      // The deadlines of the receivers are divided too.
      timeoutMs: 15_000 / times.factor,
      spreadMs: spreadMs * times.factor,
      concurrency: 60,
      repeat: 0.2,
      shuffle: 0.2,
      skipStages: 0.05,
      failing: 0.1,
      parallel: scenario.faults ? 0.1 : 0.5,
      cutConnections: scenario.faults ? 0.01 : 0,
      onProgress: (progress) => {
        const { startedAtMs, latencyMs } = progress.attempt
        startedAt = Math.min(startedAt, now() - startedAtMs - latencyMs)
        onProgress(progress)
      },
      signal: stop.signal,
    })
    // Until the first retries of the last callbacks: then things are quiet, and whoever has an attempt left is delivered.
    const faultsMs = scenario.faults ? spreadMs + (times.retryGapsMs[0] ?? 0) / times.factor : 0
    const plan = schedule(seed, faultsMs, targets.server !== null, times)
    const [report, storeFaults] = await Promise.all([
      provider.run(),
      injectFaults(plan, targets, stop.signal).then(
        (done) => {
          quieten(marks)
          return done
        },
        (error: unknown): never => {
          stop.abort(error)
          throw error
        },
      ),
    ])
    stop.signal.throwIfAborted()
    await Promise.all(receivers.map((receiver) => receiver.close()))
    stop.signal.throwIfAborted()

    const written = readRecords(join(directory, 'records'))
    const records = effects === null ? written : { ...written, effects: await effects.read() }
    const kills = receivers.flatMap((receiver) => receiver.kills)
    const pauses = receivers.flatMap((receiver) => receiver.pauses)
    const seconds = (now() - begun) / 1000
    isOver = true
    const ports = receivers.map((receiver) => receiver.settings.port)
    return { scenario, times, report, startedAt, records, kills, pauses, storeFaults, ports, seconds, directory }
  } finally {
    clearTimeout(limit)
    signal.removeEventListener('abort', interrupt)
    for (const clean of cleanups.reverse()) await clean()
    if (signal.aborted) await rm(directory, { recursive: true, force: true })
    else if (!isOver) console.error(`What was recorded until then: ${directory}`)
  }
}

interface SetUp {
  readonly receivers: readonly Receiver[]
  readonly targets: Targets
  /** The signed callback URLs of each receiver. */
  readonly addresses: readonly ((kind: Parameters<SunoCallbacks['callbackUrl']>[0]) => string)[]
  readonly effects: Awaited<ReturnType<typeof openEffects>> | null
}

interface SettingUp {
  readonly directory: string
  readonly marks: string
  /** Called in reverse order at the end, also when something fails meanwhile. */
  readonly cleanups: (() => unknown)[]
  readonly onDeath: (error: Error) => void
}

async function setUp(
  { store, isDurable, once, seed, faults }: Scenario,
  times: Times,
  { directory, marks, cleanups, onDeath }: SettingUp,
): Promise<SetUp> {
  const records = join(directory, 'records')
  await mkdir(records)
  await mkdir(marks)
  const secret = randomBytes(32).toString('hex')
  const ports = await freePorts(RECEIVERS)

  const server = store === 'sqlite' ? null : await startServer(store, isDurable)
  if (server !== null) cleanups.push(() => server.stop())
  const effects = once && server !== null ? await openEffects(server.urlVia(server.port)) : null
  const path = join(directory, 'store.sqlite')
  const database = store === 'sqlite' ? await openDatabase(path) : null
  if (database !== null) cleanups.push(() => database.close())

  const proxies: Proxy[] = []
  const receivers: Receiver[] = []
  for (const [index, port] of ports.entries()) {
    const address: StoreAddress =
      store === 'sqlite' || server === null ? { kind: 'sqlite', path } : await behindProxy(store, server)
    const settings: ReceiverSettings = {
      ...{ index, port, secret, times, seed, records, marks, once },
      store: address,
      mishaps: faults,
    }
    const receiver = new Receiver(settings, directory, onDeath)
    cleanups.push(() => receiver.destroy())
    receivers.push(receiver)
  }
  await Promise.all(receivers.map((receiver) => receiver.start()))

  const suno = new SunoCallbacks({ secret, logger: false })
  return {
    receivers,
    effects,
    targets: { receivers, proxies, server, lock: async (ms) => database?.lock(ms) },
    addresses: ports.map(
      (port) => (kind) => suno.callbackUrl(kind, { url: `http://127.0.0.1:${String(port)}/suno/${kind}` }),
    ),
  }

  async function behindProxy(kind: 'redis' | 'postgres', server: StoreServer): Promise<StoreAddress> {
    const proxy = await Proxy.start(server.port)
    cleanups.push(() => proxy.stop())
    proxies.push(proxy)
    return { kind, url: server.urlVia(proxy.port) }
  }
}

/** Over how long the tasks begin, in ms. */
function spreadMsOf({ tasks, faults, once }: Scenario, { pace }: Times): number {
  if (!faults) return tasks * 5
  // Each listener's transaction has a connection of its own, and a receiver that starts has none: more would wait for those.
  return Math.max(8_000, tasks * (once ? 25 : 12.5)) * pace
}

/** How much longer than its plan a run may take. */
const LIMIT_MS = 90_000

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
