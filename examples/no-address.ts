import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { type Response } from 'express'
import { SunoCallbacks, type MusicCompleteEvent, type TaskErrorEvent } from 'suno-callbacks'
import { memoryTasks, providerClient, recordPoller } from 'suno-callbacks/polling'

/**
 * An app that no provider can reach, as on a laptop: songs are submitted, and their records are asked for. With SUNO_API_BASE_URL at a
 * provider of your own (`simulatedProvider().listen(4000)`) it needs no real key and no credits either.
 */
interface Song {
  readonly audioUrls: readonly string[]
  readonly problem: string | null
}

const songs = new Map<string, Song>()

function keep(event: MusicCompleteEvent | TaskErrorEvent): void {
  const audioUrls = event.type === 'error' ? [] : event.tracks.flatMap((track) => track.audioUrl ?? [])
  songs.set(event.taskId, { audioUrls, problem: event.type === 'error' ? event.reason : null })
  console.log(`order ${event.metadata.orderId ?? '-'}: ${event.stage}, by ${event.source}`)
}

async function main(): Promise<void> {
  const { PORT = '3000' } = process.env
  // Nothing is received here, so the secret is nobody's; with neither baseUrl nor SUNO_CALLBACK_BASE_URL, tasks name no address of ours.
  const suno = new SunoCallbacks({ secret: randomBytes(32).toString('hex') })
  suno.on('music:complete', keep).on('error', keep)

  // The key is SUNO_API_KEY; the address is SUNO_API_BASE_URL, or that of the provider.
  const provider = providerClient({ provider: 'sunoapi' })
  const poller = recordPoller(suno, { provider, tasks: memoryTasks(), mode: 'primary' })
  poller.on('overdue', ({ taskId }) => console.error(`Nobody knows what became of ${taskId}.`))

  const app = express()
  app.post('/songs', express.json(), async (request, response) => {
    const { prompt = 'A calm folk song', orderId = crypto.randomUUID() } = (request.body ?? {}) as Record<
      string,
      string
    >
    const song = { prompt, customMode: false, instrumental: false, model: 'V4_5' }
    const { taskId } = await poller.submit('/api/v1/generate', song, { metadata: { orderId } })
    response.status(202).json({ taskId, orderId })
  })
  // Answers when the song is there, or that it is not yet.
  app.get('/songs/:taskId', async (request, response) => {
    const { taskId } = request.params
    await poller.waitFor({ kind: 'music', taskId, timeoutMs: 25_000, signal: closing(response) }).catch(() => undefined)
    const song = songs.get(taskId)
    response.status(song === undefined ? 404 : 200).json(song ?? { error: 'There is no such song yet.' })
  })

  const server = app.listen(Number(PORT))
  const stopped = once(process, 'SIGTERM')
  await once(server, 'listening')
  poller.start()
  console.log(`listening on http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)

  await stopped
  await poller.stop() // whoever waits is answered; tasks in memory are forgotten
  const left = await suno.close()
  server.close()
  console.log(`closed, ${String(left)} events left unfinished`)
}

/** Aborts when whoever waits for the answer has gone. */
function closing(response: Response): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
