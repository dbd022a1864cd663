import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ServerConnections } from '../attempt.js'
import { Clock } from '../clock.js'
import type { SimulationSettings } from '../simulation-options.js'
import { Api, FILES_PATH, type ApiAnswer } from './api.js'
import type { KeptTask } from './kept-task.js'
import { readListenOptions, type ListenOptions } from './listen-options.js'
import { TaskKeeper } from './task-keeper.js'

/** A provider that listens: the address of its API, and what became of the tasks that were submitted. */
export interface ListeningProvider {
  /** For `SUNO_API_BASE_URL`, such as `http://127.0.0.1:4000`. */
  readonly url: string
  /** The tasks as they stand, in the order of their submits; the last 10,000. */
  readonly tasks: readonly KeptTask[]
  /** Stops the clock: callbacks under way are cut off, none comes any more, and no request is taken. */
  close(): Promise<void>
}

/** @throws ConfigurationError for the first mistake found; what `node:http` says of a port that is taken */
export async function listen(
  settings: SimulationSettings,
  port: number,
  options: ListenOptions,
): Promise<ListeningProvider> {
  const listening = readListenOptions(port, options)
  const server = createServer()
  server.listen(listening.port, listening.host)
  await once(server, 'listening')
  const { address, family, port: actualPort } = server.address() as AddressInfo
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${String(actualPort)}`

  const clock = new Clock(settings.speed)
  const connections = new ServerConnections(settings.concurrency)
  const keeper = new TaskKeeper({ settings, listening, clock, connections, filesUrl: url + FILES_PATH })
  const api = new Api(keeper, settings.providers[0], listening, settings.seed)
  server.on('request', (request, response) => {
    api.answer(request).then(
      (answer) => send(answer, response),
      // The request was cut off: there is nobody to answer.
      () => response.destroy(),
    )
  })

  return {
    url,
    get tasks() {
      return keeper.tasks
    },
    close: async () => {
      clock.stop()
      server.close()
      server.closeAllConnections()
      await keeper.settled()
      connections.close()
    },
  }
}

function send(answer: ApiAnswer, response: ServerResponse): void {
  if (answer === 'hang') return
  if (answer === 'cut') {
    response.destroy()
    return
  }
  const [contentType, bytes] =
    'file' in answer
      ? [answer.file.contentType, answer.file.bytes]
      : 'html' in answer
        ? ['text/html; charset=utf-8', Buffer.from(answer.html)]
        : ['application/json; charset=utf-8', Buffer.from(JSON.stringify(answer.body))]
  response.writeHead(answer.status, { 'content-type': contentType, 'content-length': bytes.length }).end(bytes)
}
