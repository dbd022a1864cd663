// Answers a callback with 200 once BullMQ has stored it. Start as many of these as you like, and workers beside them:
//
//     provider ──► receiver ──► Redis ──► worker ──► listeners.mjs
//
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Queue } from 'bullmq'
import { SunoCallbacks } from 'suno-callbacks'
import { bullmqHandoff, bullmqQueueOptions } from 'suno-callbacks/bullmq'
import { requestListener } from 'suno-callbacks/node'

async function main() {
  const { PORT = '3000', REDIS_URL = 'redis://127.0.0.1:6379' } = process.env
  const queue = new Queue('suno', bullmqQueueOptions({ connection: { url: REDIS_URL } }))
  queue.on('error', (error) => console.error('Redis:', error.message))

  // Secret and address come from SUNO_CALLBACK_SECRET and SUNO_CALLBACK_BASE_URL.
  const suno = new SunoCallbacks({ handoff: bullmqHandoff(queue) })
  suno.callbackUrl('music') // throws now, not at the first song, when the address is missing

  const server = createServer(requestListener(suno, { path: '/suno' })).listen(Number(PORT))
  const stopped = once(process, 'SIGTERM')
  await once(server, 'listening')
  console.log(`listening on http://127.0.0.1:${server.address().port}`)

  await stopped
  const left = await suno.close() // new callbacks get 503 and come again; those under way are waited for
  server.close()
  console.log(`closed, ${left} events left unfinished`)
  queue.disconnect() // close() would wait for a Redis that is away
}

main().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
