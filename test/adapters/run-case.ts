import { SunoCallbacks, type Outcome, type SunoEvent } from '../../src/index.js'
import { faultyStore } from '../support/store.js'
import type { Adapter } from './adapters.js'
import { goAway, type Case } from './case.js'
import type { Reply } from './client.js'
import { whole } from './request.js'
import { connect, type Wire } from './wire.js'

/** What was seen of a case with an adapter. */
export interface Seen {
  /**
   * `200 received`: an answer of ours. `200 page`: what GET gets of us. `404 (app)`: of the app or its framework. `400 (node)`: of
   * node:http. At the end `closed` when the connection is, with what the receiver made of a client that is gone; otherwise the
   * connection serves the next callback.
   */
  readonly answers: string
  readonly events: number
  /** Keys claimed from the store. */
  readonly claims: number
  /** What the next callback is answered: on the same connection, or on a new one where that is closed. */
  readonly afterwards: string
}

/** Ends when all connections have come to their end by themselves. */
export async function runCase(line: Case, { start, hasNodeRequest }: Adapter): Promise<Seen> {
  const store = faultyStore(line.store?.())
  const suno = new SunoCallbacks({ logger: false, ...(line.options ?? { verify: false }), store })
  const events: SunoEvent[] = []
  if (line.listensFor !== null) {
    suno.on(line.listensFor ?? '*', (event: SunoEvent) => {
      events.push(event)
      return line.listener?.(event)
    })
  }
  await line.prepare?.(suno)
  const outcome = new Promise<Outcome>((resolve) => suno.once('outcome', resolve))

  const host = await start(suno, line)
  const wire = await connect(host)
  const { answers, isClosed } = await exchange(wire, line)
  if (isClosed) await wire.closed
  const end = line.does.includes(goAway) ? [`closed (${toWord(await outcome)})`] : isClosed ? ['closed'] : []
  const canGoOn = hasNodeRequest && !isClosed
  const afterwards = await askAgain(suno, canGoOn ? wire : await connect(host))
  if (!canGoOn) wire.destroy()
  await host.closeGently()

  const isOfCase = ({ key }: { readonly key: string }) => !key.includes(AFTERWARDS)
  return {
    answers: [...answers.map(toLabel), ...end].join(', '),
    events: events.filter(isOfCase).length,
    claims: new Set(
      store
        .steps('claim')
        .filter(isOfCase)
        .map(({ key }) => key),
    ).size,
    afterwards,
  }
}

interface Exchange {
  readonly answers: readonly Reply[]
  readonly isClosed: boolean
}

async function exchange(wire: Wire, { does, requests = 1, isHead }: Case): Promise<Exchange> {
  const answers: Reply[] = []
  let isClosed = false
  const takeAnswer = async () => {
    const reply = await wire.reply({ isHead })
    if (reply !== null) answers.push(reply)
    isClosed ||= reply === null || reply.headers.connection === 'close'
  }
  for (const one of does) await (typeof one === 'function' ? one(wire, takeAnswer) : wire.write(one))
  const isOver = () => isClosed || answers.filter(({ status }) => status >= 200).length >= requests
  while (!isOver()) await takeAnswer()
  return { answers, isClosed }
}

const AFTERWARDS = 'the-next-callback'

async function askAgain(suno: SunoCallbacks, wire: Wire): Promise<string> {
  const { pathname, search } = new URL(suno.callbackUrl('music', { url: 'http://localhost/suno/music' }))
  const body = { code: 200, data: { callbackType: 'text', task_id: AFTERWARDS, data: [] } }
  await wire.write(whole(JSON.stringify(body), { path: pathname + search }))
  const reply = await wire.reply()
  return reply === null ? 'closed' : toLabel(reply)
}

function toLabel({ status, headers, body }: Reply): string {
  const type = headers['content-type']
  if (type === undefined) return `${String(status)} (node)`
  const word = /^\{"status":"([a-z-]+)"\}$/.exec(body)?.[1]
  if (word !== undefined && type.startsWith('application/json')) return `${String(status)} ${word}${toNotes(headers)}`
  if (body.startsWith('suno-callbacks: ') && type.startsWith('text/plain')) return `${String(status)} page`
  return `${String(status)} ${body === '' ? `(no body)${toNotes(headers)}` : '(app)'}`
}

function toNotes({ allow, 'retry-after': retryAfter }: Reply['headers']): string {
  const canRetry = retryAfter !== undefined && /^[1-9]\d*$/.test(retryAfter)
  return `${allow === undefined ? '' : ` (allow ${allow})`}${canRetry ? ' (retry)' : ''}`
}

function toWord(outcome: Outcome): string {
  return 'error' in outcome && 'code' in outcome.error ? outcome.error.code : outcome.status
}
