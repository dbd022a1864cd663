import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TaskList } from 'suno-callbacks/polling'
import { simulatedProvider, type ListeningProvider } from 'suno-callbacks/testing'
import { openStore } from '../open-store.js'
import type { ReceiverSettings, StoreAddress } from '../receiver-settings.js'
import { freePorts, Receiver } from '../receivers.js'
import { startServer } from '../storage.js'
import { scaledTimes } from '../times.js'
import { POLLING_FACTOR, RECEIVERS, RECORD_FAULTS, SILENT, type Scenario } from './scenario.js'

/** All that a run needs, at work. */
export interface SetUp {
  readonly provider: ListeningProvider
  readonly receivers: readonly Receiver[]
  /** The list that the receivers share, by a client of our own that nothing kills. */
  readonly tasks: TaskList
  readonly secret: string
  readonly apiKey: string
  readonly marks: string
}

/** @param cleanups called in reverse order at the end, also when something fails meanwhile */
export async function setUp(
  scenario: Scenario,
  directory: string,
  cleanups: (() => unknown)[],
  onDeath: (error: Error) => void,
): Promise<SetUp> {
  const { seed, factor } = scenario
  const [records, marks] = [join(directory, 'records'), join(directory, 'marks')]
  await Promise.all([mkdir(records), mkdir(marks)])
  const [secret, apiKey] = [randomBytes(32).toString('hex'), randomBytes(16).toString('hex')]
  const times = scaledTimes(factor)

  const { retryGapsMs } = times
  const simulated = simulatedProvider({
    ...{ providers: ['sunoapi'], seed, speed: factor, retryGapsMs, failing: 0.1, skipStages: 0.05 },
    timeoutMs: 15_000 / factor,
  })
  const provider = await simulated.listen(0, { apiKey, silent: SILENT, recordFaults: RECORD_FAULTS })
  cleanups.push(() => provider.close())
  const store = await openAddress(scenario, directory, cleanups)
  const opened = await openStore({ index: 1, store, times: { callTimeoutMs: 10_000 } })
  cleanups.push(() => opened.close())
  const tasks = opened.tasks()
  // The first call makes the table.
  await ready(tasks)

  const polling = { apiUrl: provider.url, apiKey, factor: POLLING_FACTOR }
  const receivers = (await freePorts(RECEIVERS)).map((port, index) => {
    const settings: ReceiverSettings = {
      ...{ index, port, secret, times, seed, records, marks, store, polling },
      ...{ mishaps: true, once: false },
    }
    const receiver = new Receiver(settings, directory, onDeath)
    cleanups.push(() => receiver.destroy())
    return receiver
  })
  await Promise.all(receivers.map((receiver) => receiver.start()))
  return { provider, receivers, tasks, secret, apiKey, marks }
}

async function openAddress({ store }: Scenario, directory: string, cleanups: (() => unknown)[]): Promise<StoreAddress> {
  if (store === 'sqlite') return { kind: 'sqlite', path: join(directory, 'store.sqlite') }
  const server = await startServer(store, true)
  cleanups.push(() => server.stop())
  return { kind: store, url: server.urlVia(server.port) }
}

/** A client may still be connecting. */
async function ready(tasks: TaskList): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await tasks.size()
      return
    } catch (error) {
      if (tries === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
