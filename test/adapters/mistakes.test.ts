import express5 from 'express'
import express4 from 'express4'
import Koa from 'koa'
import { createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { expressMiddleware } from '../../adapters/express.js'
import { fetchHandler } from '../../adapters/fetch.js'
import { koaMiddleware } from '../../adapters/koa.js'
import { requestListener } from '../../adapters/node.js'
import { SunoCallbacks, toResponse, type Outcome } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { send } from './client.js'
import { listen } from './host.js'
import { subject } from './subject.js'

const makers: Readonly<Record<string, (...given: readonly unknown[]) => unknown>> = {
  expressMiddleware: expressMiddleware as never,
  koaMiddleware: koaMiddleware as never,
  requestListener: requestListener as never,
  fetchHandler: fetchHandler as never,
}

describe.each(Object.entries(makers))('%s', (name, make) => {
  const refused = (message: RegExp) =>
    expect.objectContaining({
      name: 'ConfigurationError',
      code: 'RECEIVER_INVALID',
      message: matching(message),
    }) as Error

  const instance = `${name}\\(suno\\) needs the SunoCallbacks instance, but got`

  test.each([
    { given: 'nothing', values: [], says: 'undefined\\. .*new SunoCallbacks' },
    { given: 'null', values: [null], says: 'null\\. .*new SunoCallbacks' },
    { given: 'the options of a mount', values: [{ kind: 'music' }], says: 'an object without receive\\(\\).*second' },
    { given: 'no more than an object', values: [{}], says: 'an object without receive\\(\\)' },
    {
      given: 'a receiver without a logger',
      values: [{ receive: () => null }],
      says: 'an object without receive\\(\\)',
    },
    { given: 'a path', values: ['/suno'], says: `a string\\. .*${name}\\(suno, \\{ path: "/suno" \\}\\)` },
    { given: 'a function', values: [() => null], says: 'a function' },
    {
      given: 'a promise of the instance',
      values: [Promise.resolve(subject().suno)],
      says: 'a promise\\. Await it first',
    },
    { given: 'the class', values: [SunoCallbacks], says: 'the class\\. Make an instance' },
  ])('refuses $given at mount, and says what belongs there', ({ values, says }) => {
    expect(() => make(...values)).toThrow(refused(new RegExp(`^${instance} ${says}`)))
  })
})

describe('an adapter that was mounted itself, instead of what it answers', () => {
  test.each([
    ['Express 5', express5],
    ['Express 4', express4],
  ])('tells the error handler of %s to call it', async (_name, express) => {
    const errors: unknown[] = []
    const app = express().use('/suno', expressMiddleware as never)
    app.use((error: unknown, _request: unknown, response: express5.Response, next: express5.NextFunction) => {
      errors.push(error)
      if (response.headersSent) next(error)
      else response.status(500).end()
    })
    expect((await send(await listen(app), '/suno/music', {})).status).toBe(500)
    expect(errors).toMatchObject([
      { code: 'RECEIVER_INVALID', message: matching(/call it: expressMiddleware\(suno\)/) },
    ])
  })

  test('tells the error event of Koa to call it', async () => {
    const errors: unknown[] = []
    const app = new Koa().use(koaMiddleware as never)
    app.on('error', (error) => errors.push(error))
    expect((await send(await listen(app.callback()), '/suno/music', {})).status).toBe(500)
    expect(errors).toMatchObject([{ code: 'RECEIVER_INVALID', message: matching(/call it: koaMiddleware\(suno\)/) }])
  })

  test('tells a server of node:http to call it', () => {
    const [listener] = createServer(requestListener as never).listeners('request') as [(request: unknown) => unknown]
    expect(() => listener({ method: 'POST', url: '/suno', headers: {} })).toThrow(/call it: requestListener\(suno\)/)
  })
})

describe('toResponse', () => {
  test('says of a promise that it is to be awaited first', () => {
    const { suno } = subject()
    const outcome = suno.receive({ kind: 'music', body: sample('music:complete') })
    expect(() => toResponse(outcome as never)).toThrow(
      expect.objectContaining({ code: 'OUTCOME_INVALID', message: matching(/toResponse\(await suno\.receive/) }),
    )
  })

  test('refuses what is no outcome, instead of answering nothing', () => {
    for (const given of [undefined, null, 'handled', 200, {}, { status: 'done' }]) {
      expect(() => toResponse(given as never as Outcome)).toThrow(expect.objectContaining({ code: 'OUTCOME_INVALID' }))
    }
  })
})

function matching(message: RegExp): string {
  return expect.stringMatching(message) as string
}
