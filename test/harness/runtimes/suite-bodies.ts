import assert from 'node:assert/strict'
import type { UnderlyingSource } from 'node:stream/web'
import { fetchHandler } from '../../../adapters/fetch.js'
import { SunoCallbacks, type SunoEvent } from '../../../src/index.js'
import { sample } from '../../../src/testing/index.js'
import { deferred } from '../../support/receiver.js'
import type { Trial } from './trial.js'

const BODY = new TextEncoder().encode(JSON.stringify(sample('music:complete', { taskId: 'Ünïcödé🎵' })))

/** How the streams of the runtime behave under the one reader of bodies. */
export const bodies: readonly Trial[] = [
  {
    title: 'a body in small chunks is put together',
    run: async () => {
      let at = 0
      const { status, events } = await receive({
        pull(controller) {
          if (at < BODY.length) controller.enqueue(BODY.slice(at, (at += 7)))
          else controller.close()
        },
      })
      assert.equal(status, 200)
      assert.equal(events[0]?.taskId, 'Ünïcödé🎵')
    },
  },
  {
    title: 'a body without end is answered 413, and let go of',
    run: async () => {
      const canceled = deferred()
      const { status } = await receive({
        pull: (controller) => controller.enqueue(new Uint8Array(512)),
        cancel: () => canceled.resolve(),
      })
      assert.equal(status, 413)
      await canceled.promise
    },
  },
  {
    title: 'a body that never comes is answered 408, and let go of',
    run: async () => {
      const canceled = deferred()
      const never = { pull: () => new Promise<void>(() => undefined), cancel: () => canceled.resolve() }
      assert.equal((await receive(never)).status, 408)
      await canceled.promise
    },
  },
  {
    title: 'a body that breaks off is answered 400',
    run: async () => {
      const gone = { pull: (controller: ReadableStreamDefaultController) => controller.error(new Error('gone')) }
      assert.equal((await receive(gone)).status, 400)
    },
  },
  {
    title: 'a body that something has read is answered 500 at once',
    run: async () => {
      const request = post({ body: BODY })
      await request.json()
      assert.equal((await fetchHandler(receiver().suno)(request)).status, 500)
    },
  },
  {
    title: 'no body at all is answered 400',
    run: async () => assert.equal((await fetchHandler(receiver().suno)(post({}))).status, 400),
  },
  {
    title: 'listeners past the deadline are given to waitUntil of the context',
    run: async () => {
      const { suno } = receiver({ deadlineMs: 100 })
      const listener = deferred()
      suno.on('music:complete', () => listener.promise)
      const works: Promise<unknown>[] = []
      const context = { waitUntil: (work: Promise<unknown>) => works.push(work) }
      assert.equal((await fetchHandler(suno)(post({ body: BODY }), {}, context)).status, 503)
      assert.equal(works.length, 1)
      listener.resolve()
      await works[0]
    },
  },
]

function receiver(options: object = {}) {
  const suno = new SunoCallbacks({ verify: false, logger: false, maxBodyBytes: 65_536, bodyTimeoutMs: 300, ...options })
  const events: SunoEvent[] = []
  suno.on('*', (event) => events.push(event))
  return { suno, events }
}

async function receive(source: UnderlyingSource): Promise<{ status: number; events: readonly SunoEvent[] }> {
  const { suno, events } = receiver()
  const { status } = await fetchHandler(suno)(post({ body: new ReadableStream(source), duplex: 'half' }))
  return { status, events }
}

function post(init: RequestInit & { duplex?: 'half' }): Request {
  return new Request('https://app.example.com/suno/music', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...init,
  })
}
