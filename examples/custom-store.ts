import { once } from 'node:events'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import express from 'express'
import { SunoCallbacks } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'
import { fileStore } from './file-store.js'

/**
 * A store of one's own: keys are kept in a directory, so several processes of one machine share them, and a restart forgets
 * nothing. The app keeps a ledger of finished songs, with one line for each, whichever process wrote it.
 */
async function main(): Promise<void> {
  const { PORT = '3000', DATA_DIRECTORY = 'data' } = process.env
  const ledger = join(DATA_DIRECTORY, 'songs.jsonl')
  await mkdir(DATA_DIRECTORY, { recursive: true })

  const store = await fileStore(join(DATA_DIRECTORY, 'keys'))
  const sweep = () => store.sweep().catch((error: unknown) => console.error('The keys could not be swept.', error))
  setInterval(() => void sweep(), 60 * 60 * 1000).unref()

  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL: the same for every process.
  const suno = new SunoCallbacks({ store })
  suno.callbackUrl('music') // throws now, not at the first song, when the address is missing

  suno.on('music:complete', async ({ key, taskId, tracks, metadata }) => {
    const titles = tracks.map((track) => track.title ?? 'untitled')
    // When the disk is full this throws: the answer is 500, and the provider's retry writes the line.
    await appendFile(ledger, `${JSON.stringify({ key, orderId: metadata.orderId, titles })}\n`)
    console.log(`song of task ${taskId} is in the ledger`)
  })

  const app = express()
  app.use('/suno', expressMiddleware(suno))

  // What to POST to https://api.sunoapi.org/api/v1/generate, with your API key.
  app.get('/songs/new', (request, response) => {
    const orderId = typeof request.query.orderId === 'string' ? request.query.orderId : crypto.randomUUID()
    const callBackUrl = suno.callbackUrl('music', { metadata: { orderId } })
    response.json({ prompt: 'A calm folk song', customMode: false, instrumental: false, model: 'V4_5', callBackUrl })
  })
  app.get('/songs', async (_request, response) => {
    const lines = await readFile(ledger, 'utf8').catch(() => '')
    response.json(lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as unknown])))
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
