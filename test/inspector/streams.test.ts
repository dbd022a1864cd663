import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import compression from 'compression'
import express from 'express'
import { describe, expect, test, vi } from 'vitest'
import { SunoCallbacks } from '../../src/index.js'
import { inspector } from '../../src/inspector/index.js'
import { sample } from '../../src/testing/index.js'
import { host, listen } from '../adapters/host.js'
import { silent, startPage } from './apps.js'
import { eventually, follow, pageAt } from './client.js'

const song = (taskId: string) =>
  ({ source: 'record', kind: 'music', body: sample('music:complete', { taskId }) }) as const

describe('a page that was away', () => {
  test('is told what has changed since what it knows, by its last id', async () => {
    const { suno, url, follow: followPage, rows } = await startPage()
    suno.on('*', () => undefined)
    await suno.handle(song('before'))
    const follower = await followPage()
    await suno.handle(song('seen'))
    await eventually(() => expect(follower.rows().size).toBe(1))
    const lastId = follower.messages.at(-1)?.id ?? ''
    follower.close()
    await suno.handle(song('missed'))
    await suno.handle(song('seen'))
    const [missed] = (await rows()).filter(({ taskId }) => taskId === 'missed')
    for (const headers of [{ 'last-event-id': lastId }, {}]) {
      // A browser's own header is newer than the address that the page once opened.
      const since = 'last-event-id' in headers ? 'none' : lastId
      const back = await follow(`${url}events?since=${since}`, headers)
      await eventually(() => expect(back.rows().size).toBe(2))
      expect(back.rows().get(missed?.id ?? '')).toEqual(missed)
      expect(back.messages).toHaveLength(1)
    }
  })

  test('is told which rows have gone', async () => {
    const { suno, list, rows, follow: followPage } = await startPage({ maxTasks: 2 })
    suno.on('*', () => undefined)
    await suno.handle(song('a'))
    await suno.handle(song('b'))
    const { sequence } = await list()
    const ids = (await rows()).map(({ id }) => id)
    await suno.handle(song('c'))
    await suno.handle(song('d'))
    const follower = await followPage(sequence)
    await eventually(() => expect(follower.messages.map(({ event }) => event)).toEqual(['gone', 'task']))
    expect(new Set(follower.messages[0]?.data as string[])).toEqual(new Set(ids))
    expect(follower.messages.map(({ id }) => id === undefined)).toEqual([true, false])
  })

  test('loads all anew where that cannot be told', async () => {
    const { suno, list, follow: followPage } = await startPage({ maxTasks: 1 })
    suno.on('*', () => undefined)
    await suno.handle(song('first'))
    const { sequence } = await list()
    const [name = ''] = sequence.split('.')
    for (const since of ['another.1', 'x', `${name}.x`, `${name}.99`, '']) {
      const follower = await followPage(since)
      await eventually(() => expect(follower.messages.map(({ event }) => event)).toEqual(['reset']))
    }
    for (let index = 0; index < 2_100; index++) await suno.handle(song(`task-${String(index)}`))
    const late = await followPage(sequence)
    await eventually(() => expect(late.messages.map(({ event }) => event)).toEqual(['reset']))
    expect(late.messages[0]?.id).toBe((await list()).sequence)
  })

  test('that fell behind while it was open loads all anew too', async () => {
    const { suno, follow: followPage, rows } = await startPage({ maxTasks: 1 })
    suno.on('*', () => undefined)
    const follower = await followPage()
    // Nothing is recorded before the list is asked for: then all at once.
    vi.spyOn(globalThis, 'setImmediate').mockImplementation((() => undefined) as never)
    await Promise.all(Array.from({ length: 2_100 }, (_, index) => suno.handle(song(`task-${String(index)}`))))
    await rows()
    await eventually(() => expect(follower.messages.some(({ event }) => event === 'reset')).toBe(true))
  })

  test('notices that the app was started anew', async () => {
    const first = await startPage()
    const { sequence } = await first.list()
    const second = await startPage()
    const follower = await second.follow(sequence)
    await eventually(() => expect(follower.messages).toMatchObject([{ event: 'reset' }]))
  })
})

test('an open stream that has nothing to tell shows that it lives, every 15 seconds', async () => {
  const timers: (() => void)[] = []
  vi.spyOn(globalThis, 'setInterval').mockImplementation(((call: () => void, ms: number) => {
    if (ms === 15_000) timers.push(call)
    return { unref: () => ({}), [Symbol.toPrimitive]: () => 0 }
  }) as never)
  const { follow: followPage } = await startPage()
  const follower = await followPage()
  expect(timers).toHaveLength(1)
  timers[0]?.()
  await eventually(() => expect(follower.raw()).toContain('\n\n: still here\n\n'))
})

test('all open pages are told the same, each once', async () => {
  const { suno, follow: followPage } = await startPage()
  suno.on('*', () => undefined)
  const [one, other] = [await followPage(), await followPage()]
  await suno.handle(song('a'))
  const third = await followPage()
  await suno.handle(song('b'))
  await eventually(() => {
    expect(one.rows().size).toBe(2)
    expect(other.rows().size).toBe(2)
    expect(third.rows().size).toBeGreaterThan(0)
  })
  one.close()
  await suno.handle(song('c'))
  await eventually(() => expect(other.rows().size).toBe(3))
})

test('a client that does not read is cut beyond a megabyte, and the others go on', async () => {
  const { suno, follow: followPage } = await startPage({ maxBytes: 2 ** 30 })
  suno.on('*', () => undefined)
  const stalled = await followPage()
  stalled.response.pause()
  const reader = await followPage()
  const prompt = 'la '.repeat(1_000)
  // Far more than what sockets take in on the way.
  for (let round = 1; round <= 20; round++) {
    for (let index = 0; index < 400; index++) {
      const body = sample('music:complete', { taskId: `task-${String(index)}`, overrides: { tracks: [{ prompt }] } })
      void suno.handle({ source: 'record', kind: 'music', body })
    }
    await eventually(() => {
      const counts = [...reader.rows().values()].map(({ deliveryCount }) => deliveryCount)
      expect(counts.filter((count) => count === round)).toHaveLength(400)
    })
  }
  stalled.response.resume()
  await stalled.ended
  expect(stalled.response.complete).toBe(false)
  await suno.handle(song('after'))
  await eventually(() => expect([...reader.rows().values()].at(-1)?.taskId).toBe('after'))
}, 60_000)

test('arrives at once through the compression of an app', async () => {
  const suno = new SunoCallbacks(silent)
  suno.on('*', () => undefined)
  const app = express()
    .use(compression({ threshold: 0 }))
    .use('/x', inspector(suno).express)
  const { origin } = await listen(app)
  const page = pageAt(`${origin}/x/`)
  const { sequence } = await page.list()
  const follower = await follow(`${page.url}events?since=${sequence}`, { 'accept-encoding': 'gzip' })
  expect(follower.headers['content-encoding']).toBeUndefined()
  await suno.handle(song('a'))
  await eventually(() => expect(follower.rows().size).toBe(1))
  const list = await fetch(`${page.url}tasks`, { headers: { 'accept-encoding': 'gzip' } })
  expect(list.headers.get('content-encoding')).toBe('gzip')
})

test('works below a proxy that strips a prefix', async () => {
  const suno = new SunoCallbacks(silent)
  suno.on('*', () => undefined)
  const app = await listen(express().use('/inspector', inspector(suno).express))
  const proxy = createServer((request, response) => {
    const path = String(request.url).replace(/^\/tools/, '')
    fetch(`${app.origin}${path}`, { redirect: 'manual' })
      .then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers))
        for await (const chunk of answer.body ?? []) response.write(chunk)
        response.end()
      })
      .catch(() => response.destroy())
  })
  const { origin } = await host(proxy, 'http')
  // A browser follows the location, and resolves what the page links to.
  const document = await fetch(`${origin}/tools/inspector`)
  expect(document.url).toBe(`${origin}/tools/inspector/`)
  const page = pageAt(document.url)
  const follower = await page.follow()
  await suno.handle(song('a'))
  await eventually(() => expect(follower.rows().size).toBe(1))
  expect(await page.rows()).toHaveLength(1)
})

test('an inspector of an instance that is closed already holds nothing open', async () => {
  const suno = new SunoCallbacks(silent)
  await suno.close()
  const page = inspector(suno)
  const { origin } = await listen((request, response) => page.node(request, response))
  expect((await fetch(`${origin}/x/events`)).status).toBe(503)
  expect((await fetch(`${origin}/x/tasks`)).status).toBe(200)
})

test('a page that is left while it opens ends nothing but itself, with a web-standard request on node:http', async () => {
  const suno = new SunoCallbacks({ verify: false, logger: false })
  suno.on('*', () => undefined)
  const opened: Response[] = []
  const page = inspector(suno, {
    authorize: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return true
    },
  })
  const { port, origin } = await listen(
    getRequestListener(async (request, env) => {
      const response = await page.fetch(request, env)
      opened.push(response)
      return response
    }),
  )
  for (let left = 0; left < 20; left++) {
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /events HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await once(socket, 'connect')
    socket.destroy()
  }
  // An error that nobody catches would fail this run.
  await eventually(() => expect(opened).toHaveLength(20))
  const follower = await follow(`${origin}/events`)
  await suno.handle(song('a'))
  await eventually(() => expect(follower.rows().size).toBe(1))
})
