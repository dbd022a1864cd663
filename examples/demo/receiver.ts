import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { SunoCallbacks } from 'suno-callbacks'
import { expressMiddleware } from 'suno-callbacks/express'
import { storyLogger } from './describe.js'

export interface Receiver {
  readonly suno: SunoCallbacks
  readonly baseUrl: string
  /** Waits for what is under way. Answers how many events were left behind unfinished. */
  readonly close: () => Promise<number>
}

/** An Express app that receives callbacks, on a port of the loopback interface; 0 for any free one. */
export async function startReceiver(port: number, deadlineMs?: number): Promise<Receiver> {
  const app = express()
  const server = createServer(app).listen(port, '127.0.0.1')
  await once(server, 'listening')

  const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/suno`
  const secret = randomBytes(32).toString('hex')
  const suno = new SunoCallbacks({ secret, baseUrl, deadlineMs, logger: storyLogger })
  app.use('/suno', expressMiddleware(suno))

  return {
    suno,
    baseUrl,
    close: async () => {
      const left = await suno.close()
      server.close()
      await once(server, 'close')
      return left
    },
  }
}
