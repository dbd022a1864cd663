import Router from '@koa/router'
import express5 from 'express'
import express4 from 'express4'
import Koa from 'koa'
import mount from 'koa-mount'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { expressMiddleware } from '../../adapters/express.js'
import { koaMiddleware } from '../../adapters/koa.js'
import { requestListener } from '../../adapters/node.js'
import type { SunoCallbacks } from '../../src/index.js'
import { listen, type Host } from './host.js'

/** One line of the matrix: the receiver below /suno, in a real app that listens on a free port. */
export interface Adapter {
  readonly name: string
  readonly start: (suno: SunoCallbacks, before?: Before) => Promise<Host>
}

/** What the app does to a request before the receiver sees it. */
export type Before = (request: IncomingMessage, response: ServerResponse) => Promise<unknown> | undefined

export const adapters: readonly Adapter[] = [
  ...[express5, express4].map((express, index): Adapter => ({
    name: `Express ${String(5 - index)}`,
    start: (suno, before) => listen(express().use(inExpress(before)).use('/suno', expressMiddleware(suno))),
  })),

  {
    name: 'Koa',
    start: (suno, before) => listen(quietKoa().use(inKoa(before)).use(koaMiddleware(suno)).callback()),
  },

  {
    name: 'koa-mount',
    start: (suno, before) =>
      listen(
        quietKoa()
          .use(inKoa(before))
          .use(mount('/suno', koaMiddleware(suno)))
          .callback(),
      ),
  },

  {
    name: '@koa/router',
    start: (suno, before) => {
      const router = new Router().all('/suno{/:kind}', koaMiddleware(suno))
      return listen(quietKoa().use(inKoa(before)).use(router.routes()).callback())
    },
  },

  {
    name: 'node:http',
    start: (suno, before) => listen(inNode(before, requestListener(suno))),
  },

  {
    name: 'node:http in front of Express',
    start: (suno, before) => listen(inNode(before, requestListener(suno, { next: express5() }))),
  },
]

/** Koa prints a line for every client that goes away. */
function quietKoa(): Koa {
  const app = new Koa()
  app.silent = true
  return app
}

function inExpress(before: Before | undefined): express5.RequestHandler {
  return (request, response, next) => {
    const work = before?.(request, response)
    if (work === undefined) next()
    else work.then(() => next(), next)
  }
}

function inKoa(before: Before | undefined): Koa.Middleware {
  return async (context, next) => {
    const work = before?.(context.req, context.res)
    if (work !== undefined) await work
    await next()
  }
}

function inNode(before: Before | undefined, listener: RequestListener): RequestListener {
  return (request, response) => {
    const work = before?.(request, response)
    if (work === undefined) listener(request, response)
    else void work.then(() => listener(request, response))
  }
}
