/** What is tried in another runtime: bundled and run there, with the packed package in the place of the sources. */
import assert from 'node:assert/strict'
import { fetchHandler } from '../../../adapters/fetch.js'
import { EVENT_TYPES, KINDS } from '../../../src/events/kinds/index.js'
import { memoryStore, SunoCallbacks, type Kind, type SunoEvent } from '../../../src/index.js'
import { sample, storeConformance } from '../../../src/testing/index.js'
import { webRows } from '../../adapters/web-rows.js'
import { bodies } from './suite-bodies.js'
import { sqlite } from './suite-sqlite.js'
import type { Trial } from './trial.js'

const SECRET = 'a secret of this app'
const BASE_URL = 'https://app.example.com/suno'

const requests: readonly Trial[] = webRows.map(({ title, options, listensFor, request, expected }) => ({
  title: `${title} is answered ${String(expected)}`,
  run: async () => {
    const suno = new SunoCallbacks({ logger: false, ...options })
    suno.on(listensFor, () => undefined)
    assert.equal((await fetchHandler(suno)(request)).status, expected)
  },
}))

/** Signed, delivered, heard with its metadata, and absorbed when it is repeated. */
const events: readonly Trial[] = KINDS.flatMap((kind) =>
  EVENT_TYPES.filter((type) => type.startsWith(`${kind}:`)).map((type) => ({
    title: `${type} by a signed URL, and its repeat`,
    run: () => deliverTwice(kind, type),
  })),
)

async function deliverTwice(kind: Kind, type: SunoEvent['type']): Promise<void> {
  const heard: SunoEvent[] = []
  const suno = new SunoCallbacks({ secret: SECRET, baseUrl: BASE_URL, logger: false, store: memoryStore() })
  suno.on('*', (event) => heard.push(event))
  const handler = fetchHandler(suno)
  const url = suno.callbackUrl(kind, { metadata: { orderId: '42', name: 'Ünïcödé🎵' } })
  const body = JSON.stringify(sample(type as 'music:complete'))
  const post = () =>
    handler(new Request(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
  assert.deepEqual([(await post()).status, (await post()).status], [200, 200])
  assert.equal(heard.length, 1)
  assert.equal(heard[0]?.type, type)
  assert.deepEqual(heard[0].metadata, { orderId: '42', name: 'Ünïcödé🎵' })
}

const store: readonly Trial[] = storeConformance(() => memoryStore()).map(({ title, run }) => ({
  title: `memory store: ${title}`,
  run,
}))

const trials = [...requests, ...bodies, ...events, ...store, ...(await sqlite())]
const failures = await Promise.all(trials.map(failureOf))
const failed = failures.filter((failure) => failure !== null)
for (const failure of failed) console.log(failure)
console.log(`${String(trials.length - failed.length)} passed, ${String(failed.length)} failed`)
process.exit(failed.length === 0 ? 0 : 1)

async function failureOf({ title, run }: Trial): Promise<string | null> {
  try {
    await run()
    return null
  } catch (error) {
    return `not ok ${title}\n${error instanceof Error ? String(error.stack) : String(error)}`
  }
}
