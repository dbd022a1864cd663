import express from 'express'
import Koa from 'koa'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Delivery, SunoCallbacks } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'
import { koaMiddleware } from 'suno-callbacks/koa'
import { requestListener } from 'suno-callbacks/node'
import type { App } from './fuzz-case.js'

/** Real apps that listen, each with one adapter. */
export interface Apps {
  /** Writes the pieces to a new connection and ends it: all that comes back before the app closes it too. */
  send(app: App, pieces: readonly Buffer[], suno: SunoCallbacks): Promise<Buffer>
  /** What reached an app's own error handler, since it was asked last. */
  takeErrors(): readonly unknown[]
  close(): Promise<void>
}

export async function openApps(): Promise<Apps> {
  let errors: unknown[] = []
  let current: SunoCallbacks | null = null
  const receiver = {
    receive: (delivery: Delivery): ReturnType<SunoCallbacks['receive']> => {
      if (current === null) throw new Error('A request came before there was a receiver.')
      return current.receive(delivery)
    },
    logger: { warn: () => undefined },
  }
  const onError = (error: unknown) => errors.push(error)
  const servers: Readonly<Record<App, Server>> = {
    node: await listen(requestListener(receiver)),
    Express: await listen(expressApp(receiver, onError)),
    Koa: await listen(koaApp(receiver, onError)),
  }
  return {
    send(app, pieces, suno) {
      current = suno
      return exchange((servers[app].address() as AddressInfo).port, pieces)
    },
    takeErrors() {
      const taken = errors
      errors = []
      return taken
    },
    async close() {
      await Promise.all(
        Object.values(servers).map((server) => {
          server.closeAllConnections()
          return new Promise((resolve) => server.close(resolve))
        }),
      )
    },
  }
}

type Receiver = Parameters<typeof requestListener>[0]

function expressApp(receiver: Receiver, onError: (error: unknown) => void): RequestListener {
  const app = express()
  app.use('/suno', expressMiddleware(receiver))
  app.use((_request: express.Request, response: express.Response) => void response.status(404).send(NOT_OURS))
  // Express tells an error handler by its four parameters.
  app.use((error: unknown, _request: express.Request, response: express.Response, next: express.NextFunction) => {
    onError(error)
    if (response.headersSent) next(error)
    else response.status(404).send(NOT_OURS)
  })
  return app as RequestListener
}

function koaApp(receiver: Receiver, onError: (error: unknown) => void): RequestListener {
  const app = new Koa()
  app.on('error', onError)
  app.use(koaMiddleware(receiver))
  app.use((context) => {
    context.status = 404
    context.body = NOT_OURS
  })
  const listener = app.callback()
  return (request, response) => void listener(request, response)
}

/** The answer of the app itself to what is not ours. */
export const NOT_OURS = 'not ours'

async function listen(listener: RequestListener): Promise<Server> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function exchange(port: number, pieces: readonly Buffer[]): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1')
    socket.on('data', (chunk) => chunks.push(chunk))
    // The app may close before it has read everything.
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Buffer.concat(chunks)))
    for (const piece of pieces) socket.write(piece)
    socket.end()
  })
}
