import type { SunoCallbacks, Body } from 'suno-callbacks'
import { sample } from 'suno-callbacks/testing'
import type { FuzzCase } from './fuzz-case.js'

/** What `receive` resolves with. */
export type ReceivedOutcome = Awaited<ReturnType<SunoCallbacks['receive']>>

/** Gives a case to `receive`, in its manner; the outcomes in the order of the calls. */
export async function deliver(one: FuzzCase, suno: SunoCallbacks): Promise<readonly ReceivedOutcome[]> {
  const receive = () => suno.receive({ body: bodyOf(one), kind: one.kind, query: one.query, headers: one.headers })
  switch (one.manner) {
    case 'once':
    case 'late':
      return [await receive()]
    case 'repeated':
      return [await receive(), await receive()]
    case 'parallel':
      return Promise.all([receive(), receive()])
  }
}

/** The `complete` of the task, which makes its other stages late. */
export async function deliverComplete({ taskId, query, headers }: FuzzCase, suno: SunoCallbacks): Promise<void> {
  await suno.receive({ body: sample('music:complete', { taskId }), kind: 'music', query, headers })
}

function bodyOf({ transport, body, readerFault }: FuzzCase): Body | (() => Promise<Body>) {
  if (transport === 'text') return body.toString()
  if (transport === 'parsed') return parsed(body)
  if (transport !== 'reader') return body
  return () => (readerFault === null ? Promise.resolve(body) : Promise.reject(withCode(readerFault)))
}

/** What a parser of the app's would leave: it takes away a byte order mark, and refuses what is no JSON or no object by itself. */
function parsed(body: Buffer): Body {
  try {
    const raw: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return typeof raw === 'object' && raw !== null ? raw : body
  } catch {
    return body
  }
}

function withCode(code: string): Error {
  return Object.assign(new Error('the reader failed on purpose'), { code })
}
