import { once } from 'node:events'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TaskList, WatchedTask } from '../../../src/polling/task-list.js'
import { redisStore, redisTasks, type RedisTaskList } from '../../../src/stores/redis/index.js'
import { taskListConformance } from '../../../src/testing/index.js'
import { expectEachLentOnce } from '../../support/parallel-takers.js'
import { describeRedis, startRedis, type RedisServer } from '../../support/redis-server.js'

const LEASE_MS = 45_000

function toTask(taskId: string, metadata: WatchedTask['metadata'] = {}): WatchedTask {
  return { kind: 'music', taskId, metadata, submittedAt: new Date() }
}

function ids(tasks: Awaited<ReturnType<TaskList['take']>>): string[] {
  return tasks.map(({ taskId }) => taskId)
}

describeRedis(describe, 'redisTasks', () => {
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

  const newPrefix = () => `${crypto.randomUUID()}:`

  const CLIENTS: Record<string, (prefix: string) => RedisTaskList> = {
    'node-redis': (prefix) => redisTasks(nodeRedis, { prefix }),
    ioredis: (prefix) => redisTasks(ioredis, { prefix }),
    'a function': (prefix) => redisTasks({ sendCommand: (args) => nodeRedis.sendCommand(args), prefix }),
    'a client that answers Buffers': (prefix) =>
      redisTasks({ sendCommand: ([name = '', ...args]) => ioredis.callBuffer(name, ...args), prefix }),
  }

  for (const [name, create] of Object.entries(CLIENTS)) {
    describe.concurrent(`over ${name} keeps the contract: it`, () => {
      for (const { title, run } of taskListConformance(create)) test(title, run)
    })
  }

  test('lends each of 1,000 tasks to one of 5 callers that take them at once', async () => {
    const prefix = newPrefix()
    const clients = await Promise.all(Array.from({ length: 5 }, () => connectIoredis(server.url)))
    await expectEachLentOnce(clients.map((client) => redisTasks(client, { prefix })))
    for (const client of clients) client.disconnect()
  })

  test('shares a client with redisStore, and is two keys for all its tasks, none of which expires', async () => {
    const prefix = newPrefix()
    await redisStore(nodeRedis, { prefix }).claim('key', 'token', LEASE_MS)
    const list = redisTasks(nodeRedis, { prefix })
    for (const taskId of ['1', '2', '3']) await list.add(toTask(taskId), 0)
    const keys = await nodeRedis.keys(`${prefix}*`)
    expect(keys.sort()).toEqual([`${prefix}key`, `${prefix}{tasks}:all`, `${prefix}{tasks}:due`])
    for (const key of keys.slice(1)) expect(await nodeRedis.pTTL(key)).toBe(-1)
    for (const taskId of ['1', '2', '3']) await list.remove(toTask(taskId))
    expect(await nodeRedis.keys(`${prefix}*`)).toEqual([`${prefix}key`])
  })

  test('lends to a take that a client sends twice the same tasks again, and no others', async () => {
    const prefix = newPrefix()
    const list = redisTasks({
      prefix,
      sendCommand: async (args) => {
        const first = await nodeRedis.sendCommand(args)
        if (args[2] !== '3') return first
        const second = await nodeRedis.sendCommand(args)
        expect(second).toEqual(first)
        return second
      },
    })
    for (const taskId of ['a', 'b', 'c']) await list.add(toTask(taskId, { orderId: taskId }), 0)
    const taken = await list.take(2, LEASE_MS)
    expect(taken.map(({ takes }) => takes)).toEqual([1, 1])
    expect(await list.take(10, LEASE_MS)).toHaveLength(1)
  })

  test('does not give a take that is sent again later what is no longer its own', async () => {
    const prefix = newPrefix()
    const sent: string[][] = []
    const list = redisTasks({
      prefix,
      sendCommand: (args) => {
        sent.push(args)
        return nodeRedis.sendCommand(args)
      },
    })
    for (const taskId of ['removed', 'postponed', 'lent']) await list.add(toTask(taskId), 0)
    const taken = await list.take(3, LEASE_MS)
    const again = sent.at(-1) as string[]
    for (const task of taken) {
      if (task.taskId === 'removed') await list.remove(task)
      if (task.taskId === 'postponed') await list.postpone(task, LEASE_MS)
    }
    const reply = (await nodeRedis.sendCommand(again)) as unknown as string[]
    expect(reply.filter((_, index) => index % 2 === 0)).toEqual(['music:lent'])
  })

  test('lends 1,000 tasks at once at most, and none where it is asked for none', async () => {
    const list = redisTasks(nodeRedis, { prefix: newPrefix() })
    await Promise.all(Array.from({ length: 1_200 }, (_, index) => list.add(toTask(String(index)), 0)))
    expect(await list.take(0, LEASE_MS)).toEqual([])
    expect(await list.take(-1, LEASE_MS)).toEqual([])
    expect(await list.take(Infinity, LEASE_MS)).toHaveLength(1_000)
    expect(await list.take(Infinity, LEASE_MS)).toHaveLength(200)
  })

  test('goes on where a task has lost its half in the hash, as after an eviction', async () => {
    const prefix = newPrefix()
    const list = redisTasks(nodeRedis, { prefix })
    for (const taskId of ['lost', 'kept']) await list.add(toTask(taskId), 0)
    await nodeRedis.hDel(`${prefix}{tasks}:all`, 'music:lost')
    expect(ids(await list.take(10, LEASE_MS))).toEqual(['kept'])
    expect(await nodeRedis.zCard(`${prefix}{tasks}:due`)).toBe(1)
    expect(await list.add(toTask('lost'), 0)).toBe(true)
    expect(ids(await list.take(10, LEASE_MS))).toEqual(['lost'])
  })

  test('forgets nothing when a server with an append-only file is killed', async () => {
    const own = await startRedis({ appendfsync: 'always' })
    const client = await connectIoredis(own.url)
    const list = redisTasks(client)
    await list.add(toTask('lent', { orderId: '42' }), 0)
    const [task] = await list.take(1, LEASE_MS)
    await list.add(toTask('waiting'), 0)
    await own.kill()
    await own.start()
    await expect.poll(() => list.size().catch(() => 0), { timeout: 10_000 }).toBe(2)
    expect(ids(await list.take(10, LEASE_MS))).toEqual(['waiting'])
    expect(await list.postpone({ ...toTask('lent'), lend: task?.lend ?? '' }, 0)).toBe(true)
    expect(await list.take(10, LEASE_MS)).toMatchObject([{ metadata: { orderId: '42' }, takes: 2 }])
    client.disconnect()
    await own.stop()
  })

  test('keeps its keys in one slot of a cluster, over ioredis and over node-redis', async () => {
    const own = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] })
    const admin = await connectIoredis(own.url)
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    await expect.poll(() => admin.call('CLUSTER', 'INFO'), { timeout: 10_000 }).toContain('cluster_state:ok')
    const cluster = new Cluster([{ host: '127.0.0.1', port: own.port }])
    const nodeCluster = createCluster({ rootNodes: [{ url: own.url }] })
    nodeCluster.on('error', () => undefined)
    await nodeCluster.connect()
    for (const prefix of ['suno-callbacks:', '{app}:', 'a{b', 'a}b']) {
      const one = redisTasks(cluster, { prefix })
      const two = redisTasks({ sendCommand: (args) => nodeCluster.sendCommand(args[3], false, args), prefix })
      expect(await one.add(toTask('1'), 0)).toBe(true)
      const [task] = await two.take(1, LEASE_MS)
      expect(task?.taskId).toBe('1')
      expect(await one.postpone({ ...toTask('1'), lend: task?.lend ?? '' }, 0)).toBe(true)
      expect(await two.remove(toTask('1'))).toBe(true)
      expect(await one.size()).toBe(0)
    }
    cluster.disconnect()
    nodeCluster.destroy()
    admin.disconnect()
    await own.stop()
  }, 20_000)
})

describe('redisTasks', () => {
  test('names itself in its errors, and refuses a prefix that would spread its keys over a cluster', async () => {
    const sendCommand = () => Promise.resolve('no list')
    expect(() => redisTasks({} as never)).toThrow('redisTasks needs a client')
    expect(() => redisTasks({ sendCommand, callTimeoutMs: 0 })).toThrow('redisTasks: callTimeoutMs must be')
    expect(() => redisTasks({ sendCommand, prefix: 'app{}:' })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', message: expect.stringContaining('"{}"') as string }),
    )
    const list = redisTasks({ sendCommand })
    await expect(list.take(1, LEASE_MS)).rejects.toThrow(
      expect.objectContaining({
        message: 'redisTasks: take failed.',
        cause: expect.objectContaining({ message: expect.stringContaining('here a list') as string }) as Error,
      }),
    )
    await list.close()
    await expect(list.size()).rejects.toThrow('redisTasks: size was called after close().')
  })
})

async function connectNodeRedis(url: string) {
  const client = createClient({ url, socket: { reconnectStrategy: 20 } })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function connectIoredis(url: string): Promise<Redis> {
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  await once(client, 'ready')
  return client
}
