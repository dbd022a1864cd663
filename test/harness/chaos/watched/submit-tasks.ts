import { setTimeout as sleep } from 'node:timers/promises'
import { SunoCallbacks, type Kind } from 'suno-callbacks'
import { providerClient, recordPoller, type SubmitPath } from 'suno-callbacks/polling'
import { chance } from '../chance.js'
import { now } from '../records.js'
import { hurriedTasks } from '../start-polling.js'
import { POLLING_FACTOR, spreadMsOf, type Scenario } from './scenario.js'
import type { SetUp } from './set-up.js'

/** Songs are what most tasks are. */
const PATHS: readonly SubmitPath[] = [
  ...(['/api/v1/generate', '/api/v1/generate/extend', '/api/v1/generate/mashup'] as const),
  ...(['/api/v1/lyrics', '/api/v1/mp4/generate', '/api/v1/voice/generate', '/api/v1/voice/validate'] as const),
  ...(['/api/v1/wav/generate', '/api/v1/vocal-removal/generate', '/api/v1/midi/generate'] as const),
  ...(['/api/v1/suno/cover/generate', '/api/v1/suno/recovery'] as const),
]

/** Submits all tasks, one after the other over the spread, each with the address of one receiver. Answers their kinds by their ids. */
export async function submitTasks(
  scenario: Scenario,
  { provider, receivers, tasks, secret, apiKey }: SetUp,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Kind>> {
  const client = providerClient({ provider: 'sunoapi', apiKey, baseUrl: provider.url })
  const list = hurriedTasks(tasks, POLLING_FACTOR)
  const pollers = receivers.map(({ settings }) => {
    const baseUrl = `http://127.0.0.1:${String(settings.port)}/suno`
    return recordPoller(new SunoCallbacks({ secret, baseUrl, logger: false }), { provider: client, tasks: list })
  })
  const gapMs = spreadMsOf(scenario) / scenario.tasks
  const startedAt = now()
  const submitted = new Map<string, Kind>()
  for (let index = 0; index < scenario.tasks; index++) {
    await sleep(Math.max(0, startedAt + index * gapMs - now()), undefined, { signal })
    const path = PATHS[Math.floor(chance(scenario.seed, 'path', index) * PATHS.length)] ?? '/api/v1/generate'
    const poller = pollers[Math.floor(chance(scenario.seed, 'receiver', index) * pollers.length)]
    const task = await poller?.submit(path, { prompt: 'p' }, { metadata: { index: String(index) } })
    if (task?.isWatched !== true) throw new Error(`Task ${String(index)} could not be put on the list.`)
    submitted.set(task.taskId, task.kind)
  }
  await Promise.all(pollers.map((poller) => poller.stop()))
  return submitted
}
