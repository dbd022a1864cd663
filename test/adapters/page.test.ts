import { describe, expect, test, vi } from 'vitest'
import { faultyStore } from '../support/store.js'
import { adapters } from './adapters.js'
import { send } from './client.js'
import { SECRET, signedPath, subject } from './subject.js'

const PAGE =
  'suno-callbacks: a Suno API provider POSTs its callbacks to this URL. ' +
  'That you read this line shows that the URL reaches the app; whether its signature is valid is not checked here.\n'

const HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'content-length': String(PAGE.length),
  'cache-control': 'no-store',
}

describe.each(adapters)('$name: what a browser or an uptime check asks for', ({ start }) => {
  test('GET of a callback URL is answered with one constant line, HEAD with its headers alone', async () => {
    const { suno } = subject()
    const host = await start(suno)
    for (const path of ['/suno', '/suno/', '/suno/music', '/suno/video/']) {
      expect(await send(host, path, { method: 'GET' })).toMatchObject({ status: 200, headers: HEADERS, body: PAGE })
      expect(await send(host, path, { method: 'HEAD' })).toMatchObject({ status: 200, headers: HEADERS, body: '' })
    }
  })

  test('the page is the same for every signature, and touches no listener, store or verifier', async () => {
    const store = faultyStore()
    const verify = vi.fn(() => true)
    const { suno, events, outcomes, log } = subject({ secret: SECRET, verify, store })
    const host = await start(suno)
    const valid = signedPath(suno, 'music', '/suno/music')
    const { suno: other } = subject({ secret: 'another secret, of another app' })
    const foreign = signedPath(other, 'music', '/suno/music')
    for (const path of [
      valid,
      valid.slice(0, -3),
      foreign,
      '/suno/music',
      '/suno/music?suno_signature=',
      valid.replace('/music', '/video'),
    ]) {
      const { status, headers, body } = await send(host, path, { method: 'GET' })
      expect({ status, body }).toEqual({ status: 200, body: PAGE })
      expect(headers).toMatchObject(HEADERS)
    }
    expect({ events, outcomes, log }).toEqual({ events: [], outcomes: [], log: [] })
    expect(store.steps('claim')).toEqual([])
    expect(verify).not.toHaveBeenCalled()
  })

  test('it is there when the app no longer takes callbacks', async () => {
    const { suno } = subject()
    const host = await start(suno)
    await suno.close()
    expect(await send(host, '/suno', { method: 'GET' })).toMatchObject({ status: 200, body: PAGE })
  })
})
