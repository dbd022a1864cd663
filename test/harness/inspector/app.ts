import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { onTestFinished } from 'vitest'
import { expressMiddleware } from '../../../adapters/express.js'
import { archiver, directory } from '../../../src/archive/index.js'
import type { Kind } from '../../../src/events/types.js'
import { SunoCallbacks } from '../../../src/index.js'
import { inspector, type InspectorOptions } from '../../../src/inspector/index.js'
import { memoryTasks, providerClient, recordPoller } from '../../../src/polling/index.js'
import { simulatedProvider } from '../../../src/testing/index.js'
import { temporaryFolder } from '../../archive/folder.js'

const SECRET = 'a secret of the tests'

/** Where tasks are submitted. */
const SUBMITS = {
  music: '/api/v1/generate',
  lyrics: '/api/v1/lyrics',
  video: '/api/v1/mp4/generate',
  wav: '/api/v1/wav/generate',
  stems: '/api/v1/vocal-removal/generate',
  midi: '/api/v1/midi/generate',
  cover: '/api/v1/suno/cover/generate',
} as const satisfies Partial<Record<Kind, string>>

export type SubmittedKind = keyof typeof SUBMITS

export interface AppOptions {
  /** A free one by default. */
  readonly port?: number
  readonly inspect?: InspectorOptions | ((suno: SunoCallbacks) => InspectorOptions)
  /** Adds the listeners; one for everything by default. */
  readonly listen?: (suno: SunoCallbacks) => void
}

export type App = Awaited<ReturnType<typeof startApp>>

/** An app of Express with the receiver, its inspector, an archive and a poller. */
export async function startApp({ port = 0, inspect = {}, listen = listenForAll }: AppOptions = {}) {
  const suno = new SunoCallbacks({ secret: SECRET, baseUrl: 'http://127.0.0.1/suno', logger: false })
  listen(suno)
  const app = express()
  app.use('/suno', expressMiddleware(suno))
  app.use('/suno-inspector', inspector(suno, typeof inspect === 'function' ? inspect(suno) : inspect).express)
  const server = app.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: chosen } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${String(chosen)}`

  /** As a provider whose callback has that body. */
  const send = async (kind: Kind, body: unknown, query?: string): Promise<number> => {
    const { search } = new URL(suno.callbackUrl(kind, { metadata: { orderId: '42' } }))
    const response = await fetch(`${origin}/suno/${kind}${query ?? search}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    await response.arrayBuffer()
    return response.status
  }

  const close = async (): Promise<void> => {
    await suno.close({ graceMs: 0 })
    server.close()
    server.closeAllConnections()
  }
  onTestFinished(close)
  return { suno, send, close, origin, port: chosen, url: `${origin}/suno-inspector` }
}

function listenForAll(suno: SunoCallbacks): void {
  suno.on('*', async function saveTask() {
    await Promise.resolve()
  })
}

/** A provider with media, and what asks it and keeps its files: for the options of an app. */
export async function startProvider() {
  const provider = await simulatedProvider({ providers: ['sunoapi'], speed: 100 }).listen(0, { stageGapMs: 10_000 })
  onTestFinished(() => provider.close())
  const archive = archiver({ to: directory(temporaryFolder()), allowPrivate: true, tries: 1, logger: false })
  const client = providerClient({ provider: 'sunoapi', apiKey: 'any-key', baseUrl: provider.url })

  /** Submits a task of that kind, whose callbacks go to the app. */
  const submit = async ({ suno, origin }: App, kind: SubmittedKind): Promise<void> => {
    const url = suno.callbackUrl(kind, { url: `${origin}/suno/${kind}`, metadata: { orderId: '42' } })
    const response = await fetch(provider.url + SUBMITS[kind], {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ callBackUrl: url, prompt: 'A song' }),
    })
    await response.arrayBuffer()
  }
  /** The options of an inspector that shows what the archive keeps, and asks for records. */
  const inspect = (suno: SunoCallbacks): InspectorOptions => {
    suno.on('music:complete', archive)
    return { archive, poller: recordPoller(suno, { provider: client, tasks: memoryTasks(), logger: false }) }
  }
  return { url: provider.url, submit, inspect }
}
