import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { SunoCallbacks, type MusicCompleteEvent } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'

/** A studio that uses all nine music operations. Their callbacks look alike; the metadata on each URL tell them apart. */
const ENDPOINTS = {
  generate: '/api/v1/generate',
  extend: '/api/v1/generate/extend',
  'upload-cover': '/api/v1/generate/upload-cover',
  'upload-extend': '/api/v1/generate/upload-extend',
  'add-instrumental': '/api/v1/generate/add-instrumental',
  'add-vocals': '/api/v1/generate/add-vocals',
  'replace-section': '/api/v1/generate/replace-section',
  mashup: '/api/v1/generate/mashup',
  sounds: '/api/v1/generate/sounds',
} as const

type Operation = keyof typeof ENDPOINTS

/** What is made of the tracks of each operation. An operation without a line here does not compile. */
const HANDLERS: Readonly<Record<Operation, (songId: string, event: MusicCompleteEvent) => void>> = {
  generate: (songId, { tracks }) => keep(songId, `${String(tracks.length)} versions of a new song`),
  extend: (songId, { tracks }) => keep(songId, `goes on for ${String(tracks[0]?.duration ?? 0)} s`),
  'upload-cover': (songId) => keep(songId, 'an upload in another style'),
  'upload-extend': (songId, { tracks }) => keep(songId, `an upload of ${String(tracks[0]?.duration ?? 0)} s`),
  'add-instrumental': (songId) => keep(songId, 'a voice with a band'),
  'add-vocals': (songId) => keep(songId, 'a band with a voice'),
  'replace-section': (songId) => keep(songId, 'a song with a new section'),
  mashup: (songId) => keep(songId, 'two songs in one'),
  sounds: (songId, { tracks }) => keep(songId, `a sound: ${tracks[0]?.title ?? 'untitled'}`),
}

const songs = new Map<string, readonly string[]>()

function keep(songId: string, line: string): void {
  songs.set(songId, [...(songs.get(songId) ?? []), line])
  console.log(`song ${songId}: ${line}`)
}

function isOperation(name: string | undefined): name is Operation {
  return name !== undefined && Object.hasOwn(ENDPOINTS, name)
}

async function main(): Promise<void> {
  const { PORT = '3000' } = process.env
  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL.
  const suno = new SunoCallbacks()
  suno.callbackUrl('music') // throws now, not at the first song, when the address is missing

  // Signed, so the operation is the one that was written when the URL was made. It may stem from an older version of this app.
  suno.on('music:complete', (event) => {
    const { operation, songId = event.taskId } = event.metadata
    if (isOperation(operation)) HANDLERS[operation](songId, event)
    else console.log(`song ${songId}: made by ${operation ?? 'nobody'}`)
  })
  suno.on('error', ({ taskId, metadata, message, reason }) =>
    keep(metadata.songId ?? taskId, `${metadata.operation ?? 'the task'} failed: ${message ?? reason}`),
  )

  const app = express()
  app.use('/suno', expressMiddleware(suno))

  // Where to POST, and the field to add to what that operation needs.
  app.get('/songs/:songId/:operation', (request, response) => {
    const { songId, operation } = request.params
    if (!isOperation(operation)) return response.status(404).json({ error: 'There is no such operation.' })
    const callBackUrl = suno.callbackUrl('music', { metadata: { operation, songId } })
    return response.json({ endpoint: ENDPOINTS[operation], callBackUrl })
  })
  app.get('/songs/:songId', (request, response) => response.json(songs.get(request.params.songId) ?? []))

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
