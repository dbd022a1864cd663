import type { SunoCallbacks } from 'suno-callbacks'
import {
  providerClient,
  ProviderError,
  recordPoller,
  type ProviderClient,
  type RecordPoller,
  type TaskList,
  type WatchedTask,
} from 'suno-callbacks/polling'
import type { PollingSettings } from './receiver-settings.js'
import { now, type RecordWriter } from './records.js'

/** A poller of a receiver, as it is by default but for its times and limits. */
export function startPolling(
  suno: SunoCallbacks,
  tasks: TaskList,
  writer: RecordWriter,
  settings: PollingSettings,
): RecordPoller {
  const provider = hurriedProvider(settings, writer)
  const list = hurriedTasks(tasks, settings.factor)
  return recordPoller(suno, { provider, tasks: list, concurrency: 8, requestsPerSecond: 20 }).start()
}

/** The list for a poller whose times are divided: its tasks age faster, are due sooner, and are lent for less long. */
export function hurriedTasks(list: TaskList, factor: number): TaskList {
  const aged = <Task extends WatchedTask>(task: Task): Task => ({
    ...task,
    submittedAt: new Date(Date.now() - (Date.now() - task.submittedAt.getTime()) * factor),
  })
  return {
    add: (task, delayMs) => list.add(task, delayMs / factor),
    take: async (limit, leaseMs) => (await list.take(limit, leaseMs / factor)).map(aged),
    postpone: (task, delayMs) => list.postpone(task, delayMs / factor),
    remove: (task) => list.remove(task),
    get: async (task) => {
      const found = (await list.get?.(task)) ?? null
      return found === null ? null : aged(found)
    },
    size: () => list.size(),
  }
}

/** Writes every request down before it is sent, and asks for the shortest pause where the provider wants to be left alone. */
function hurriedProvider({ apiUrl, apiKey, factor }: PollingSettings, writer: RecordWriter): ProviderClient {
  const countingFetch: typeof fetch = (url, init) => {
    const { searchParams } = new URL(url instanceof Request ? url.url : url)
    const taskId = searchParams.get('taskId') ?? searchParams.get('task_id') ?? ''
    writer.write('requests', { pid: process.pid, taskId, at: now() })
    return fetch(url, init)
  }
  const timeoutMs = Math.max(300, 10_000 / factor)
  const client = providerClient({ provider: 'sunoapi', apiKey, baseUrl: apiUrl, timeoutMs, fetch: countingFetch })
  return {
    ...client,
    record: (...args) =>
      client.record(...args).catch((error: unknown) => {
        if (!(error instanceof ProviderError)) throw error
        throw new ProviderError(error.code, error.message, { retryAfterMs: 0 })
      }),
  }
}
