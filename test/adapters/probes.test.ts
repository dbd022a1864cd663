import { createHash } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { requestListener } from '../../adapters/node.js'
import { SunoCallbacks, toResponse } from '../../src/index.js'
import { probeUrl } from '../../src/verify/probe-url.js'
import { PROBE, signCallback, toSigningKeys } from '../../src/verify/signed-url.js'
import { keepingLogger } from '../support/receiver.js'
import { adapters, nodeAdapters } from './adapters.js'
import { listen } from './host.js'
import { SECRET, subject } from './subject.js'

const BODY = '{"probe":"ü"}'
const ARRIVED = {
  status: 'reached',
  bytes: Buffer.byteLength(BODY),
  sha256: createHash('sha256').update(BODY).digest('hex'),
  parsed: false,
  accepts: true,
}

/** Posts JSON, and reads what it is answered. */
async function post(url: string, headers: Readonly<Record<string, string>> = {}) {
  // Certificates of tests are their own authority.
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: BODY }
  const answer = await fetch(url, init)
  return { status: answer.status, outcome: answer.headers.get('suno-outcome'), body: await answer.json() }
}

describe('a probe, which only the secret can make', () => {
  test.each(adapters.filter(({ name }) => name !== 'node:https').map((adapter) => [adapter.name, adapter] as const))(
    'is told what arrived, by %s, and is nothing to store, listeners and observers',
    async (_name, { start }) => {
      const { suno, events, outcomes } = subject({ secret: SECRET })
      const { origin } = await start(suno)
      for (const path of ['/suno', '/suno/music']) {
        expect(await post(probeUrl(origin + path, [SECRET]))).toEqual({ status: 200, outcome: 'probed', body: ARRIVED })
      }
      expect([events, outcomes]).toEqual([[], []])
    },
  )

  test.each(nodeAdapters.filter(({ name }) => name.startsWith('Express')).map((one) => [one.name, one] as const))(
    'is told that a body parser ran first, by %s',
    async (_name, { start }) => {
      const { suno } = subject({ secret: SECRET })
      const { origin } = await start(suno, { parser: 'json' })
      const { body } = await post(probeUrl(`${origin}/suno`, [SECRET]))
      expect(body).toEqual({ ...ARRIVED, bytes: null, sha256: null, parsed: true })
    },
  )

  test('is told that callbacks would not be taken now, and why', async () => {
    const suno = new SunoCallbacks({ secret: SECRET, logger: false })
    const { origin } = await listen(requestListener(suno))
    const url = probeUrl(`${origin}/suno`, [SECRET])
    expect((await post(url)).body).toEqual({ ...ARRIVED, accepts: false, because: 'NO_LISTENER' })
    await suno.close()
    expect((await post(url)).body).toEqual({ ...ARRIVED, accepts: false, because: 'CLOSING' })
  })

  test('is refused as a callback is: a foreign or lapsed signature, a compressed or slow body', async () => {
    const { suno, outcomes } = subject({ secret: SECRET, bodyTimeoutMs: 50 })
    const { origin } = await listen(requestListener(suno))
    const url = probeUrl(`${origin}/suno`, [SECRET])
    expect((await post(probeUrl(url, ['another secret, as long']))).status).toBe(401)
    expect((await post(url, { 'content-encoding': 'gzip' })).status).toBe(415)
    const body = () => new Promise<never>(() => undefined)
    expect(await suno.receive({ query: new URL(url).search, body })).toMatchObject({ status: 'rejected', kind: null })
    vi.useFakeTimers({ now: Date.now() + 11 * 60 * 1000, toFake: ['Date'] })
    expect((await post(url)).status).toBe(401)
    vi.useRealTimers()
    expect(outcomes).toHaveLength(4)
  })

  test('is no callback URL: nobody reads a kind from it, and callbackUrl makes none', () => {
    const { suno } = subject({ secret: SECRET })
    const url = probeUrl('https://app.example.com/suno', [SECRET])
    expect(suno.readCallbackUrl(url)).toBeNull()
    expect(() => suno.callbackUrl('probe' as never, { url })).toThrow(expect.objectContaining({ code: 'KIND_UNKNOWN' }))
  })

  test('dies: one that names no end is refused', async () => {
    const { suno } = subject({ secret: SECRET })
    const query = `suno_signature=${signCallback({ kind: PROBE, expiry: 0, metadata: {} }, toSigningKeys([SECRET]))}`
    expect(await suno.receive({ query, body: BODY })).toMatchObject({ reason: 'unauthorized' })
  })

  test('is told by a receiver alone, with a line for who debugs', async () => {
    const logger = keepingLogger()
    const { suno } = subject({ secret: SECRET, logger })
    const { search } = new URL(probeUrl('https://app.example.com/suno', [SECRET]))
    const outcome = await suno.receive({ query: search, body: Buffer.from(BODY) })
    expect(outcome).toMatchObject({ status: 'probed', event: null, arrived: { parsed: false } })
    expect(JSON.parse(toResponse(outcome).body)).toEqual(ARRIVED)
    expect(logger.lines).toMatchObject([{ level: 'debug', message: 'A probe was answered: it reached the app.' }])
  })
})
