import { busyMs, type Cores } from './cores.js'
import type { Generated, GeneratorOrder, RoundTimes } from './generator.js'
import type { Sender } from './load.js'
import type { StoreOrder } from './open-store.js'
import { Program } from './program.js'
import type { ServerOrder, Usage } from './server.js'
import type { ServerName } from './servers.js'

/** A server and its load. */
export interface TrialOrder {
  readonly server: ServerName
  readonly store: StoreOrder
  readonly sender: Sender
  readonly path: string
}

export interface Round {
  readonly perSecond: number
  readonly cpuUs: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly rssBytes: number
  /** How much of its time the generator had something to do, 0 to 1. */
  readonly busy: number
  /** How much of the server's core other programs took, 0 to 1. 0 where nothing is pinned. */
  readonly others: number
}

const CONNECTIONS = 50

/**
 * A server and the generator of its load, in processes of their own that live through all rounds: so what is measured is compiled, and a
 * round can be so short that a machine whose speed changes treats all servers alike.
 */
export class Trial {
  #events = 0

  private constructor(
    private readonly server: Program,
    private readonly generator: Program,
    private readonly isForged: boolean,
    private readonly cores: Cores | null,
  ) {}

  static async start({ server: name, store, sender, path }: TrialOrder, cores: Cores | null): Promise<Trial> {
    const isSigned = sender === 'signed' || sender === 'forged'
    const isForged = sender === 'forged'
    const server = new Program('server', { name, store, isSigned } satisfies ServerOrder, cores?.measured ?? null)
    try {
      const port = await server.next<number>()
      const staysAwake = store.kind === 'memory' || store.kind === 'sqlite'
      const load = { port, sender, path, expects: isForged ? '401' : '200', connections: CONNECTIONS, staysAwake }
      return new Trial(server, new Program('generator', load satisfies GeneratorOrder, null), isForged, cores)
    } catch (error) {
      await server.end()
      throw error
    }
  }

  /** @throws when a request failed or an event was missed: then there is no figure */
  async play(times: RoundTimes): Promise<Round> {
    const { server, generator, cores } = this
    await generator.ask<'warm'>(times)
    const busyBefore = cores === null ? 0 : busyMs(cores)
    const before = await server.ask<Usage>('usage')
    const generated = await generator.next<Generated>()
    const after = await server.ask<Usage>('usage')
    const cpuUs = after.cpuUs - before.cpuUs
    const othersMs = cores === null ? 0 : busyMs(cores) - busyBefore - cpuUs / 1000
    checkCounts(generated, this.isForged ? 0 : generated.answered, after.events - this.#events)
    this.#events = after.events
    return {
      perSecond: generated.requests / generated.seconds,
      cpuUs: cpuUs / generated.requests,
      p50Ms: generated.p50Ms,
      p99Ms: generated.p99Ms,
      rssBytes: after.rssBytes,
      busy: generated.busy,
      others: Math.max(0, othersMs / 1000 / generated.seconds),
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.server.end(), this.generator.end()])
  }
}

/** @throws when the figures would be of something else than answered requests and handled events */
export function checkCounts(
  { answered, failed }: Pick<Generated, 'answered' | 'failed'>,
  expected: number,
  events: number,
): void {
  if (failed > 0) throw new Error(`${String(failed)} requests failed, beside ${String(answered)} that did not.`)
  if (answered === 0) throw new Error('No request was answered.')
  if (events !== expected) throw new Error(`The listener got ${String(events)} events instead of ${String(expected)}.`)
}
