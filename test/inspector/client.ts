import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { onTestFinished, vi } from 'vitest'
import type { ActionAnswer, ErrorAnswer, TaskDetails, TaskListAnswer, TaskRow } from '../../src/inspector/wire.js'

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface Answered {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A request by node:http, which lets any header be sent. */
export async function ask(url: string, asked: Asked = {}): Promise<Answered> {
  const response = await open(url, asked)
  return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) }
}

function open(url: string, { method = 'GET', headers = {}, body }: Asked): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, resolve)
    request.on('error', reject)
    request.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body))
  })
}

/** A POST as the page sends it. */
export function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answered> {
  const { origin } = new URL(url)
  const own = { origin, 'content-type': 'application/json', 'x-suno-inspector': '1' }
  return ask(url, { method: 'POST', headers: { ...own, ...headers }, body })
}

export function errorOf({ status, text }: Answered): {
  readonly status: number
  readonly code: string
  readonly message: string
} {
  return { status, ...(JSON.parse(text) as ErrorAnswer).error }
}

/** A message of the stream. */
export interface Message {
  readonly id: string | undefined
  readonly event: string | undefined
  readonly data: unknown
}

/** An open stream of events, closed with the test. */
export interface Follower {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly messages: Message[]
  /** The beginning, as it came. */
  raw(): string
  /** What the messages say of rows, the latest of each. */
  rows(): ReadonlyMap<string, TaskRow>
  readonly ended: Promise<void>
  close(): void
  readonly response: IncomingMessage
}

export async function follow(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Follower> {
  const response = await open(url, { headers })
  let raw = ''
  let rest = ''
  let isEnded = false
  const messages: Message[] = []
  const latest = new Map<string, TaskRow>()
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    raw = (raw + chunk).slice(0, 10_000)
    const parts = (rest + chunk).split('\n\n')
    rest = parts.pop() ?? ''
    for (const message of parts.map(toMessage)) {
      if (message.event === undefined) continue
      messages.push(message)
      if (message.event === 'task') for (const row of message.data as readonly TaskRow[]) latest.set(row.id, row)
    }
  })
  const ended = new Promise<void>((resolve) =>
    response.on('close', () => {
      isEnded = true
      resolve()
    }),
  )
  const close = () => void response.destroy()
  onTestFinished(close)
  return {
    ...{ messages, ended, close, response, headers: response.headers, status: response.statusCode ?? 0 },
    raw: () => raw,
    rows: () => {
      if (isEnded && raw === '') throw new Error('The stream has ended before it said anything.')
      return latest
    },
  }
}

function toMessage(part: string): Message {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(part)?.[1]
  const data = field('data')
  return { id: field('id'), event: field('event'), data: data === undefined ? undefined : JSON.parse(data) }
}

/** What a page can ask, at an address that ends with a slash. */
export function pageAt(url: string) {
  const list = async () => JSON.parse((await ask(`${url}tasks`)).text) as TaskListAnswer
  const rows = async () => (await list()).tasks
  const details = async (id: string) => JSON.parse((await ask(`${url}tasks/${id}`)).text) as TaskDetails
  return {
    url,
    list,
    rows,
    details,
    /** The details of the task with that id of the provider's. */
    detailsOf: async (taskId: string) => {
      const row = (await rows()).find((one) => one.taskId === taskId)
      if (row === undefined) throw new Error(`There is no row of ${taskId}.`)
      return details(row.id)
    },
    follow: async (since?: string) => follow(`${url}events?since=${since ?? (await list()).sequence}`),
    post: (path: string, body: unknown) => post(`${url}${path}`, body),
    act: async (path: string, body: unknown) => JSON.parse((await post(`${url}${path}`, body)).text) as ActionAnswer,
  }
}

/** Until it is so, however slow the machine is. */
export const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 15_000, interval: 20 })
