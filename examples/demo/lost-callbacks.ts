import { setTimeout as sleep } from 'node:timers/promises'
import { memoryTasks, providerClient, recordPoller, type TaskToWatch } from 'suno-callbacks/polling'
import { simulatedProvider, type ListeningProvider } from 'suno-callbacks/testing'
import { print } from './print.js'
import type { Story } from './story.js'

/** A provider on this machine whose callbacks all fail: every song arrives, because its record is asked for. */
export async function lostCallbacks(story: Story): Promise<void> {
  story.chapter(
    'Callbacks that never arrive',
    'A provider with an API, on this machine. Where its callbacks go, nobody listens; so the records of the tasks are asked for.',
  )
  const apiKey = 'any-key'
  const provider = await simulatedProvider({ providers: ['sunoapi'], speed: 100_000 }).listen(0, { apiKey })
  const client = providerClient({ provider: 'sunoapi', apiKey, baseUrl: provider.url })
  const poller = recordPoller(story.suno, { provider: client, tasks: memoryTasks(), requestsPerSecond: 100 })
  try {
    const tasks: TaskToWatch[] = []
    for (const orderId of ORDERS) {
      const metadata = { orderId }
      const callBackUrl = story.suno.callbackUrl('music', { url: NOBODY, metadata })
      const song = { title: `Song ${orderId}`, prompt: 'A calm folk song' }
      tasks.push({ ...(await client.submit('/api/v1/generate', song, { callBackUrl })), metadata })
    }
    const attempts = await givenUp(provider)
    print(`  ${String(ORDERS.length)} songs were submitted. ${String(attempts)} attempts at their callbacks failed.`)

    await story.observe(
      () => poller.sweep(tasks),
      ORDERS.map(() => 'music:complete'),
    )
    const orders = story.events.filter(({ source }) => source === 'record').map(({ metadata }) => metadata.orderId)
    story.check(orders.toSorted().join() === ORDERS.join(), 'every song arrived, each with its order')
  } finally {
    await poller.stop()
    await provider.close()
  }
}

const ORDERS = ['1', '2', '3', '4', '5']

/** The port that discards what it gets, where anything listens there at all. */
const NOBODY = 'http://127.0.0.1:9/suno/music'

/** Waits until the provider has given up on every callback. Answers how often it has tried. */
async function givenUp(provider: ListeningProvider): Promise<number> {
  const isOver = () =>
    provider.tasks.every(
      ({ completedAt, callbacks }) => completedAt !== null && callbacks.every(({ state }) => state === 'abandoned'),
    )
  while (!isOver()) await sleep(5)
  return provider.tasks.flatMap(({ callbacks }) => callbacks.flatMap(({ attempts }) => attempts)).length
}
