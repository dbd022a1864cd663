// Runs the listeners of what the receivers have stored. What fails is tried again by BullMQ, with growing pauses.
import { once } from 'node:events'
import { Worker } from 'bullmq'
import { SunoCallbacks } from 'suno-callbacks'
import { bullmqProcessor, bullmqWorkerOptions } from 'suno-callbacks/bullmq'
import { subscribe } from './listeners.mjs'

async function main() {
  const { REDIS_URL = 'redis://127.0.0.1:6379', LOCK_MS = '30000', STALLED_MS = '30000' } = process.env
  // Nothing is verified here: only what a receiver has verified is in the queue.
  const suno = new SunoCallbacks({ verify: false })
  subscribe(suno) // before the worker takes its first job

  const options = bullmqWorkerOptions({
    connection: { url: REDIS_URL },
    concurrency: 4,
    // The jobs of a killed worker are noticed once their lock has ended (lockDuration), at the next look (stalledInterval).
    lockDuration: Number(LOCK_MS),
    stalledInterval: Number(STALLED_MS),
  })
  const worker = new Worker('suno', bullmqProcessor(suno), options)
  worker.on('error', (error) => console.error('Redis:', error.message))
  worker.on('failed', (job, error) => {
    const isLast = job === undefined || job.finishedOn !== undefined
    console.error(`${job?.data.key} failed ${isLast ? 'for good' : 'and is tried again'}: ${error.message}`)
  })

  const stopped = once(process, 'SIGTERM')
  await worker.waitUntilReady()
  console.log('working')

  await stopped
  await worker.close() // takes no new job, and waits for those under way
  console.log('closed')
}

main().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
