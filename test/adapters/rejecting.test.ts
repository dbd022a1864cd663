import express from 'express'
import Koa from 'koa'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { expressMiddleware } from '../../adapters/express.js'
import { koaMiddleware } from '../../adapters/koa.js'
import { requestListener } from '../../adapters/node.js'
import { sample } from '../../src/testing/index.js'
import { keepingLogger } from '../support/receiver.js'
import { post } from './client.js'
import { listen } from './host.js'
import { subject } from './subject.js'

const FAULT = new Error('on purpose')

/** What a wrapper around an instance may do wrong. */
const receivers = {
  rejects: () => Promise.reject(FAULT),
  throws: () => {
    throw FAULT
  },
}

const body = sample('music:complete')

// What nobody caught ended the process.
describe.each(Object.entries(receivers))('a receiver whose receive() %s', (_title, receive) => {
  test('is answered 500 by node:http, with a line in the log, and the next request is served', async () => {
    const rejections = unhandledRejections()
    const logger = keepingLogger()
    const host = await listen(requestListener({ receive, logger }))
    for (const path of ['/suno', '/suno/music']) {
      expect(await post(host, path, body)).toMatchObject({ status: 500, body: '{"status":"failed"}' })
    }
    expect(logger.lines).toMatchObject([{ fields: { error: FAULT } }, { fields: { error: FAULT } }])
    expect(rejections).toEqual([])
  })

  test('comes to the error handler of Express', async () => {
    const app = express().use(expressMiddleware({ receive, logger: keepingLogger() }))
    app.use((error: unknown, _request: unknown, response: express.Response, next: express.NextFunction) => {
      if (error === FAULT) response.status(500).send('handled by the app')
      else next(error)
    })
    expect(await post(await listen(app), '/suno', body)).toMatchObject({ status: 500, body: 'handled by the app' })
  })

  test('comes to the error event of Koa', async () => {
    const errors: unknown[] = []
    const app = new Koa().use(koaMiddleware({ receive, logger: keepingLogger() }))
    app.on('error', (error) => errors.push(error))
    expect((await post(await listen(app.callback()), '/suno', body)).status).toBe(500)
    expect(errors).toEqual([FAULT])
  })
})

test('a response of node:http that cannot be written is broken off, and the process lives', async () => {
  const rejections = unhandledRejections()
  const { suno, outcomes } = subject()
  const listener = requestListener(suno)
  const host = await listen((request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/suno') {
      response.writeHead = () => {
        throw FAULT
      }
    }
    listener(request, response)
  })
  await expect(post(host, '/suno', body)).rejects.toThrow()
  expect(outcomes).toMatchObject([{ status: 'handled' }])
  expect((await post(host, '/suno/music', body)).status).toBe(200)
  expect(rejections).toEqual([])
})

function unhandledRejections(): readonly unknown[] {
  const rejections: unknown[] = []
  const note = (error: unknown) => rejections.push(error)
  process.on('unhandledRejection', note)
  onTestFinished(() => {
    process.off('unhandledRejection', note)
  })
  return rejections
}
