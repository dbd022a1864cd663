import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SunoCallbacks, type Kind, type SunoCallbacksOptions, type SunoEvent } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'

const HOUR = 3_600_000
const BASE = 'https://app.example.com/suno'

function instance(options: SunoCallbacksOptions = {}): { suno: SunoCallbacks; events: SunoEvent[] } {
  const suno = new SunoCallbacks({ secret: 'first secret, quite long', baseUrl: BASE, logger: false, ...options })
  const events: SunoEvent[] = []
  suno.on('*', (event) => events.push(event))
  return { suno, events }
}

async function codeOf(suno: SunoCallbacks, query: string): Promise<string> {
  const outcome = await suno.receive({ body: sample('music:complete'), query })
  return outcome.status === 'rejected' ? outcome.error.code : outcome.status
}

const search = (url: string) => new URL(url).search

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-06-01T12:00:00Z') })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('the address', () => {
  test('is the base, the kind and one parameter', () => {
    const url = new URL(instance().suno.callbackUrl('video'))
    expect(url.origin + url.pathname).toBe('https://app.example.com/suno/video')
    expect([...url.searchParams.keys()]).toEqual(['suno_signature'])
  })

  test('keeps what base or url has of its own', () => {
    const { suno } = instance({ baseUrl: 'https://app.example.com/a/suno/?tenant=7' })
    expect(suno.callbackUrl('music')).toMatch(
      /^https:\/\/app\.example\.com\/a\/suno\/music\?tenant=7&suno_signature=v1\./,
    )
    expect(suno.callbackUrl('music', { url: 'https://b.example.com/hook?x=1' })).toMatch(
      /^https:\/\/b\.example\.com\/hook\?x=1&suno_signature=v1\./,
    )
  })

  test('is unsigned without a secret, and then takes neither metadata nor expiry', () => {
    const { suno } = instance({ secret: undefined, verify: false })
    expect(suno.callbackUrl('music')).toBe('https://app.example.com/suno/music')
    expect(() => suno.callbackUrl('music', { metadata: { a: '1' } })).toThrow(/secret/)
    expect(() => suno.callbackUrl('music', { expiresInMs: Infinity })).toThrow(/secret/)
  })

  test.each([
    ['http://localhost:3000/suno'],
    ['http://127.0.0.1:3000/suno'],
    ['http://[::1]:3000/suno'],
    ['http://app.localhost/suno'],
    ['http://api:8080/suno'],
  ])('may be %s: nothing leaves the machine or the container network', (baseUrl) => {
    expect(instance({ baseUrl }).suno.callbackUrl('music')).toContain(baseUrl)
  })

  test.each([
    ['http://app.example.com/suno', 'BASE_URL_INSECURE'],
    ['http://[2001:db8::1]/suno', 'BASE_URL_INSECURE'],
    ['http://10.0.0.1/suno', 'BASE_URL_INSECURE'],
    ['/suno', 'BASE_URL_INVALID'],
    ['', 'BASE_URL_INVALID'],
    ['ftp://app.example.com', 'BASE_URL_INVALID'],
    ['https://user:word@app.example.com', 'BASE_URL_INVALID'],
    ['https://app.example.com/#suno', 'BASE_URL_INVALID'],
  ])('cannot be %j', (url, code) => {
    expect(() => instance({ baseUrl: url })).toThrow(expect.objectContaining({ code }) as Error)
    expect(() => instance().suno.callbackUrl('music', { url })).toThrow(expect.objectContaining({ code }) as Error)
  })

  test('comes from the environment by default; without one only callbackUrl fails', () => {
    vi.stubEnv('SUNO_CALLBACK_BASE_URL', 'https://env.example.com')
    vi.stubEnv('SUNO_CALLBACK_SECRET', 'the secret of the environment')
    const suno = new SunoCallbacks({ logger: false })
    expect(suno.callbackUrl('music')).toMatch(/^https:\/\/env\.example\.com\/music\?suno_signature=/)

    vi.stubEnv('SUNO_CALLBACK_BASE_URL', '')
    const { suno: homeless } = instance({ baseUrl: undefined })
    expect(() => homeless.callbackUrl('music')).toThrow(expect.objectContaining({ code: 'BASE_URL_MISSING' }) as Error)
  })

  test('is refused for a kind that does not exist', () => {
    for (const kind of ['musik', 'constructor', undefined]) {
      const call = () => instance().suno.callbackUrl(kind as Kind)
      expect(call).toThrow(expect.objectContaining({ code: 'KIND_UNKNOWN' }) as Error)
    }
  })
})

describe('the signature', () => {
  test('is HMAC-SHA256 over version and payload, so that it can be made elsewhere', async () => {
    const payload = Buffer.from(JSON.stringify(['music', 0, { orderId: '42' }])).toString('base64url')
    const mac = createHmac('sha256', 'first secret, quite long').update(`v1.${payload}`).digest('base64url')
    const { suno, events } = instance()
    expect(await codeOf(suno, `suno_signature=v1.${payload}.${mac}`)).toBe('handled')
    expect(events[0]?.metadata).toEqual({ orderId: '42' })
  })

  test('fails when any character of it is changed, cut or added', async () => {
    const { suno, events } = instance()
    const good = search(suno.callbackUrl('music', { metadata: { orderId: '42' } }))
    const start = '?suno_signature='.length
    for (let i = start; i < good.length; i++) {
      const other = good[i] === 'A' ? 'B' : 'A'
      expect(await codeOf(suno, good.slice(0, i) + other + good.slice(i + 1))).toBe('SIGNATURE_INVALID')
      expect(await codeOf(suno, good.slice(0, i))).toMatch(/^SIGNATURE_(INVALID|MISSING)$/)
    }
    expect(await codeOf(suno, `${good}A`)).toBe('SIGNATURE_INVALID')
    expect(await codeOf(suno, `${good}=`)).toBe('SIGNATURE_INVALID')
    expect(await codeOf(suno, good.replace('.', '%20.'))).toBe('SIGNATURE_INVALID')
    expect(events).toEqual([])
    expect(await codeOf(suno, good)).toBe('handled')
  })

  test('fails for every other byte at every place of it', async () => {
    const { suno, events } = instance()
    const good = search(suno.callbackUrl('music', { metadata: { orderId: '42' } }))
    const start = '?suno_signature='.length
    const bytes = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).padStart(2, '0')}`)
    const passed: string[] = []
    for (let i = start; i < good.length; i++) {
      const others = bytes.filter((byte) => byte !== `%${good.charCodeAt(i).toString(16)}`)
      for (const other of others) {
        const code = await codeOf(suno, good.slice(0, i) + other + good.slice(i + 1))
        if (code !== 'SIGNATURE_INVALID') passed.push(`${other} at ${String(i)}: ${code}`)
      }
    }
    expect(passed).toEqual([])
    expect(events).toEqual([])
  }, 60_000)

  test('fails when any of its parts is cut short, at either end', async () => {
    const { suno } = instance()
    const url = new URL(suno.callbackUrl('music', { metadata: { orderId: '42' } }))
    const value = url.searchParams.get('suno_signature') ?? ''
    const [version = '', payload = '', mac = ''] = value.split('.')
    const cut = (text: string) => Array.from(text, (_, i) => [text.slice(0, i), text.slice(i + 1)]).flat()
    const values = [
      ...cut(value),
      ...cut(version).map((part) => `${part}.${payload}.${mac}`),
      ...cut(payload).map((part) => `${version}.${part}.${mac}`),
      ...cut(mac).map((part) => `${version}.${payload}.${part}`),
    ]
    for (const one of values) expect(await codeOf(suno, `suno_signature=${one}`)).toBe('SIGNATURE_INVALID')
    expect(await codeOf(suno, `suno_signature=${value}`)).toBe('handled')
  })

  test('of one URL does not fit another: neither another kind nor other metadata nor another expiry', async () => {
    const { suno } = instance()
    const urls = [
      suno.callbackUrl('music'),
      suno.callbackUrl('video'),
      suno.callbackUrl('music', { metadata: { orderId: '42' } }),
      suno.callbackUrl('music', { metadata: { orderId: '43' } }),
      suno.callbackUrl('music', { expiresInMs: Infinity }),
    ]
    const parts = urls.map((url) => (new URL(url).searchParams.get('suno_signature') ?? '').split('.'))
    for (const [version = '', payload = ''] of parts) {
      for (const [, other = '', mac = ''] of parts) {
        const code = await codeOf(suno, `suno_signature=${version}.${payload}.${mac}`)
        expect(code === 'SIGNATURE_INVALID').toBe(payload !== other)
      }
    }
  })

  test('may be written with escapes: the bytes are what counts', async () => {
    const { suno } = instance()
    const escape = (one: string) => (one === '=' ? one : `%${one.charCodeAt(0).toString(16)}`)
    const escaped = Array.from(search(suno.callbackUrl('music')).slice(1), escape).join('')
    expect(await codeOf(suno, escaped)).toBe('handled')
  })

  test('is refused when the parameter is there twice, even twice the same', async () => {
    const { suno } = instance()
    const good = search(suno.callbackUrl('music'))
    expect(await codeOf(suno, `${good}&${good.slice(1)}`)).toBe('SIGNATURE_INVALID')
    expect(await codeOf(suno, `${good}&suno_signature=`)).toBe('SIGNATURE_INVALID')
    expect(await codeOf(suno, `suno_signature=&${good.slice(1)}`)).toBe('SIGNATURE_INVALID')
    expect(await codeOf(suno, `suno%5Fsignature=x&${good.slice(1)}`)).toBe('SIGNATURE_INVALID')
  })

  test('that is forged touches nothing: neither body nor headers nor verifier nor store', async () => {
    const untouchable = () => {
      throw new Error('A forged request has reached what it must not.')
    }
    const store = { claim: untouchable, complete: untouchable, release: untouchable, isDone: untouchable }
    const { suno, events } = instance({ verify: untouchable, store })
    const query = search(instance({ secret: 'another secret, also long' }).suno.callbackUrl('music'))
    const delivery = { query, kind: 'music', body: {}, headers: {} }
    Object.defineProperties(delivery, { body: { get: untouchable }, headers: { get: untouchable } })
    expect(await suno.receive(delivery)).toMatchObject({ status: 'rejected', error: { code: 'SIGNATURE_INVALID' } })
    expect(events).toEqual([])
  })

  test('may stand among parameters of other makers', async () => {
    const { suno } = instance()
    expect(await codeOf(suno, `?a=1&${search(suno.callbackUrl('music')).slice(1)}&utm=2`)).toBe('handled')
  })

  test('passes with any secret in use, and fails with one that was rotated out', async () => {
    const old = instance({ secret: 'the old secret, long enough' }).suno
    const query = search(old.callbackUrl('music'))
    const rotating = instance({ secret: ['the new secret, long enough', 'the old secret, long enough'] }).suno
    expect(await codeOf(rotating, query)).toBe('handled')
    const done = instance({ secret: ['the new secret, long enough'] }).suno
    expect(await codeOf(done, query)).toBe('SIGNATURE_INVALID')
    expect(await codeOf(done, search(rotating.callbackUrl('music')))).toBe('handled')
  })

  test('of a payload that is not ours is refused although its mac is right', async () => {
    const { suno } = instance()
    for (const payload of ['"x"', '{', 'null', '["musik",0,{}]', '["constructor",0,{}]', '["music",0]']) {
      const signed = `v1.${Buffer.from(payload).toString('base64url')}`
      const mac = createHmac('sha256', 'first secret, quite long').update(signed).digest('base64url')
      expect(await codeOf(suno, `suno_signature=${signed}.${mac}`)).toBe('SIGNATURE_INVALID')
    }
  })
})

test('a leaked URL can burn the event of another task with its metadata, unless the listener throws', async () => {
  for (const isCareful of [false, true]) {
    const { suno } = instance()
    const saved: (string | undefined)[] = []
    suno.on('music:complete', ({ taskId, metadata }) => {
      if (isCareful && metadata.orderId !== `order of ${taskId}`) throw new Error('another task')
      saved.push(metadata.orderId)
    })
    const query = (orderId: string) => search(suno.callbackUrl('music', { metadata: { orderId } }))
    const body = sample('music:complete', { taskId: 'task-2' })
    const statuses = []
    for (const orderId of ['order of task-1', 'order of task-2']) {
      statuses.push((await suno.receive({ body, query: query(orderId) })).status)
    }
    expect(statuses).toEqual(isCareful ? ['failed', 'handled'] : ['handled', 'duplicate'])
    expect(saved).toEqual([isCareful ? 'order of task-2' : 'order of task-1'])
  }
})

describe('the expiry', () => {
  test('is a day by default', async () => {
    const { suno } = instance()
    const query = search(suno.callbackUrl('music'))
    vi.setSystemTime(Date.now() + 24 * HOUR - 1_000)
    expect(await codeOf(suno, query)).toBe('handled')
    vi.setSystemTime(Date.now() + 2_000)
    expect(await codeOf(suno, query)).toBe('SIGNATURE_EXPIRED')
  })

  test('can be set from an hour on, and can be never', async () => {
    const { suno } = instance()
    const short = search(suno.callbackUrl('music', { expiresInMs: HOUR }))
    const never = search(suno.callbackUrl('music', { expiresInMs: Infinity }))
    vi.setSystemTime(Date.now() + HOUR + 1_000)
    expect(await codeOf(suno, short)).toBe('SIGNATURE_EXPIRED')
    vi.setSystemTime(Date.now() + 50 * 365 * 24 * HOUR)
    expect(await codeOf(suno, never)).toBe('handled')
  })

  test.each([[HOUR - 1], [0], [-HOUR], [NaN], ['day'], [Number.MAX_VALUE]])('cannot be %j', (expiresInMs) => {
    const call = () => instance().suno.callbackUrl('music', { expiresInMs: expiresInMs as number })
    expect(call).toThrow(expect.objectContaining({ code: 'EXPIRY_INVALID' }) as Error)
  })
})

describe('metadata', () => {
  test('reaches every event of the URL, frozen, whatever its names', async () => {
    const { suno, events } = instance()
    const metadata = { orderId: '42', 'an odd näme': '🎵', ['__proto__']: 'x', constructor: 'y' }
    const query = search(suno.callbackUrl('music', { metadata }))
    for (const type of ['music:first', 'music:complete', 'error'] as const) {
      await suno.receive({ body: sample(type), query })
    }
    expect(events).toHaveLength(3)
    for (const event of events) {
      expect(Object.entries(event.metadata)).toEqual(Object.entries(metadata))
      expect(Object.isFrozen(event.metadata)).toBe(true)
    }
  })

  test('takes 1 KiB as JSON, and not a byte more', async () => {
    const { suno, events } = instance()
    const overhead = '{"a":""}'.length
    const manyNames = Object.fromEntries(Array.from({ length: 113 }, (_, i) => [String(i + 100), '']))
    const longest = [{ a: 'x'.repeat(1024 - overhead) }, manyNames]
    for (const [i, metadata] of longest.entries()) {
      const query = search(suno.callbackUrl('music', { metadata }))
      await suno.receive({ body: sample('music:complete', { taskId: String(i) }), query })
    }
    expect(events.map((event) => event.metadata)).toEqual(longest)
    for (const a of ['x'.repeat(1025 - overhead), 'é'.repeat(512)]) {
      const call = () => suno.callbackUrl('music', { metadata: { a } })
      expect(call).toThrow(expect.objectContaining({ code: 'METADATA_TOO_LARGE' }) as Error)
    }
  })

  test.each([[{ a: 1 }], [{ a: null }], [['a']], ['a'], [null], [{ a: { b: 'c' } }]])('cannot be %j', (metadata) => {
    const call = () => instance().suno.callbackUrl('music', { metadata: metadata as never })
    expect(call).toThrow(expect.objectContaining({ code: 'METADATA_INVALID' }) as Error)
  })
})
