import { setTimeout as pause } from 'node:timers/promises'
import { SunoCallbacks } from 'suno-callbacks'
import { memoryTasks, providerClient, recordPoller, type TaskList } from 'suno-callbacks/polling'
import { toTaskId } from './callback.js'
import { collectGarbage } from './garbage.js'

export interface IdlePollerOrder {
  readonly tasks: number
  readonly seconds: number
}

/** What a poller takes while none of its tasks is due. */
export interface IdlePoller {
  /** Of the process with all its threads, from the seconds that were measured. */
  readonly cpuMsPerMinute: number
  /** How often the list was asked in these seconds. */
  readonly takes: number
}

/** For what is left of the start, so that the code of a look at the list has run as well. */
const SETTLING_MS = 1_000

const order = JSON.parse(process.argv[2] ?? '') as IdlePollerOrder
let takes = 0
let lent = 0

const tasks = memoryTasks()
const suno = new SunoCallbacks({ verify: false, logger: false })
suno.on('*', () => undefined)
const provider = providerClient({
  provider: 'sunoapi',
  apiKey: 'none',
  fetch: () => Promise.reject(new Error('None.')),
})
const poller = recordPoller(suno, { provider, tasks: counted(tasks) })
for (let index = 0; index < order.tasks; index++) {
  // The first record is asked after minutes: this process is over by then.
  await poller.watch({ kind: 'music', taskId: toTaskId('', index), metadata: { orderId: String(index) } })
}
poller.start()
await pause(SETTLING_MS)
collectGarbage()
await pause(SETTLING_MS)

takes = 0
const [from, cpuFrom] = [performance.now(), process.cpuUsage()]
await pause(order.seconds * 1000)
const { user, system } = process.cpuUsage(cpuFrom)
const minutes = (performance.now() - from) / 60_000
const measured: IdlePoller = { cpuMsPerMinute: (user + system) / 1000 / minutes, takes }
if (lent > 0 || (await tasks.size()) !== order.tasks) throw new Error('A task was due, or was lost.')
process.send?.(measured)

function counted(list: TaskList): TaskList {
  return {
    ...list,
    take: async (limit, leaseMs) => {
      const taken = await list.take(limit, leaseMs)
      takes++
      lent += taken.length
      return taken
    },
  }
}
