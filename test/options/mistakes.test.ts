/** Mistakes in the options of every public function are told alike: at once, by a code, with what was probably meant. */
import { describe, expect, test } from 'vitest'
import { bullmqHandoff, bullmqQueueOptions, bullmqWorkerOptions } from '../../src/handoff/bullmq.js'
import { kieSignature, memoryStore, SunoCallbacks, type SunoEvent } from '../../src/index.js'
import { memoryTasks } from '../../src/polling/index.js'
import { exactlyOnce, postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import {
  destinationConformance,
  sample,
  simulatedProvider,
  storeConformance,
  taskListConformance,
} from '../../src/testing/index.js'
import { receiver } from '../support/receiver.js'

const suno = new SunoCallbacks({
  secret: 'a secret of more than sixteen characters',
  baseUrl: 'https://app.example.com/suno',
  logger: false,
})
const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const refusal = (code: string, ...parts: readonly string[]) =>
  expect.objectContaining({
    name: 'ConfigurationError',
    code,
    message: expect.stringMatching(new RegExp(parts.map(escape).join('.*'))) as string,
  }) as Error

const client = { query: () => Promise.resolve([]) }
const pool = () => ({ connect: () => Promise.reject(new Error('not connected')) })
const queue = { add: () => Promise.resolve(), opts: { connection: { enableOfflineQueue: false } } }
const send = { sendCommand: () => Promise.resolve(null) }
const transaction = { query: () => Promise.resolve([]), transaction: () => Promise.resolve() }

/** Each public function with the options given, a misspelt name and what is meant by it. */
const calls: readonly (readonly [string, (options: never) => unknown, string, string])[] = [
  ['new SunoCallbacks', (options: object) => new SunoCallbacks(options), 'deadlineMS', 'deadlineMs'],
  ['callbackUrl', (options: object) => suno.callbackUrl('music', options), 'expireInMs', 'expiresInMs'],
  ['callbackUrl', (options: object) => suno.callbackUrl('music', options), 'metaData', 'metadata'],
  ['handle', (options: object) => suno.handle(options as never), 'meta_data', 'metadata'],
  ['kieSignature', (options: object) => kieSignature('key', options), 'tolerance', 'toleranceMs'],
  ['memoryStore', (options: object) => memoryStore(options), 'maxkeys', 'maxKeys'],
  ['sqliteStore', (options: object) => sqliteStore({} as never, options), 'tabel', 'table'],
  ['redisStore', (options: object) => redisStore(send, options), 'prefx', 'prefix'],
  ['postgresStore', (options: object) => postgresStore(client, options), 'createTabel', 'createTable'],
  ['exactlyOnce', (options: object) => exactlyOnce(pool(), options), 'retain', 'retainMs'],
  ['bullmqHandoff', (options: object) => bullmqHandoff(queue, options), 'attempst', 'attempts'],
  ['sample', (options: object) => sample('error', options), 'taskID', 'taskId'],
  ['storeConformance', (options: object) => storeConformance(() => memoryStore(), options), 'lease', 'leaseMs'],
  ['taskListConformance', (options: object) => taskListConformance(() => memoryTasks(), options), 'sleeps', 'sleep'],
  ['simulatedProvider', (options: object) => simulatedProvider(options), 'url', 'urls'],
]

describe('a misspelt option is refused with the name that was meant', () => {
  test.each(calls)('%s', (name, call, given, meant) => {
    expect(() => call({ [given]: 1 } as never)).toThrow(
      refusal('OPTION_UNKNOWN', name, `there is no option "${given}"`, `Did you mean "${meant}"`, 'The options are: '),
    )
  })

  test('of close and run, by a rejection; close then goes on receiving', async () => {
    const open = receiver()
    open.on('music:complete', () => undefined)
    await expect(open.close({ grace: 1 } as never)).rejects.toThrow(refusal('OPTION_UNKNOWN', '"grace"', '"graceMs"'))
    for (const graceMs of [-1, NaN, '10', null]) {
      await expect(open.close({ graceMs: graceMs as never })).rejects.toThrow(refusal('OPTION_OUT_OF_RANGE', 'graceMs'))
    }
    await expect(open.run({} as never, { signals: 1 } as never)).rejects.toThrow(refusal('OPTION_UNKNOWN', '"signal"'))
    await expect(open.run({} as never, { signal: null } as never)).rejects.toThrow(
      refusal('OPTION_INVALID', 'AbortSignal'),
    )
    expect((await open.receive({ body: sample('music:complete') })).status).toBe('handled')
    expect(await open.close({ graceMs: Infinity })).toBe(0)
  })

  test('of exactlyOnce beside its transaction; what a class adds of its own is its own', () => {
    expect(() => exactlyOnce({ ...transaction, retain: 1 } as never)).toThrow(refusal('OPTION_UNKNOWN', '"retainMs"'))
    class Transactions {
      readonly database = 'mine'
      readonly query = transaction.query
      readonly transaction = transaction.transaction
    }
    expect(exactlyOnce(new Transactions())).toBeTypeOf('function')
  })

  test('of a task that the simulated provider is to have', () => {
    const tasks = [{ kind: 'music', taskID: 'a' }]
    expect(() => simulatedProvider({ urls: 'http://localhost/', tasks } as never)).toThrow(
      refusal('OPTION_UNKNOWN', '"taskID"', '"taskId"'),
    )
  })
})

/** Those whose other options belong to BullMQ. */
const ofBullmq: readonly (readonly [string, (options: never) => unknown])[] = [
  ['bullmqQueueOptions', (options: { readonly connection: object }) => bullmqQueueOptions(options)],
  ['bullmqWorkerOptions', (options: object) => bullmqWorkerOptions(options)],
]

test.each([...calls.map(([name, call]) => [name, call] as const), ...ofBullmq])(
  '%s refuses options that are no object',
  (_, call) => {
    for (const options of [null, 'options', [], 5]) {
      expect(() => call(options as never)).toThrow(refusal('OPTION_INVALID', 'must be an object'))
    }
  },
)

test('the tests of a contract are refused without a function that makes what is tested, and with wrong times', () => {
  for (const suite of [storeConformance, taskListConformance, destinationConformance]) {
    for (const given of [undefined, memoryStore()]) {
      expect(() => suite(given as never)).toThrow(refusal('OPTION_INVALID', `${suite.name}((prefix) => `))
    }
  }
  for (const leaseMs of [0, -1, NaN, Infinity, '400', null]) {
    expect(() => storeConformance(() => memoryStore(), { leaseMs: leaseMs as never })).toThrow(
      refusal('OPTION_OUT_OF_RANGE', 'leaseMs'),
    )
  }
  expect(() => storeConformance(() => memoryStore(), { sleep: 5 as never })).toThrow(refusal('OPTION_INVALID', 'sleep'))
})

test('null is no value of an option, and is refused like any other that is none', () => {
  const refused = (call: () => unknown, code: string) => expect(call).toThrow(refusal(code))
  for (const name of ['deadlineMs', 'leaseMs', 'maxBodyBytes']) {
    refused(() => new SunoCallbacks({ verify: false, [name]: null }), 'OPTION_OUT_OF_RANGE')
  }
  refused(() => new SunoCallbacks({ verify: false, logger: null as never }), 'LOGGER_INVALID')
  refused(() => new SunoCallbacks({ verify: false, baseUrl: null as never }), 'BASE_URL_INVALID')
  refused(() => new SunoCallbacks({ secret: null as never }), 'SECRET_INVALID')
  refused(() => suno.callbackUrl('music', { expiresInMs: null as never }), 'EXPIRY_INVALID')
  refused(() => kieSignature('key', { toleranceMs: null as never }), 'OPTION_OUT_OF_RANGE')
  refused(() => memoryStore({ perProcess: null as never }), 'OPTION_INVALID')
  refused(() => bullmqWorkerOptions({ maxStalledCount: null as never }), 'OPTION_OUT_OF_RANGE')
  refused(() => sample('error', { taskId: null as never }), 'OPTION_INVALID')
  for (const name of ['speed', 'failing', 'tasks']) {
    refused(() => simulatedProvider({ urls: 'http://localhost/', [name]: null }), 'OPTION_OUT_OF_RANGE')
  }
})

test('of several names that are near, the nearest is named', () => {
  expect(() => sample('midv:complete' as never)).toThrow(refusal('EVENT_UNKNOWN', 'Did you mean "midi:complete"'))
})

test('what may be for ever may be Infinity', () => {
  expect(kieSignature('key', { toleranceMs: Infinity })).toBeTypeOf('function')
  expect(suno.callbackUrl('music', { expiresInMs: Infinity })).toContain('suno_signature')
  expect(exactlyOnce(pool(), { retainMs: Infinity })).toBeTypeOf('function')
})

describe('callbackUrl', () => {
  test('says where ids of the caller go that were passed beside the options', () => {
    expect(() => suno.callbackUrl('music', { orderId: '42', 'user id': '7' } as never)).toThrow(
      refusal('OPTION_UNKNOWN', '"orderId"', 'metadata: { orderId: …, "user id": … }'),
    )
  })

  test('names the kind that was probably meant, and cuts short what was passed', () => {
    const refused = (kind: unknown, ...parts: string[]) =>
      expect(() => suno.callbackUrl(kind as never)).toThrow(refusal('KIND_UNKNOWN', ...parts))
    refused('musik', '"musik"', 'Did you mean "music"')
    refused('Lyrics', 'Did you mean "lyrics"')
    refused('vidoe', 'Did you mean "video"')
    refused('x'.repeat(5000), `"${'x'.repeat(64)}…"`)
    for (const kind of [undefined, null]) refused(kind, `no kind ${String(kind)}`)
    for (const kind of [{}, 1n, Symbol('music')]) refused(kind, `no kind of type ${typeof kind}`)
  })

  test('refuses metadata that JSON would change, and says what fits', () => {
    class Order {
      readonly orderId = '42'
    }
    const hidden = Object.defineProperty({ orderId: '42' }, 'toJSON', { value: () => ({}) })
    const wrong: readonly unknown[] = [
      new Map([['orderId', '42']]),
      new URLSearchParams('orderId=42'),
      new Date(),
      new Order(),
      Object.create({ orderId: '42' }),
      Object.create(Object.create(null) as object),
      hidden,
    ]
    for (const metadata of wrong) {
      expect(() => suno.callbackUrl('music', { metadata: metadata as never })).toThrow(
        refusal('METADATA_INVALID', 'a plain object of strings', 'Object.fromEntries'),
      )
      const request = { body: {}, source: 'record', metadata } as never
      expect(() => suno.handle(request)).toThrow(refusal('METADATA_INVALID', 'a plain object of strings'))
    }
    expect(() => suno.callbackUrl('music', { metadata: { a: 'x', orderId: undefined, n: 7 as never } })).toThrow(
      refusal('METADATA_INVALID', 'a plain object of strings', '"orderId", "n"', 'undefined'),
    )
  })

  test('takes metadata without a prototype, and its own name __proto__ survives on every way', async () => {
    const metadata = Object.assign(Object.create(null) as Record<string, string>, { orderId: '42' })
    Object.defineProperty(metadata, '__proto__', { value: 'x', enumerable: true })
    const expected = [
      ['orderId', '42'],
      ['__proto__', 'x'],
    ]
    const seen: SunoEvent[] = []
    const one = new SunoCallbacks({ secret: 'a secret of more than sixteen characters', logger: false })
    one.on('*', (event) => seen.push(event))
    const url = new URL(one.callbackUrl('music', { metadata, url: 'https://app.example.com/suno/music' }))
    await one.receive({ body: sample('music:complete'), query: url.search })
    await one.handle({ body: sample('music:complete'), source: 'replay', metadata })
    const { key, kind, source, raw } = seen[0] ?? ({} as SunoEvent)
    await one.run({ key, kind, source, raw, receivedAt: new Date().toISOString(), metadata })
    expect(seen.map((event) => Object.entries(event.metadata))).toEqual([expected, expected, expected])
  })
})
