import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { SunoEvent } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { deferred } from '../support/receiver.js'
import { adapters, nodeAdapters } from './adapters.js'
import { keepAlive, post, send } from './client.js'
import { chunk, CHUNKED, head, whole } from './request.js'
import { subject } from './subject.js'
import { connect } from './wire.js'

describe.each(adapters)('$name', ({ start }) => {
  test('a client library gets the answer to a body that is too large, however large', async () => {
    const { suno } = subject({ verify: false, maxBodyBytes: 2048 })
    const host = await start(suno)
    const agent = keepAlive(host)
    const headers = { 'content-type': 'application/json' }
    for (const length of [3000, 60_000, 70_000, 3_000_000]) {
      const reply = await send(host, '/suno/music', { headers, body: ' '.repeat(length), agent })
      expect(reply).toMatchObject({ status: 413, body: '{"status":"too-large"}' })
    }
    expect((await post(host, '/suno/music', sample('music:text'), agent)).status).toBe(200)
  })

  // node:http ends its side as well when the client ends its own, so that neither of them gets the answer.
  test.each(['destroy', 'halfClose'] as const)(
    'a client that is gone (%s) after its body was complete does not stop the listener',
    async (leave) => {
      const { suno, nextOutcome } = subject()
      const begun = deferred()
      const finish = deferred()
      const done: SunoEvent[] = []
      suno.on('music:complete', async (event, { signal }) => {
        begun.resolve()
        await finish.promise
        signal.throwIfAborted()
        done.push(event)
      })
      const host = await start(suno)
      const outcome = nextOutcome()
      const wire = await connect(host)
      const body = sample('music:complete', { taskId: 'one' })
      await wire.write(whole(JSON.stringify(body)))
      await begun.promise
      wire[leave]()
      await host.clientGone()
      finish.resolve()
      expect(await outcome).toMatchObject({ status: 'handled', taskId: 'one' })
      expect(await wire.reply()).toBeNull()
      expect(done).toHaveLength(1)
      // The retry finds it done.
      expect((await post(host, '/suno/music', body)).status).toBe(200)
      expect(done).toHaveLength(1)
    },
  )
})

describe.each(nodeAdapters)('$name, on the request of node:http itself', ({ start }) => {
  test('an app that answers for itself meanwhile has its answer sent, and nothing breaks', async () => {
    const { suno, nextOutcome } = subject()
    const responses: ServerResponse[] = []
    const host = await start(suno, {
      before: (_request, response) => {
        responses.push(response)
        return undefined
      },
    })
    suno.once('music:complete', () => {
      responses[0]?.writeHead(504, { 'content-length': '8' }).end('too slow')
    })
    const outcome = nextOutcome()
    const agent = keepAlive(host)
    expect(await post(host, '/suno/music', sample('music:complete'), agent)).toMatchObject({
      status: 504,
      body: 'too slow',
    })
    expect((await outcome).status).toBe('handled')
    expect((await post(host, '/suno/music', sample('music:complete'), agent)).status).toBe(200)
  })

  test('a client that is gone before the receiver comes to it is turned away', async () => {
    const { suno, events, nextOutcome } = subject()
    const arrived = deferred()
    const host = await start(suno, {
      before: (request) => {
        arrived.resolve()
        return new Promise((resolve) => request.on('close', resolve))
      },
    })
    const outcome = nextOutcome()
    const wire = await connect(host)
    await wire.write(head({ headers: { 'content-length': '500' } }))
    await arrived.promise
    wire.destroy()
    expect(await outcome).toMatchObject({ status: 'rejected', error: { code: 'BODY_ABORTED' } })
    expect(events).toEqual([])
  })

  // The rest of its body was waited for, for a second, which kept the process alive. (The bridge to web-standard requests has a
  // timer of its own.)
  test('a client that is gone in the middle of its body leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const { suno, nextOutcome } = subject()
    const host = await start(suno)
    const outcome = nextOutcome()
    const wire = await connect(host)
    const before = timers()
    await wire.write(head({ headers: CHUNKED }) + chunk('{'))
    wire.destroy()
    await outcome
    await new Promise((resolve) => setImmediate(resolve))
    expect(timers()).toBeLessThanOrEqual(before)
  })
})
