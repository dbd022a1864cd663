import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { ServerConnections } from '../../../src/testing/attempt.js'
import { Clock } from '../../../src/testing/clock.js'
import { readListenOptions } from '../../../src/testing/server/listen-options.js'
import { TaskKeeper } from '../../../src/testing/server/task-keeper.js'
import { readSimulationOptions } from '../../../src/testing/simulation-options.js'

test('a provider that is left running forgets its oldest tasks, and what is under way of them ends', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const callbackUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`
  const clock = new Clock(1)
  const connections = new ServerConnections(1)
  const settings = readSimulationOptions({ retryGapsMs: [] })
  const listening = readListenOptions(0, { stageGapMs: 0 })
  const keeper = new TaskKeeper({ settings, listening, clock, connections, filesUrl: 'http://127.0.0.1:9/files' })
  const submit = { kind: 'video', provider: 'kie', callbackUrl, param: {}, model: null } as const
  const first = keeper.add(submit)
  await once(server, 'request')
  const others = Array.from({ length: 10_000 }, () => keeper.add({ ...submit, kind: 'lyrics' }))
  expect(keeper.find(first)).toBeUndefined()
  expect(keeper.tasks.map(({ taskId }) => taskId)).toEqual(others)
  clock.stop()
  await keeper.settled()
  expect(keeper.tasks).toHaveLength(10_000)
  connections.close()
  server.close()
})
