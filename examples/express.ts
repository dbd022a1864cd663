import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import {
  SunoCallbacks,
  type MusicCompleteEvent,
  type MusicFirstEvent,
  type MusicTextEvent,
  type TaskErrorEvent,
} from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'

/** A shop for songs: an order is submitted to the provider, and the callbacks fill it. */
interface Song {
  readonly stage: 'text' | 'first' | 'error' | 'complete'
  readonly audioUrls: readonly string[]
  readonly problem: string | null
}

const songs = new Map<string, Song>()

/** Events of one task can end in any order, so an early stage never overwrites a later one. */
function keep(event: MusicTextEvent | MusicFirstEvent | MusicCompleteEvent | TaskErrorEvent): void {
  const orderId = event.metadata.orderId ?? event.taskId
  const known = songs.get(orderId)
  if (known !== undefined && RANKS[known.stage] >= RANKS[event.stage]) return
  const tracks = event.type === 'error' ? [] : event.tracks
  songs.set(orderId, {
    stage: event.stage,
    audioUrls: tracks.flatMap((track) => track.audioUrl ?? []),
    problem: event.type === 'error' ? event.reason : null,
  })
  console.log(`order ${orderId}: ${event.stage}`)
}

const RANKS = { text: 1, first: 2, error: 3, complete: 4 }

async function main(): Promise<void> {
  const { PORT = '3000' } = process.env
  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL.
  const suno = new SunoCallbacks()
  suno.callbackUrl('music') // throws now, not at the first order, when the address is missing
  suno.on('music:text', keep).on('music:first', keep).on('music:complete', keep).on('error', keep)

  const app = express()
  app.use('/suno', expressMiddleware(suno)) // before express.json(), whose limit is 100 kB
  app.use(express.json())

  // What to POST to https://api.sunoapi.org/api/v1/generate, with your API key.
  app.get('/songs/new', (request, response) => {
    const orderId = typeof request.query.orderId === 'string' ? request.query.orderId : crypto.randomUUID()
    const callBackUrl = suno.callbackUrl('music', { metadata: { orderId } })
    response.json({ prompt: 'A calm folk song', customMode: false, instrumental: false, model: 'V4_5', callBackUrl })
  })
  app.get('/songs/:orderId', (request, response) => {
    const song = songs.get(request.params.orderId)
    response.status(song === undefined ? 404 : 200).json(song ?? { error: 'There is no such order.' })
  })

  const server = app.listen(Number(PORT))
  const stopped = once(process, 'SIGTERM')
  await once(server, 'listening')
  console.log(`listening on http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)

  await stopped
  const left = await suno.close() // new callbacks get 503 and come again; those under way are waited for
  server.close()
  console.log(`closed, ${String(left)} events left unfinished`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
