import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { createClient } from 'redis'
import { SunoCallbacks } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'
import { redisStore } from 'suno-callbacks/redis'

/**
 * Any number of instances behind a load balancer: they share one Redis, so that a callback which one has handled is absorbed by
 * all. The songs are kept there too, hence every instance can show every order.
 */
async function main(): Promise<void> {
  const { PORT = '3000', REDIS_URL = '' } = process.env
  if (REDIS_URL === '') throw new Error('Set REDIS_URL, for example to redis://127.0.0.1:6379.')

  // Without an offline queue: while Redis is away callbacks are answered 503 at once, and come again. Nothing acts later.
  const client = createClient({ url: REDIS_URL, disableOfflineQueue: true })
  client.on('error', (error: Error) => console.error(`Redis: ${error.message}`))
  const store = redisStore(client, { prefix: 'song-shop:callbacks:' })

  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL: the same for every instance.
  const suno = new SunoCallbacks({ store })
  suno.callbackUrl('music') // throws now, not at the first order, when the address is missing

  suno.on('music:complete', async ({ taskId, tracks, metadata }) => {
    const orderId = metadata.orderId ?? taskId
    const audioUrls = tracks.flatMap((track) => track.audioUrl ?? [])
    // When Redis is away this rejects: the provider's retry writes the song.
    await client.hSet('song-shop:songs', orderId, JSON.stringify({ taskId, audioUrls }))
    console.log(`order ${orderId}: complete`)
  })

  const app = express()
  app.use('/suno', expressMiddleware(suno)) // before express.json(), whose limit is 100 kB

  // What to POST to https://api.sunoapi.org/api/v1/generate, with your API key.
  app.get('/songs/new', (request, response) => {
    const orderId = typeof request.query.orderId === 'string' ? request.query.orderId : crypto.randomUUID()
    const callBackUrl = suno.callbackUrl('music', { metadata: { orderId } })
    response.json({ prompt: 'A calm folk song', customMode: false, instrumental: false, model: 'V4_5', callBackUrl })
  })
  app.get('/songs/:orderId', async (request, response) => {
    const song = await client.hGet('song-shop:songs', request.params.orderId)
    response
      .status(song === null ? 404 : 200)
      .json(song === null ? { error: 'There is no such order.' } : JSON.parse(song))
  })

  await client.connect() // waits, and tries again, while there is no Redis yet
  const server = app.listen(Number(PORT))
  const stopped = once(process, 'SIGTERM')
  await once(server, 'listening')
  console.log(`listening on http://127.0.0.1:${String((server.address() as AddressInfo).port)}`)

  await stopped
  const left = await suno.close() // new callbacks get 503 and come again; those under way are waited for
  await store.close()
  server.close()
  await client.close()
  console.log(`closed, ${String(left)} events left unfinished`)
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
