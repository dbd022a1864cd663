import { setTimeout as sleep } from 'node:timers/promises'
import type { Proxy } from './proxy.js'
import type { Receiver } from './receivers.js'
import { now } from './records.js'
import type { PlannedFault } from './schedule.js'
import type { StoreServer } from './storage.js'

/** Something bad that was done to a store or to the way to it. */
export interface StoreFault {
  readonly what: Exclude<PlannedFault['does'], 'kill receiver' | 'pause receiver'>
  /** Whose way it was; null: everybody's. */
  readonly receiver: number | null
  readonly from: number
  readonly until: number
}

export interface Targets {
  readonly receivers: readonly Receiver[]
  readonly proxies: readonly Proxy[]
  readonly server: StoreServer | null
  /** Holds the lock of the database for so long. */
  readonly lock: (ms: number) => Promise<void>
}

/** Does what was planned, when it was planned. Rejects when a server does not start again. */
export async function injectFaults(
  plan: readonly PlannedFault[],
  { receivers, proxies, server, lock }: Targets,
  signal: AbortSignal,
): Promise<readonly StoreFault[]> {
  const done: StoreFault[] = []
  const underWay = new Set<Promise<void>>()
  let isServerDown = false
  const startedAt = now()

  const during = async (about: Pick<StoreFault, 'what' | 'receiver'>, work: () => unknown) => {
    const from = now()
    await work()
    done.push({ ...about, from, until: now() })
  }
  const inject = async (fault: PlannedFault): Promise<void> => {
    switch (fault.does) {
      case 'kill receiver':
        return receivers[fault.receiver]?.kill()
      case 'pause receiver':
        return receivers[fault.receiver]?.pause(fault.forMs)
      case 'cut connections':
        return during({ what: fault.does, receiver: fault.receiver }, () => proxies[fault.receiver]?.cut())
      case 'mute store':
        proxies[fault.receiver]?.mute(fault.forMs)
        return during({ what: fault.does, receiver: fault.receiver }, () => sleep(fault.forMs))
      case 'lock database':
        return during({ what: fault.does, receiver: null }, () => lock(fault.forMs))
      case 'kill server': {
        if (server === null || isServerDown) return
        isServerDown = true
        await during({ what: fault.does, receiver: null }, async () => {
          await server.kill()
          await sleep(fault.forMs)
          await server.restart()
        })
        isServerDown = false
      }
    }
  }

  for (const fault of plan) {
    await sleep(Math.max(0, startedAt + fault.atMs - now()), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) break
    const injected = inject(fault)
    underWay.add(injected)
    injected.catch(() => undefined)
  }
  await Promise.all(underWay)
  return done
}
