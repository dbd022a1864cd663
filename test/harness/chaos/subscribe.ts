import type { SunoCallbacks, SunoEvent } from 'suno-callbacks'
import { act, behave, LISTENERS, type Behaviour, type ListenerName, type ListenerSettings } from './listeners.js'
import type { ReceiverSettings } from './receiver-settings.js'
import { now, type RecordWriter } from './records.js'
import type { RecordingStore } from './recording-store.js'

interface Subscribing {
  readonly suno: SunoCallbacks
  readonly store: RecordingStore
  readonly writer: RecordWriter
  readonly settings: ReceiverSettings
}

/** Subscribes the listeners of the test. Answers how to end what they hold. */
export async function subscribe({ suno, store, writer, settings }: Subscribing): Promise<() => Promise<void>> {
  const { seed, marks, mishaps, times, once } = settings
  const listening: ListenerSettings = { seed, directory: marks, times, mishaps }
  const begin = (listener: ListenerName, event: SunoEvent): readonly [Behaviour, string] => {
    // Read before anything is awaited: now the key is held by the attempt that called us.
    const token = store.tokenOf(event.key)
    return [behave(listener, event, token, listening, writer), token]
  }
  if (once) return subscribeOnce(suno, begin, settings)

  for (const listener of LISTENERS) {
    suno.on('*', async (event) => {
      const [behaviour, token] = begin(listener, event)
      const { type, key, taskId } = event
      await act(behaviour, () =>
        writer.write('effects', { type, key, taskId: taskId ?? '', pid: process.pid, listener, token, at: now() }),
      )
    })
  }
  return () => Promise.resolve()
}

/** The effects as rows of a table that would take any of them twice. */
async function subscribeOnce(
  suno: SunoCallbacks,
  begin: (listener: ListenerName, event: SunoEvent) => readonly [Behaviour, string],
  { store, times }: ReceiverSettings,
): Promise<() => Promise<void>> {
  if (store.kind !== 'postgres') throw new Error('exactlyOnce needs Postgres.')
  const [{ default: pg }, { exactlyOnce }] = await Promise.all([import('pg'), import('suno-callbacks/postgres')])
  const pool = new pg.Pool({ connectionString: store.url, max: 40, connectionTimeoutMillis: times.deadlineMs })
  pool.on('error', () => undefined)
  const { lockTimeoutMs, idleTimeoutMs } = times
  const inTransaction = exactlyOnce(pool, { lockTimeoutMs, idleTimeoutMs })
  for (const listener of LISTENERS) {
    suno.on(
      '*',
      inTransaction(listener, async (event: SunoEvent, { tx }) => {
        const [behaviour, token] = begin(listener, event)
        await act(behaviour, () =>
          tx.query(INSERT, [process.pid, listener, event.type, event.taskId, event.key, token, now()]),
        )
      }),
    )
  }
  return () => pool.end()
}

const INSERT = 'INSERT INTO effects (pid, listener, type, task_id, key, token, at) VALUES ($1, $2, $3, $4, $5, $6, $7)'
