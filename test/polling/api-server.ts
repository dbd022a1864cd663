import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What the API was asked. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
  readonly at: number
}

/** JSON that is answered with HTTP 200; a function answers by itself. */
export type Answer = object | ((response: ServerResponse, asked: Asked) => void)

export interface ApiServer {
  readonly url: string
  readonly asked: readonly Asked[]
  /** What is answered to the next requests: one each, the last one to all that follow. */
  answer(...answers: readonly Answer[]): void
  /** Answers by what is asked. */
  respond(answer: (asked: Asked) => Answer): void
}

/** A provider's API on this machine, closed with the test. */
export async function apiServer(...answers: readonly Answer[]): Promise<ApiServer> {
  const asked: Asked[] = []
  let queue = [...answers]
  let toAnswer: (asked: Asked) => Answer = () => (queue.length > 1 ? (queue.shift() as Answer) : (queue[0] ?? {}))
  const server = createServer((request, response) => {
    void read(request).then((one) => {
      asked.push(one)
      const answer = toAnswer(one)
      if (typeof answer === 'function') answer(response, one)
      else json(answer)(response)
    })
  })
  await listen(server)
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked,
    answer: (...next) => {
      queue = [...next]
    },
    respond: (answer) => {
      toAnswer = answer
    },
  }
}

/** An answer of JSON, with another status. */
export const json =
  (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }

/** An answer as it is. */
export const text =
  (body: string | Uint8Array, status = 200, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end(body)
  }

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
}

async function read(request: IncomingMessage): Promise<Asked> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://api')
  const { method = '', headers } = request
  return { method, path, query, headers, body: body === '' ? null : JSON.parse(body), at: performance.now() }
}
