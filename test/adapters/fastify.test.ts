import fastify5, { type FastifyInstance } from 'fastify'
import fastify4 from 'fastify4'
import { describe, expect, test } from 'vitest'
import { sunoFastify } from '../../adapters/fastify.js'
import { sample } from '../../src/testing/index.js'
import { post, send } from './client.js'
import { host, type Host } from './host.js'
import { subject } from './subject.js'

async function start(app: FastifyInstance): Promise<Host> {
  await app.ready()
  return host(app.server, 'http')
}

const body = sample('music:complete')

describe.each([
  ['Fastify 5', fastify5],
  ['Fastify 4', fastify4 as never as typeof fastify5],
])('%s', (_name, fastify) => {
  test.each([
    {
      title: 'below its prefix',
      options: { prefix: '/hooks' },
      ours: ['/hooks', '/hooks/', '/hooks/music', '/hooks/music/'],
    },
    { title: 'below /suno without a prefix', options: {}, ours: ['/suno', '/suno/', '/suno/music', '/suno/music/'] },
    { title: 'below a path', options: { path: '/a/b/' }, ours: ['/a/b', '/a/b/', '/a/b/music'] },
    {
      title: 'below a path in its prefix',
      options: { prefix: '/v1', path: '/suno' },
      ours: ['/v1/suno', '/v1/suno/music'],
    },
    { title: 'below a path in the prefix /', options: { prefix: '/', path: '/suno' }, ours: ['/suno', '/suno/music'] },
    {
      title: 'below a path that only looks like its prefix',
      options: { prefix: '/suno', path: '/suno-hooks' },
      ours: ['/suno/suno-hooks', '/suno/suno-hooks/music'],
    },
    {
      title: 'at the one URL of a kind',
      options: { prefix: '/hook', kind: 'music' as const },
      ours: ['/hook', '/hook/'],
    },
    { title: 'at the root', options: { path: '/' }, ours: ['/', '/music'] },
  ])('takes callbacks $title', async ({ options, ours }) => {
    const { suno, events } = subject()
    const app = fastify({ forceCloseConnections: true })
    await app.register(sunoFastify, { suno, ...options })
    const listening = await start(app)
    for (const path of ours) {
      expect(
        (await post(listening, path, sample('music:complete', { taskId: path.replace(/\W/g, '-') || 'root' }))).status,
      ).toBe(200)
    }
    expect(events.length).toBeGreaterThan(1)
  })

  test('takes them where the app ignores slashes at the end', async () => {
    const { suno } = subject()
    const app = fastify({ forceCloseConnections: true, ignoreTrailingSlash: true })
    await app.register(sunoFastify, { suno, prefix: '/suno' })
    const listening = await start(app)
    for (const path of ['/suno', '/suno/', '/suno/music', '/suno/music/']) {
      expect((await post(listening, path, body)).status).toBe(200)
    }
  })

  test('leaves the parsers, limits, routes and 404 of the app as they are', async () => {
    const { suno } = subject({ verify: false, maxBodyBytes: 8192 })
    const app = fastify({ forceCloseConnections: true, bodyLimit: 1024 })
    await app.register(sunoFastify, { suno, prefix: '/suno' })
    app.post('/own', (request) => Promise.resolve({ got: request.body }))
    app.setNotFoundHandler((_request, reply) => reply.code(404).send('nothing here'))
    const listening = await start(app)
    expect(JSON.parse((await post(listening, '/own', { a: 1 })).body)).toEqual({ got: { a: 1 } })
    expect((await post(listening, '/own', { a: 'x'.repeat(2000) })).status).toBe(413)
    expect((await post(listening, '/suno/music', { ...body, filling: 'x'.repeat(2000) })).status).toBe(200)
    expect(await post(listening, '/suno/nope', body)).toMatchObject({ status: 404, body: 'nothing here' })
    expect((await send(listening, '/suno', { method: 'PUT' })).status).toBe(405)
  })

  test('warns of a POST that names no callback with what Fastify has', async () => {
    const { suno, log } = subject()
    const app = fastify({ forceCloseConnections: true })
    await app.register(sunoFastify, { suno, prefix: '/suno' })
    expect((await post(await start(app), '/suno/nope', body)).status).toBe(404)
    expect(log.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /"\/suno\/nope".*: register it with the prefix .* \{ prefix: "\/hooks\/suno" \}, or pin the kind/,
      ),
    ])
    expect(log[0]?.message).not.toMatch(/use\(|:kind|path: /)
  })

  test('a receiver that rejects comes to its error handler', async () => {
    const error = new Error('on purpose')
    const app = fastify({ forceCloseConnections: true })
    await app.register(sunoFastify, { suno: { receive: () => Promise.reject(error), logger: subject().suno.logger } })
    app.setErrorHandler((caught, _request, reply) => reply.code(500).send(caught === error ? 'ours' : 'another'))
    expect((await post(await start(app), '/suno', body)).status).toBe(500)
  })

  test.each([
    [{}, 'RECEIVER_INVALID'],
    [{ suno: subject().suno, kind: 'musik' }, 'KIND_UNKNOWN'],
    [{ suno: subject().suno, paht: '/suno' }, 'OPTION_UNKNOWN'],
  ])('is not ready with a mistake in the options (%#)', async (options, code) => {
    const app = fastify()
    await expect(app.register(sunoFastify, options as never).ready()).rejects.toMatchObject({ code })
  })

  test.each([
    { prefix: '/suno', path: '/suno' },
    { prefix: '/suno/', path: '/suno/' },
    { prefix: 'suno', path: '/suno' },
    { prefix: '/api', path: '/api/suno' },
  ])('is not ready with a path that has the prefix once more (%#)', async (options) => {
    const app = fastify()
    await expect(app.register(sunoFastify, { suno: subject().suno, ...options }).ready()).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(/Give one of them: \{ prefix: "\/(api\/)?suno\/?" \}/) as string,
    })
  })

  test('is not ready when the plugin was wrapped, which would take the parsers of the app', async () => {
    const skip = Symbol.for('skip-override')
    Object.assign(sunoFastify, { [skip]: true })
    try {
      const app = fastify()
      await expect(app.register(sunoFastify, { suno: subject().suno }).ready()).rejects.toMatchObject({
        code: 'OPTION_INVALID',
      })
    } finally {
      Reflect.deleteProperty(sunoFastify, skip)
    }
  })
})
