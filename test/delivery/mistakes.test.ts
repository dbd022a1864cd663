/** What the caller of `receive` can get wrong is told by name, and never blamed on the provider. */
import { Readable } from 'node:stream'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { toResponse, type Delivery } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { receiver } from '../support/receiver.js'

const body = sample('music:complete', { taskId: 'task-1' })
const request = new Request('http://localhost/', { method: 'POST', body: '{}' })
const thenable = { __proto__: { then: () => undefined } }

test.each<[string, unknown, string]>([
  ['a promise of JSON', Promise.resolve(body), 'Await it first: body: await request.json().'],
  ['a thenable', thenable, 'is a promise, not parsed JSON. Await it first'],
  [
    'a web request',
    request,
    'is a Request, not parsed JSON. Pass a function that reads it: body: () => request.bytes().',
  ],
  ['a Blob', new Blob(['{}']), 'is a Blob'],
  ['a web stream', new Blob(['{}']).stream(), 'Pass a function that reads it within the limits'],
  ['a stream of Node', Readable.from(['{}']), 'is a stream, not parsed JSON. Pass a function that reads it'],
  [
    'an ArrayBuffer',
    new ArrayBuffer(8),
    'is an ArrayBuffer, not parsed JSON. Pass bytes: body: new Uint8Array(buffer).',
  ],
  ['a Map', new Map([['data', body]]), 'is a Map, not parsed JSON. Pass bytes, text, or what JSON.parse answers.'],
])('%s as the body is 500, and told by name with the fix', async (_, mistake, message) => {
  const suno = receiver()
  suno.on('*', () => undefined)
  const outcome = await suno.receive({ body: mistake as object })
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'BODY_INVALID' }, listeners: [] })
  expect('error' in outcome && outcome.error.message).toContain(message)
  expect(toResponse(outcome).status).toBe(500)
  const reader: Delivery = { body: () => Promise.resolve({ then: undefined, ...body }) }
  expect((await suno.receive(reader)).status).toBe('handled')
})

class Parsed {
  constructor(readonly data: unknown) {}
}

test.each<[string, object]>([
  ['of another realm', runInNewContext(`(${JSON.stringify(body)})`) as object],
  ['without a prototype', Object.assign(Object.create(null) as object, body)],
  ['made by a class', new Parsed((body as { readonly data: unknown }).data)],
])('a parsed body %s is a body', async (_, parsed) => {
  const suno = receiver()
  suno.on('*', () => undefined)
  expect((await suno.receive({ body: parsed })).status).toBe('handled')
})

test.each([[null], [1], [true]])(
  'a body that was parsed to %s is the sender’s, not a mistake of the app’s',
  async (parsed) => {
    const suno = receiver()
    suno.on('lyrics:complete', () => undefined)
    const outcome = await suno.receive({ body: parsed as unknown as Record<string, unknown> })
    expect(outcome).toMatchObject({ status: 'rejected', error: { code: 'UNRECOGNISED' } })
  },
)

test('a whole URL in the place of the query is told, instead of a missing signature', async () => {
  const suno = receiver({ secret: 'x'.repeat(32), baseUrl: 'https://app.example.com/suno', verify: undefined })
  suno.on('*', () => undefined)
  const url = suno.callbackUrl('music')
  expect(await suno.receive({ body, query: url })).toMatchObject({
    status: 'rejected',
    error: { code: 'SIGNATURE_MISSING', message: expect.stringContaining('whole URL') as string },
  })
  expect((await suno.receive({ body, query: new URL(url).search })).status).toBe('handled')
})

describe('a mistake in the delivery', () => {
  test.each<[string, unknown, RegExp]>([
    ['no delivery', undefined, /got undefined\. Pass an object: receive\(\{ body, kind, query, headers \}\)/],
    ['null', null, /got null\. Pass an object/],
    ['the body as text', '{}', /got a string\. Pass an object/],
    ['a parsed query', { body, query: {} }, /query of the delivery is an object, not text\. Pass .*\.search\./],
    ['a URL as the query', { body, query: new URL('http://localhost/?a=1') }, /query of the delivery is an object/],
    ['null as the headers', { body, headers: null }, /headers of the delivery are null, .* or leave them out\./],
    ['text as the headers', { body, headers: 'a: b' }, /headers of the delivery are a string/],
    ['raw headers', { body, headers: ['a', 'b'] }, /headers of the delivery are a list, .*Object\.fromEntries/],
    ['half a pair as a header', { body, headers: [['a']] }, /headers of the delivery are a list/],
  ])('that is %s is 500, and told with the fix', async (_, mistake, message) => {
    const suno = receiver()
    suno.on('*', () => undefined)
    const told: unknown[] = []
    suno.on('outcome', (outcome) => void told.push(outcome))
    const outcome = await suno.receive(mistake as Delivery)
    expect(outcome).toMatchObject({
      status: 'failed',
      error: { code: 'DELIVERY_INVALID', message: expect.stringMatching(message) as string },
      taskId: null,
    })
    expect(toResponse(outcome).status).toBe(500)
    expect(told).toEqual([outcome])
  })

  const secret = 'x'.repeat(32)
  const baseUrl = 'https://app.example.com/suno'

  test.each<[string, (headers: Record<string, string>) => unknown]>([
    ['a web Headers object', (headers) => new Headers(headers)],
    ['a list of pairs', (headers) => Object.entries(headers)],
    ['a Map', (headers) => new Map(Object.entries(headers))],
  ])('is none with headers that are %s', async (_, toHeaders) => {
    const suno = receiver({ verify: ({ headers }) => headers['x-token'] === '42' })
    suno.on('*', () => undefined)
    const json = toHeaders({ 'Content-Type': 'application/json', 'X-Token': '42' })
    expect((await suno.receive({ body, headers: json } as Delivery)).status).toBe('handled')
    const text = toHeaders({ 'Content-Type': 'text/plain' })
    expect(await suno.receive({ body, headers: text } as Delivery)).toMatchObject({ error: { code: 'CONTENT_TYPE' } })
  })

  test('is none with a query that is URLSearchParams, or null', async () => {
    const suno = receiver({ secret, baseUrl, verify: undefined })
    suno.on('*', () => undefined)
    const query = new URL(suno.callbackUrl('music')).searchParams
    expect((await suno.receive({ body, query } as never)).status).toBe('handled')
    for (const unsigned of [new URLSearchParams('a=1'), null]) {
      expect(await suno.receive({ body, query: unsigned } as never)).toMatchObject({
        error: { code: 'SIGNATURE_MISSING' },
      })
    }
  })

  test('of a web request that was passed itself is told of its body', async () => {
    const web = new Request('http://localhost/', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    const suno = receiver()
    suno.on('*', () => undefined)
    expect(await suno.receive(web as never)).toMatchObject({ error: { code: 'BODY_INVALID' } })
  })
})
