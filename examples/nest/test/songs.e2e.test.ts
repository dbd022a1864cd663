import 'reflect-metadata'
import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { INestApplication } from '@nestjs/common'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { Test } from '@nestjs/testing'
import { SunoCallbacks } from 'suno-callbacks'
import { sample } from 'suno-callbacks/testing'
import { AppModule } from '../src/app.module.js'
import { mountInExpress, mountInFastify } from '../src/mount.js'

process.env.SUNO_CALLBACK_SECRET = 'a secret of the tests'
process.env.SUNO_CALLBACK_BASE_URL = 'https://songs.example.com/suno'

const compile = () => Test.createTestingModule({ imports: [AppModule] }).compile()

const platforms: Readonly<Record<string, () => Promise<INestApplication>>> = {
  async Express() {
    const app = (await compile()).createNestApplication<NestExpressApplication>({ logger: false })
    mountInExpress(app)
    return app
  },
  async Fastify() {
    const app = (await compile()).createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false })
    await mountInFastify(app)
    return app
  },
}

for (const [name, create] of Object.entries(platforms)) {
  describe(`songs on ${name}`, () => {
    let app: INestApplication
    let origin: string

    before(async () => {
      app = await create()
      app.setGlobalPrefix('api') // does not move the callbacks
      await app.listen(0, '127.0.0.1')
      origin = await app.getUrl()
    })
    after(() => app.close())

    /** The answer's status and its JSON. */
    const ask = async (path: string, body?: string | object, headers: Record<string, string> = {}) => {
      const text = typeof body === 'object' ? JSON.stringify(body) : body
      const post = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text }
      const response = await fetch(new URL(path, origin), text === undefined ? {} : post)
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }

    /** Path and query of the callbacks of a new order. */
    const order = async (orderId: string) => {
      const { body } = await ask('/api/songs', { orderId, prompt: 'A calm folk song' })
      const { pathname, search } = new URL(String(body.callBackUrl))
      return pathname + search
    }

    const RECEIVED = { status: 200, body: { status: 'received' } }

    test('a song fills its order, stage by stage, and a repeat or a late stage changes nothing', async () => {
      const path = await order('42')
      assert.equal((await ask('/api/songs/42')).status, 404)
      const first = sample('music:first', { taskId: 'one' })
      assert.deepEqual(await ask(path, first), RECEIVED)
      assert.equal((await ask('/api/songs/42')).body.stage, 'first')
      assert.deepEqual(await ask(path, sample('music:complete', { taskId: 'one' })), RECEIVED)
      const complete = await ask('/api/songs/42')
      assert.equal(complete.body.stage, 'complete')
      assert.equal((complete.body.audioUrls as unknown[]).length, 2)
      assert.deepEqual(await ask(path, first), RECEIVED)
      assert.deepEqual(await ask('/api/songs/42'), complete)
    })

    test('a failure is kept with its reason', async () => {
      assert.deepEqual(await ask(await order('43'), sample('error', { taskId: 'two' })), RECEIVED)
      assert.equal((await ask('/api/songs/43')).body.stage, 'error')
    })

    test('a body above the limit of the body parser of Nest is received, one above ours is not', async () => {
      const path = await order('44')
      const large = { ...sample('music:complete', { taskId: 'three' }), filling: 'x'.repeat(2 ** 21) }
      assert.deepEqual(await ask(path, large), RECEIVED)
      assert.equal((await ask(path, ' '.repeat(9 * 2 ** 20))).status, 413)
    })

    test("a forged URL is refused, and what is no callback is the app's", async () => {
      const forged = (await order('45')).replace(/.{4}$/, 'AAAA')
      assert.equal((await ask(forged, sample('music:complete', { taskId: 'four' }))).status, 401)
      assert.equal((await ask('/api/songs/45')).status, 404)
      assert.equal((await ask('/api/songs/45/nothing')).status, 404)
    })

    test('the app closes its receiver: a listener at work is waited for, new callbacks are refused', async () => {
      const suno = app.get(SunoCallbacks)
      const query = new URL(suno.callbackUrl('lyrics')).search
      const receive = (taskId: string) =>
        suno.receive({ kind: 'lyrics', query, body: sample('lyrics:complete', { taskId }) })
      const listener = new EventEmitter()
      suno.once('lyrics:complete', async () => {
        listener.emit('begin')
        await once(listener, 'end')
      })
      const begun = once(listener, 'begin')
      const atWork = receive('five')
      await begun
      const closed = app.close()
      // Nobody listens any more, so that a callback is ignored until the app has come to its receiver.
      let refused = await receive('six')
      while (refused.status === 'ignored') {
        await setImmediate()
        refused = await receive('six')
      }
      assert.equal(refused.status, 'unavailable')
      listener.emit('end')
      await closed
      assert.equal((await atWork).status, 'handled')
    })
  })
}
