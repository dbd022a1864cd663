import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster, createSentinel } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SunoCallbacks } from '../../../src/index.js'
import { LAPSED_MS } from '../../../src/stores/redis/scripts.js'
import { redisStore, type RedisClient, type RedisStore, type SendCommand } from '../../../src/stores/redis/index.js'
import { sample, storeConformance } from '../../../src/testing/index.js'
import { describeRedis, startRedis, type RedisServer, type RedisServerOptions } from '../../support/redis-server.js'

const LEASE_MS = 45_000
const DAY_MS = 86_400_000

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

describeRedis(describe, 'redisStore', () => {
  let server: RedisServer
  let nodeRedis: Awaited<ReturnType<typeof connectNodeRedis>>
  let ioredis: Redis

  beforeAll(async () => {
    server = await startRedis()
    nodeRedis = await connectNodeRedis(server.url)
    ioredis = await connectIoredis(server.url)
  })

  afterAll(async () => {
    nodeRedis.destroy()
    ioredis.disconnect()
    await server.stop()
  })

  /** The function's commands, and a store over it. */
  const recording = (prefix = `${crypto.randomUUID()}:`) => {
    const commands: string[][] = []
    const sendCommand: SendCommand = (args) => {
      commands.push(args)
      return nodeRedis.sendCommand(args)
    }
    return { commands, store: redisStore({ sendCommand, prefix }), prefix }
  }

  const CLIENTS: Record<string, (prefix: string) => RedisStore> = {
    'node-redis': (prefix) => redisStore(nodeRedis, { prefix }),
    ioredis: (prefix) => redisStore(ioredis, { prefix }),
    'a function': (prefix) => redisStore({ sendCommand: (args) => nodeRedis.sendCommand(args), prefix }),
  }

  for (const [name, create] of Object.entries(CLIENTS)) {
    describe.concurrent(`over ${name}`, () => {
      for (const { title, run } of storeConformance(create)) test(title, run)
    })
  }

  describe('its keys', () => {
    test('are one for each event, begin with the prefix, and expire by themselves in every state', async () => {
      const { store, prefix } = recording()
      const redisKey = `${prefix}music:complete:1`
      await store.claim('music:complete:1', 'token', LEASE_MS)
      expect(await nodeRedis.keys(`${prefix}*`)).toEqual([redisKey])
      expect(await nodeRedis.get(redisKey)).toBe('ctoken')
      expectWithin(await nodeRedis.pTTL(redisKey), LEASE_MS, LEASE_MS + LAPSED_MS)

      await store.renew('music:complete:1', 'token', 2 * LEASE_MS)
      expectWithin(await nodeRedis.pTTL(redisKey), LEASE_MS + LAPSED_MS, 2 * LEASE_MS + LAPSED_MS)

      await store.complete('music:complete:1', 'token', 7 * DAY_MS)
      expect(await nodeRedis.keys(`${prefix}*`)).toEqual([redisKey])
      expect(await nodeRedis.get(redisKey)).toBe('dtoken')
      expectWithin(await nodeRedis.pTTL(redisKey), 6 * DAY_MS, 7 * DAY_MS)
    })

    test('begin with suno-callbacks: by default', async () => {
      await redisStore(ioredis).claim('music:complete:default', 'token', LEASE_MS)
      expect(await nodeRedis.get('suno-callbacks:music:complete:default')).toBe('ctoken')
    })

    test('are gone after a release', async () => {
      const { store, prefix } = recording()
      await store.claim('key', 'token', LEASE_MS)
      await store.release('key', 'token')
      expect(await nodeRedis.keys(`${prefix}*`)).toEqual([])
    })
  })

  describe('its scripts', () => {
    test('take one round trip each, also when Redis has forgotten them once', async () => {
      const { commands, store } = recording()
      const play = async (key: string) => {
        await store.claim(key, 'a', LEASE_MS)
        await store.renew(key, 'a', LEASE_MS)
        await store.isDone(key)
        await store.release(key, 'a')
        await store.complete(key, 'a', DAY_MS)
      }
      await play('warm')
      commands.length = 0
      await play('one')
      expect(commands.map(([name]) => name)).toEqual(Array(5).fill('EVALSHA'))

      await nodeRedis.scriptFlush()
      commands.length = 0
      await play('two')
      expect(commands.map(([name]) => name)).toEqual(Array(5).fill(['EVALSHA', 'EVAL']).flat())
      expect(await store.claim('two', 'b', LEASE_MS)).toEqual({ status: 'done' })
      commands.length = 0
      await play('three')
      expect(commands.map(([name]) => name)).toEqual(Array(5).fill('EVALSHA'))
    })

    test('change and answer the same when a client sends a command twice', async () => {
      const prefix = `${crypto.randomUUID()}:`
      const replies: unknown[][] = []
      const store = redisStore({
        prefix,
        sendCommand: async (args) => {
          const first = await nodeRedis.sendCommand(args)
          const state = await nodeRedis.get(`${prefix}key`)
          const second = await nodeRedis.sendCommand(args)
          expect(await nodeRedis.get(`${prefix}key`)).toBe(state)
          replies.push([first, second])
          return second
        },
      })
      expect(await store.claim('key', 'a', LEASE_MS)).toEqual({ status: 'claimed' })
      expect(await store.renew('key', 'a', LEASE_MS)).toBe(true)
      expect(await store.complete('key', 'a', DAY_MS)).toBe(true)
      expect(await store.isDone('key')).toBe(true)
      expect(replies.every(([first, second]) => first === second)).toBe(true)
      await nodeRedis.del(`${prefix}key`)
      await store.claim('key', 'a', LEASE_MS)
      // Only here the second answer differs: there was nothing left to give back.
      expect(await store.release('key', 'a')).toBe(false)
      expect(replies.at(-1)).toEqual([1, 0])
    })

    test('let a holder that was away renew and complete its lapsed claim, as long as nobody took it', async () => {
      const { store } = recording()
      await store.claim('renewed', 'a', 1)
      await store.claim('taken', 'a', 1)
      await sleep(10)
      expect(await store.renew('renewed', 'a', LEASE_MS)).toBe(true)
      expect((await store.claim('renewed', 'b', LEASE_MS)).status).toBe('in-flight')
      expect(await store.claim('taken', 'b', LEASE_MS)).toEqual({ status: 'claimed' })
      expect(await store.renew('taken', 'a', LEASE_MS)).toBe(false)
      expect(await store.release('taken', 'a')).toBe(false)
      expect((await store.claim('taken', 'c', LEASE_MS)).status).toBe('in-flight')
    })

    test('let an attempt that has finished complete, when the one that took its key has lapsed as well', async () => {
      const { store } = recording()
      await store.claim('key', 'a', 1)
      await sleep(10)
      await store.claim('key', 'b', 1)
      await sleep(10)
      expect(await store.complete('key', 'a', DAY_MS)).toBe(true)
      expect(await store.renew('key', 'b', LEASE_MS)).toBe(false)
      expect(await store.complete('key', 'b', DAY_MS)).toBe(false)
    })

    test('complete a key that Redis has forgotten, and repeat that for the same token', async () => {
      const { store, prefix } = recording()
      await store.claim('key', 'a', LEASE_MS)
      await nodeRedis.del(`${prefix}key`)
      expect(await store.renew('key', 'a', LEASE_MS)).toBe(false)
      expect(await store.complete('key', 'a', DAY_MS)).toBe(true)
      expect(await store.complete('key', 'a', DAY_MS)).toBe(true)
      expect(await store.complete('key', 'b', DAY_MS)).toBe(false)
    })

    test('take durations that are no whole milliseconds', async () => {
      const { store } = recording()
      expect(await store.claim('key', 'a', 1000 / 3)).toEqual({ status: 'claimed' })
      expect(await store.renew('key', 'a', 1000 / 3)).toBe(true)
      expect(await store.complete('key', 'a', 0.5)).toBe(true)
    })
  })

  describe('two processes', () => {
    test('racing for 500 keys claim each of them once', async () => {
      const prefix = `${crypto.randomUUID()}:`
      const racers = [racer('node-redis', server.url, prefix), racer('ioredis', server.url, prefix)]
      for (const { ready } of racers) await ready
      for (const { go } of racers) go()
      const won = await Promise.all(racers.map(({ claimed }) => claimed))
      expect(won.flat()).toHaveLength(500)
      expect(new Set(won.flat()).size).toBe(500)
    })
  })

  describe('a server of its own', () => {
    test('restarted with an append-only file, keeps what is done and who holds what', async () => {
      const own = await started({ appendfsync: 'always' })
      const client = await connectIoredis(own.url)
      cleanups.push(() => client.disconnect())
      const store = redisStore(client)
      await store.claim('done', 'a', LEASE_MS)
      await store.complete('done', 'a', DAY_MS)
      await store.claim('held', 'a', LEASE_MS)
      await own.kill()
      await own.start()
      expect(await store.isDone('done')).toBe(true)
      expect(await store.claim('done', 'b', LEASE_MS)).toEqual({ status: 'done' })
      expect((await store.claim('held', 'b', LEASE_MS)).status).toBe('in-flight')
      expect(await store.complete('held', 'a', DAY_MS)).toBe(true)
    })

    test.each(['node-redis', 'ioredis'] as const)(
      'rejects while it is killed, over %s with and without an offline queue, and works again after its restart',
      async (name) => {
        const own = await started()
        const connect = async (queue: boolean): Promise<RedisClient> => {
          if (name === 'ioredis') {
            const client = await connectIoredis(own.url, { enableOfflineQueue: queue })
            cleanups.push(() => client.disconnect())
            return client
          }
          const client = await connectNodeRedis(own.url, { disableOfflineQueue: !queue })
          cleanups.push(() => client.destroy())
          return client
        }
        const callTimeoutMs = 300
        const queueing = redisStore(await connect(true), { callTimeoutMs })
        const refusing = redisStore(await connect(false), { callTimeoutMs })
        await queueing.claim('key', 'a', LEASE_MS)
        await own.kill()

        await expect(queueing.complete('key', 'a', DAY_MS)).rejects.toThrow('complete had no reply after 300 ms')
        await expect(refusing.complete('key', 'a', DAY_MS)).rejects.toThrow('complete failed')

        await own.start()
        for (const store of [queueing, refusing]) {
          await eventually(() => store.complete('key', 'a', DAY_MS))
          expect(await store.claim('key', 'b', LEASE_MS)).toEqual({ status: 'done' })
        }
      },
    )

    test('that is a node of a cluster, answers over ioredis and over node-redis', async () => {
      const own = await started({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] })
      const admin = await connectIoredis(own.url)
      cleanups.push(() => admin.disconnect())
      await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
      await eventually(async () => {
        expect(await admin.call('CLUSTER', 'INFO')).toContain('cluster_state:ok')
      })

      const cluster = new Cluster([{ host: '127.0.0.1', port: own.port }])
      cleanups.push(() => cluster.disconnect())
      const nodeCluster = createCluster({ rootNodes: [{ url: own.url }] })
      nodeCluster.on('error', () => undefined)
      cleanups.push(() => nodeCluster.destroy())
      await nodeCluster.connect()

      const stores = [
        redisStore(cluster),
        redisStore({ sendCommand: (args) => nodeCluster.sendCommand(args[3], false, args) }),
      ] as const
      const keys = Array.from({ length: 20 }, (_, i) => `key-${String(i)}`)
      for (const key of keys) expect(await stores[0].claim(key, 'a', LEASE_MS)).toEqual({ status: 'claimed' })
      for (const key of keys) expect((await stores[1].claim(key, 'b', LEASE_MS)).status).toBe('in-flight')
      for (const key of keys) expect(await stores[0].complete(key, 'a', DAY_MS)).toBe(true)
      for (const key of keys) expect(await stores[1].isDone(key)).toBe(true)
    })

    test('is where two instances of the library absorb what the other has handled', async () => {
      const handled: string[] = []
      const instance = (store: RedisStore) =>
        new SunoCallbacks({ verify: false, logger: false, store }).on('music:complete', ({ key }) => handled.push(key))
      const [one, two] = [instance(redisStore(nodeRedis)), instance(redisStore(ioredis))]
      const taskId = crypto.randomUUID()
      const delivery = { kind: 'music', body: sample('music:complete', { taskId }) }
      expect((await one.receive(delivery)).status).toBe('handled')
      expect((await two.receive(delivery)).status).toBe('duplicate')
      expect(handled).toEqual([`music:complete:${taskId}`])
    })
  })

  describe('what fails', () => {
    test('rejects with the reply of Redis as its cause', async () => {
      const { store, prefix } = recording()
      await nodeRedis.lPush(`${prefix}key`, 'a list')
      const error = await failure(store.claim('key', 'a', LEASE_MS))
      expect(error.message).toBe('redisStore: claim failed.')
      expect(String(error.cause)).toContain('WRONGTYPE')
    })
  })
})

describe('redisStore over a function', () => {
  const answering = (reply: unknown, callTimeoutMs = 2000) =>
    redisStore({ sendCommand: () => Promise.resolve(reply), callTimeoutMs })

  test.each([
    ['number', 1200],
    ['bigint', 1200n],
    ['string', '1200'],
    ['Buffer', Buffer.from('1200')],
    ['Uint8Array', new Uint8Array(Buffer.from('1200'))],
  ])('reads a reply that is a %s', async (_, reply) => {
    expect(await answering(reply).claim('key', 'a', LEASE_MS)).toEqual({ status: 'in-flight', retryAfterMs: 1200 })
  })

  test('reads negative replies', async () => {
    expect(await answering('-1').claim('key', 'a', LEASE_MS)).toEqual({ status: 'done' })
  })

  test.each([[undefined], [null], ['QUEUED'], [1.5], [{}], ['']])(
    'rejects when the reply is %j instead of an integer',
    async (reply) => {
      const error = await failure(answering(reply).isDone('key'))
      expect((error.cause as Error).message).toContain('sendCommand must resolve with the reply')
    },
  )

  test('rejects when it resolves with an error, throws, or never answers', async () => {
    const boom = new Error('boom')
    expect((await failure(answering(boom).release('key', 'a'))).cause).toBe(boom)
    const throwing = redisStore({
      sendCommand: () => {
        throw boom
      },
    })
    expect((await failure(throwing.release('key', 'a'))).cause).toBe(boom)
    const silent = redisStore({ sendCommand: () => new Promise(() => undefined), callTimeoutMs: 20 })
    expect((await failure(silent.claim('key', 'a', LEASE_MS))).message).toMatch(/claim had no reply after 20 ms/)
  })

  test('sends nothing more for a call that was given up', async () => {
    const names: (string | undefined)[] = []
    let refuse: (error: Error) => void = () => undefined
    const store = redisStore({
      callTimeoutMs: 20,
      sendCommand: ([name]) => {
        names.push(name)
        return new Promise((_, reject) => (refuse = reject))
      },
    })
    await expect(store.claim('key', 'a', LEASE_MS)).rejects.toThrow('no reply')
    refuse(new Error('NOSCRIPT No matching script. Please use EVAL.'))
    await sleep(0)
    expect(names).toEqual(['EVALSHA'])
  })

  test('sends nothing before its first call', () => {
    redisStore({
      sendCommand: () => {
        throw new Error('was called')
      },
    })
  })

  test('waits at close for the calls under way, rejects later ones, and may be closed again', async () => {
    let reply: (value: unknown) => void = () => undefined
    const store = redisStore({ sendCommand: () => new Promise((resolve) => (reply = resolve)) })
    const order: string[] = []
    const call = store.complete('key', 'a', DAY_MS).then(() => order.push('complete'))
    const closed = store.close().then(() => order.push('close'))
    await expect(store.claim('key', 'b', LEASE_MS)).rejects.toThrow('redisStore: claim was called after close().')
    reply(1)
    await Promise.all([call, closed, store.close()])
    expect(order).toEqual(['complete', 'close'])
    // Nothing is under way any more.
    await store.close()
  })

  test('closes although a call under way fails', async () => {
    const store = redisStore({ sendCommand: () => new Promise(() => undefined), callTimeoutMs: 20 })
    const error = failure(store.isDone('key'))
    await store.close()
    expect((await error).message).toContain('no reply')
  })
})

describe('redisStore refuses', () => {
  const sendCommand: SendCommand = () => Promise.resolve(1)
  /** As from JavaScript, where no compiler objects. */
  const create = redisStore as (...args: unknown[]) => RedisStore
  class Client {
    sendCommand = sendCommand
  }

  test.each([
    [[], 'STORE_INVALID', 'needs a client'],
    [[null], 'STORE_INVALID', 'needs a client'],
    [['redis://localhost'], 'STORE_INVALID', 'needs a client'],
    [[sendCommand], 'STORE_INVALID', '{ sendCommand: (args) => … }'],
    [[{}], 'STORE_INVALID', 'needs a client'],
    [[{ prefix: 'app:' }], 'STORE_INVALID', 'needs a client'],
    [[Promise.resolve(new Client())], 'STORE_INVALID', 'needs a client'],
    [[{ sendCommand: 'GET' }], 'STORE_INVALID', 'needs a client'],
    [[createCluster({ rootNodes: [] })], 'STORE_INVALID', 'cluster.sendCommand(args[3], false, args)'],
    [
      [createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] })],
      'STORE_INVALID',
      'sentinel.sendCommand(false, args)',
    ],
    [[{ sendCommand, prefx: 'app:' }], 'OPTION_UNKNOWN', '"prefx"'],
    [[new Client(), { prefx: 'app:' }], 'OPTION_UNKNOWN', '"prefx"'],
    [[new Client(), 'app:'], 'OPTION_INVALID', 'options must be an object'],
    [[new Client(), null], 'OPTION_INVALID', 'options must be an object'],
    [[{ sendCommand, prefix: 7 }], 'OPTION_INVALID', 'prefix must be a string'],
    [[{ sendCommand, callTimeoutMs: 0 }], 'OPTION_OUT_OF_RANGE', 'from 1 to 60000'],
    [[{ sendCommand, callTimeoutMs: 60_001 }], 'OPTION_OUT_OF_RANGE', 'from 1 to 60000'],
    [[{ sendCommand, callTimeoutMs: NaN }], 'OPTION_OUT_OF_RANGE', 'from 1 to 60000'],
    [[{ sendCommand, callTimeoutMs: '2000' }], 'OPTION_OUT_OF_RANGE', 'from 1 to 60000'],
  ])('%o with the code %s', (args, code, message) => {
    expect(() => create(...args)).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        code,
        message: expect.stringContaining(message) as string,
      }),
    )
  })

  test('nothing of these', () => {
    create(Object.assign(Object.create(null) as object, { sendCommand }))
    create({ sendCommand, prefix: undefined, callTimeoutMs: undefined })
    create({ sendCommand }, { prefix: '' })
    create(new Client(), undefined)
    create({ call: sendCommand })
  })
})

async function started(options?: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedis(options)
  cleanups.push(() => server.stop())
  return server
}

async function connectNodeRedis(url: string, options: { disableOfflineQueue?: boolean } = {}) {
  const client = createClient({ url, socket: { reconnectStrategy: 20 }, ...options })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function connectIoredis(url: string, options: { enableOfflineQueue?: boolean } = {}): Promise<Redis> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null, ...options })
  client.on('error', () => undefined)
  await once(client, 'ready')
  return client
}

/** A process that claims 500 keys at once through the published entry point, and says which it won. */
function racer(client: 'node-redis' | 'ioredis', url: string, prefix: string) {
  const script = `
    import { redisStore } from 'suno-callbacks/redis'
    import { createClient } from 'redis'
    import { Redis } from 'ioredis'
    const [name, url, prefix] = process.argv.slice(1)
    const client = name === 'ioredis' ? new Redis(url) : createClient({ url })
    await (name === 'ioredis' ? client.ping() : client.connect())
    const store = redisStore(client, { prefix })
    process.stdin.once('data', async () => {
      const keys = Array.from({ length: 500 }, (_, i) => 'key-' + i)
      const results = await Promise.all(keys.map((key) => store.claim(key, name, 45_000)))
      console.log(JSON.stringify(keys.filter((_, i) => results[i].status === 'claimed')))
      process.exit()
    })
    console.log('ready')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, client, url, prefix], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  cleanups.push(() => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const line = await lines.next()
    if (line.done === true) throw new Error(`${client} ended early`)
    return line.value
  }
  const ready = next()
  return {
    ready,
    go: () => child.stdin.write('go\n'),
    claimed: ready.then(next).then((line) => JSON.parse(line) as string[]),
  }
}

async function failure(call: Promise<unknown>): Promise<Error> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(Error)
  return error as Error
}

/** Asks again until it works: a client needs a moment to find its server again. The test's own limit ends it. */
async function eventually(step: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await step()
      return
    } catch {
      await sleep(20)
    }
  }
}

function expectWithin(value: number, min: number, max: number): void {
  expect(value).toBeGreaterThan(min)
  expect(value).toBeLessThanOrEqual(max)
}
