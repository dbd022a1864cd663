import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import express from 'express'
import Database from 'libsql'
import { SunoCallbacks } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'
import { sqliteStore } from 'suno-callbacks/sqlite'

/**
 * Keys in a SQLite file: a restart forgets nothing, and all processes of this machine share them. The app keeps its songs in a
 * database of its own, through a handle of its own.
 */
async function main(): Promise<void> {
  const { PORT = '3000', DATA_DIRECTORY = 'data' } = process.env
  mkdirSync(DATA_DIRECTORY, { recursive: true })
  const songs = openSongs(join(DATA_DIRECTORY, 'songs.db'))

  const database = new Database(join(DATA_DIRECTORY, 'callbacks.db'))
  const store = sqliteStore(database)
  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL: the same for every process.
  const suno = new SunoCallbacks({ store })
  suno.callbackUrl('music') // throws now, not at the first song, when the address is missing

  suno.on('music:complete', ({ taskId, tracks, metadata }) => {
    // A listener can run twice, when a process dies between this line and the store's; the row stays one.
    songs.add(taskId, metadata.orderId ?? null, tracks[0]?.audioUrl ?? null)
    console.log(`song of task ${taskId} is stored`)
  })

  const app = express()
  app.use('/suno', expressMiddleware(suno))

  // What to POST to https://api.sunoapi.org/api/v1/generate, with your API key.
  app.get('/songs/new', (request, response) => {
    const orderId = typeof request.query.orderId === 'string' ? request.query.orderId : crypto.randomUUID()
    const callBackUrl = suno.callbackUrl('music', { metadata: { orderId } })
    response.json({ prompt: 'A calm folk song', customMode: false, instrumental: false, model: 'V4_5', callBackUrl })
  })
  app.get('/songs', (_request, response) => {
    response.json(songs.all())
  })

  const server = app.listen(Number(PORT))
  const stopped = once(process, 'SIGTERM')
  await once(server, 'listening')
  console.log(`listening on http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)

  await stopped
  const left = await suno.close() // new callbacks get 503 and come again; those under way are waited for
  server.close()
  await store.close() // before its database: what is still to be written is written
  database.close()
  songs.close()
  console.log(`closed, ${String(left)} events left unfinished`)
}

function openSongs(file: string) {
  const database = new Database(file, { timeout: 5_000 })
  database.exec('CREATE TABLE IF NOT EXISTS songs (task_id TEXT PRIMARY KEY, order_id TEXT, audio_url TEXT)')
  const insert = database.prepare('INSERT INTO songs VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
  const select = database.prepare('SELECT task_id, order_id, audio_url FROM songs')
  return {
    add: (taskId: string, orderId: string | null, audioUrl: string | null) => insert.run(taskId, orderId, audioUrl),
    all: () => select.all(),
    close: () => database.close(),
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
