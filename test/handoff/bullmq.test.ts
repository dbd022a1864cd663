/** What is set on jobs, queues and workers, and what is refused. BullMQ itself is used in `test/harness/bullmq`. */
import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { describe, expect, test } from 'vitest'
import {
  bullmqHandoff,
  bullmqProcessor,
  bullmqQueueOptions,
  bullmqWorkerOptions,
  type BullmqHandoffOptions,
  type BullmqJobOptions,
  type BullmqQueue,
} from '../../src/handoff/bullmq.js'
import { SunoCallbacks, type StoredDelivery } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'

const STORED: StoredDelivery = {
  key: 'music:complete:task-1',
  kind: 'music',
  metadata: { orderId: '42' },
  receivedAt: '2026-01-02T03:04:05.006Z',
  source: 'callback',
  raw: sample('music:complete', { taskId: 'task-1' }),
}
const WEEK_S = 7 * 24 * 60 * 60

/** Writes down what it is given. */
function queue(opts: BullmqQueue['opts'] = bullmqQueueOptions({ connection: { host: '127.0.0.1', port: 6379 } })) {
  const jobs: { name: string; data: StoredDelivery; options: BullmqJobOptions }[] = []
  const add = (name: string, data: StoredDelivery, options: BullmqJobOptions) => {
    jobs.push({ name, data, options })
    return Promise.resolve()
  }
  return { add, opts, jobs }
}

function refusal(code: string, message: string): Error {
  return expect.objectContaining({
    name: 'ConfigurationError',
    code,
    message: expect.stringContaining(message) as string,
  }) as Error
}

describe('bullmqHandoff', () => {
  test('gives each job twelve attempts with exponential backoff, keeps it a week, and never removes it when it failed', async () => {
    const { jobs, ...target } = queue()
    await bullmqHandoff(target).accept(STORED)
    expect(jobs).toEqual([
      {
        name: 'callback',
        data: STORED,
        options: {
          jobId: expect.any(String) as string,
          attempts: 12,
          backoff: { type: 'exponential', delay: 1_000 },
          removeOnComplete: { age: WEEK_S },
          removeOnFail: false,
        },
      },
    ])
  })

  test('makes the id of a job of a prefix and a hash of the key, without a colon, the same each time', async () => {
    const { jobs, ...target } = queue()
    const sha256 = createHash('sha256').update('music:complete:task-1', 'utf16le').digest('hex')
    await bullmqHandoff(target).accept(STORED)
    await bullmqHandoff(target).accept({ ...STORED, receivedAt: new Date().toISOString() })
    await bullmqHandoff(target, { jobIdPrefix: 'account-1.' }).accept(STORED)
    await bullmqHandoff(target).accept({ ...STORED, key: 'music:first:task-1' })
    const ids = jobs.map(({ options }) => options.jobId)
    expect(ids.slice(0, 3)).toEqual([`suno-sha256-${sha256}`, `suno-sha256-${sha256}`, `account-1.sha256-${sha256}`])
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9._-]+$/)
  })

  test('takes attempts, backoff and retention of your own; the retention is rounded up to seconds', async () => {
    const { jobs, ...target } = queue()
    const options = { attempts: 10, backoffMs: 250, retentionMs: 22 * 60_000 + 1 }
    await bullmqHandoff(target, options).accept(STORED)
    await bullmqHandoff(target, { attempts: undefined, backoffMs: undefined, retentionMs: undefined }).accept(STORED)
    expect(jobs).toMatchObject([
      { options: { attempts: 10, backoff: { delay: 250 }, removeOnComplete: { age: 22 * 60 + 1 } } },
      { options: { attempts: 12, backoff: { delay: 1_000 }, removeOnComplete: { age: WEEK_S } } },
    ])
  })

  test('waits for the queue, and fails when it fails', async () => {
    const handoff = bullmqHandoff({ ...queue(), add: () => Promise.reject(new Error('no connection')) })
    await expect(handoff.accept(STORED)).rejects.toThrow('no connection')
    let isStored = false
    const add = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      isStored = true
    }
    await bullmqHandoff({ ...queue(), add }).accept(STORED)
    expect(isStored).toBe(true)
  })

  test('keeps calling the queue as a method', async () => {
    class Queue {
      readonly opts = bullmqQueueOptions({ connection: { port: 6379 } })
      readonly #ids: string[] = []
      add(_name: string, _data: StoredDelivery, { jobId }: BullmqJobOptions): Promise<number> {
        return Promise.resolve(this.#ids.push(jobId))
      }
      get length() {
        return this.#ids.length
      }
    }
    const one = new Queue()
    await bullmqHandoff(one).accept(STORED)
    expect(one.length).toBe(1)
  })

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['the name of a queue', 'suno'],
    ['the options of a queue', bullmqQueueOptions({ connection: { port: 6379 } })],
  ])('refuses %s instead of a queue', (_, wrong) => {
    expect(() => bullmqHandoff(wrong as unknown as BullmqQueue)).toThrow(
      refusal('HANDOFF_INVALID', 'bullmqQueueOptions('),
    )
  })

  test.each([
    ['no options', undefined],
    ['no connection', {}],
    ['connection options without it', { connection: { host: 'redis', port: 6379 } }],
    ['an offline queue that is switched on', { connection: { enableOfflineQueue: true } }],
    ['a client with an offline queue', { connection: new Redis({ lazyConnect: true }) }],
    ['a node-redis client with an offline queue', { connection: createClient() }],
  ])('refuses a queue with %s, as deliveries would wait in memory', (_, opts) => {
    const target = { ...queue(), opts } as BullmqQueue
    expect(() => bullmqHandoff(target)).toThrow(refusal('HANDOFF_INVALID', 'offline queue'))
  })

  test.each([
    ['connection options', { enableOfflineQueue: false }],
    ['an ioredis client', new Redis({ lazyConnect: true, enableOfflineQueue: false })],
    ['a node-redis client', createClient({ disableOfflineQueue: true })],
  ])('accepts a queue whose connection is %s without an offline queue', (_, connection) => {
    expect(() => bullmqHandoff(queue({ connection }))).not.toThrow()
  })

  test('refuses skipWaitingForReady, with which a queue without an offline queue never works', () => {
    const opts = { connection: { enableOfflineQueue: false }, skipWaitingForReady: true }
    expect(() => bullmqHandoff(queue(opts))).toThrow(refusal('HANDOFF_INVALID', 'skipWaitingForReady'))
  })

  test.each<[string, BullmqHandoffOptions]>([
    ['attempts must be a whole number of at least 10', { attempts: 9 }],
    ['attempts must be', { attempts: 10.5 }],
    ['attempts must be', { attempts: Infinity }],
    ['attempts must be', { attempts: '12' as unknown as number }],
    ['backoffMs must be', { backoffMs: 0 }],
    ['backoffMs must be', { backoffMs: NaN }],
    ['retentionMs must be a whole number of at least 1320000', { retentionMs: 22 * 60_000 - 1 }],
  ])('says "%s" to %j', (message, options) => {
    expect(() => bullmqHandoff(queue(), options)).toThrow(refusal('OPTION_OUT_OF_RANGE', message))
  })

  test.each(['', 'with:colon', 'with space', 'é', 'x'.repeat(65)])('refuses the prefix %j', (jobIdPrefix) => {
    expect(() => bullmqHandoff(queue(), { jobIdPrefix })).toThrow(refusal('OPTION_INVALID', 'jobIdPrefix'))
  })
})

describe('bullmqProcessor', () => {
  test('runs the delivery of a job with the signal of the worker, and fails when a listener fails', async () => {
    const runs: unknown[] = []
    const suno = {
      run: (...args: unknown[]) => {
        runs.push(args)
        return runs.length > 1 ? Promise.reject(new AggregateError([], 'no')) : Promise.resolve()
      },
    }
    const process = bullmqProcessor(suno)
    // BullMQ makes a signal only for processors that name it.
    expect(process).toHaveLength(3)
    const { signal } = new AbortController()
    await process({ data: STORED }, 'token', signal)
    await expect(process({ data: STORED })).rejects.toThrow(AggregateError)
    expect(runs).toEqual([
      [STORED, { signal }],
      [STORED, { signal: undefined }],
    ])
  })
})

test.each([undefined, null, {}, SunoCallbacks])(
  'bullmqProcessor refuses %s, which has no listeners to run',
  (given) => {
    expect(() => bullmqProcessor(given as never)).toThrow(refusal('RECEIVER_INVALID', 'bullmqProcessor(suno)'))
  },
)

describe('bullmqQueueOptions', () => {
  test('switches the offline queue off and keeps the rest, without changing what it was given', () => {
    const given = { connection: { host: 'redis', enableOfflineQueue: true }, prefix: 'app', skipWaitingForReady: true }
    expect(bullmqQueueOptions(given)).toEqual({
      connection: { host: 'redis', enableOfflineQueue: false },
      prefix: 'app',
      skipWaitingForReady: false,
    })
    expect(given.connection.enableOfflineQueue).toBe(true)
  })

  test('refuses a connection that is missing, or an address as text', () => {
    for (const options of [{}, { connection: 'redis://127.0.0.1' }, { connection: null }]) {
      expect(() => bullmqQueueOptions(options as never)).toThrow(refusal('HANDOFF_INVALID', 'such as { host, port }'))
    }
  })

  test('refuses a client, of which only options can be made', () => {
    for (const connection of [new Redis({ lazyConnect: true }), createClient()]) {
      expect(() => bullmqQueueOptions({ connection })).toThrow(refusal('HANDOFF_INVALID', 'connection options'))
    }
  })
})

describe('bullmqWorkerOptions', () => {
  test('lets a job survive ten killed workers, or more, and keeps the rest', () => {
    expect(bullmqWorkerOptions({ concurrency: 5 })).toEqual({ concurrency: 5, maxStalledCount: 10 })
    expect(bullmqWorkerOptions({ maxStalledCount: undefined })).toEqual({ maxStalledCount: 10 })
    expect(bullmqWorkerOptions({ maxStalledCount: 30 })).toEqual({ maxStalledCount: 30 })
  })

  test.each([9, 1, 0, -1, 10.5, NaN])('refuses a maxStalledCount of %s', (maxStalledCount) => {
    expect(() => bullmqWorkerOptions({ maxStalledCount })).toThrow(refusal('OPTION_OUT_OF_RANGE', 'maxStalledCount'))
  })
})
