/** The types fit those of BullMQ. Compiled, never run. */
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { SunoCallbacks, type Handoff, type StoredDelivery } from 'suno-callbacks'
import { bullmqHandoff, bullmqProcessor, bullmqQueueOptions, bullmqWorkerOptions } from 'suno-callbacks/bullmq'

const connection = { host: '127.0.0.1', port: 6379 }
const queue = new Queue('suno', bullmqQueueOptions({ connection, prefix: 'app' }))
const typed = new Queue<StoredDelivery>('suno', bullmqQueueOptions({ connection: { url: 'redis://127.0.0.1' } }))
const client = new Redis({ enableOfflineQueue: false, lazyConnect: true })
export const handoffs: readonly Handoff[] = [
  bullmqHandoff(queue),
  bullmqHandoff(typed, { attempts: 15, backoffMs: 500, retentionMs: 86_400_000, jobIdPrefix: 'a-' }),
  bullmqHandoff(new Queue('suno', { connection: client })),
]

const suno = new SunoCallbacks({ verify: false, handoff: bullmqHandoff(queue) })
export const workers: readonly Worker[] = [
  new Worker('suno', bullmqProcessor(suno), bullmqWorkerOptions({ connection })),
  new Worker<StoredDelivery>('suno', bullmqProcessor(suno), bullmqWorkerOptions({ connection, concurrency: 4 })),
]

// @ts-expect-error: a worker is no queue
bullmqHandoff(workers[0])
