/** What strangers and operators may read: of every outcome, through every adapter, the answer; and of all of them the log. */
import { createHmac } from 'node:crypto'
import { format } from 'node:util'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import {
  kieSignature,
  memoryStore,
  SunoCallbacks,
  type EventType,
  type IdempotencyStore,
  type Outcome,
  type RejectionReason,
  type SunoCallbacksOptions,
} from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { adapters } from '../adapters/adapters.js'
import { send, type Reply } from '../adapters/client.js'
import type { Host } from '../adapters/host.js'
import { head } from '../adapters/request.js'
import { signedPath } from '../adapters/subject.js'
import { connect } from '../adapters/wire.js'
import { keepingLogger, receiver } from '../support/receiver.js'

const SECRET = 'the-secret-of-the-signed-urls'
const KEY = 'the-webhookHmacKey-of-kie'
const PAYLOAD = 'a-word-of-the-payload'
const TASK = 'task-1'

const TIMESTAMP = String(Math.floor(Date.now() / 1000))
const KIE = createHmac('sha256', KEY).update(`${TASK}.${TIMESTAMP}`).digest('base64')
const SIGNED = { 'content-type': 'application/json', 'x-webhook-timestamp': TIMESTAMP, 'x-webhook-signature': KIE }

const body = (type: EventType = 'music:complete') =>
  JSON.stringify({ ...sample(type, { taskId: TASK }), msg: PAYLOAD, extra: PAYLOAD })

/** How an outcome comes about. All deliveries carry every kind of secret that there is. */
interface Situation {
  readonly outcome: Outcome['status'] | RejectionReason
  readonly why?: string
  readonly options?: SunoCallbacksOptions
  readonly listensFor?: EventType | '*' | null
  readonly listener?: () => unknown
  /** Delivered before. */
  readonly before?: EventType
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly tamper?: (path: string) => string
  /** The request announces more than it sends. */
  readonly stalls?: boolean
  readonly isClosing?: boolean
}

const throws = () => {
  throw new Error('on purpose')
}
const store = (claim: () => Promise<unknown>): SunoCallbacksOptions => ({
  store: { ...memoryStore(), claim: claim as IdempotencyStore['claim'] },
  deadlineMs: 100,
})

const SITUATIONS: readonly Situation[] = [
  { outcome: 'handled' },
  { outcome: 'handed-off', options: { handoff: { accept: () => Promise.resolve() } } },
  { outcome: 'duplicate', before: 'music:complete' },
  { outcome: 'stale', before: 'music:complete', body: body('music:first') },
  { outcome: 'ignored', listensFor: 'video:complete' },
  { outcome: 'malformed', why: 'cut off', body: body().slice(0, -9) },
  { outcome: 'malformed', why: 'of two tasks', body: JSON.stringify({ task_id: TASK, taskId: PAYLOAD }) },
  { outcome: 'unauthorized', why: 'without its signature', tamper: (path) => path.replace(/\?.*/, '') },
  { outcome: 'unauthorized', why: 'with another signature', tamper: (path) => path.slice(0, -4) },
  { outcome: 'unauthorized', why: 'for another kind', tamper: (path) => path.replace('/music', '/video') },
  { outcome: 'unauthorized', why: "with another signature of kie.ai's", headers: { 'x-webhook-timestamp': '1' } },
  { outcome: 'too-slow', stalls: true, options: { bodyTimeoutMs: 20 } },
  { outcome: 'too-large', options: { maxBodyBytes: 1024 }, body: JSON.stringify(PAYLOAD.repeat(100)) },
  { outcome: 'not-json', headers: { 'content-type': 'text/plain' } },
  {
    outcome: 'unrecognised',
    listensFor: 'music:first',
    body: JSON.stringify({ task_id: TASK, data: { [PAYLOAD]: PAYLOAD } }),
  },
  { outcome: 'in-flight', options: store(() => Promise.resolve({ status: 'in-flight', retryAfterMs: 1000 })) },
  { outcome: 'failed', why: 'in a listener', listener: throws },
  { outcome: 'deadline', listener: () => new Promise(() => undefined), options: { deadlineMs: 100 } },
  { outcome: 'unavailable', why: 'without its store', options: store(() => Promise.reject(new Error('down'))) },
  { outcome: 'unavailable', why: 'with a store of another contract', options: store(() => Promise.resolve(null)) },
  {
    outcome: 'unavailable',
    why: 'without its queue',
    options: { handoff: { accept: () => Promise.reject(new Error('down')) } },
  },
  { outcome: 'unavailable', why: 'with a verifier that fails', options: { verify: throws } },
  { outcome: 'unavailable', why: 'without a listener', listensFor: null },
  { outcome: 'unavailable', why: 'while closing', isClosing: true },
]

/** By the types, so that a new outcome or reason is missed here. */
const OUTCOMES: Readonly<Record<Exclude<Outcome['status'], 'rejected'> | RejectionReason, true>> = {
  handled: true,
  'handed-off': true,
  duplicate: true,
  stale: true,
  ignored: true,
  'in-flight': true,
  malformed: true,
  unauthorized: true,
  'too-slow': true,
  'too-large': true,
  'not-json': true,
  unrecognised: true,
  failed: true,
  deadline: true,
  unavailable: true,
}

/** What the default logger has printed, as it stands in the log. */
let printed: string[]

beforeEach(() => {
  printed = []
  const print = (...args: unknown[]) => void printed.push(format(...args))
  vi.spyOn(console, 'warn').mockImplementation(print)
  vi.spyOn(console, 'error').mockImplementation(print)
})

test('the situations below bring about every outcome and every reason of a refusal', () => {
  const outcomes = new Set<string>(SITUATIONS.map(({ outcome }) => outcome))
  expect([...outcomes].sort()).toEqual(Object.keys(OUTCOMES).sort())
})

describe.each(adapters)('$name', ({ start }) => {
  test.each(SITUATIONS.map((one) => ({ ...one, title: [one.outcome, one.why ?? ''].join(' ').trim() })))(
    'neither the answer of $title nor its log has a secret, a signature or the payload in it, and the answer no stack',
    async ({
      outcome,
      options,
      listensFor = '*',
      listener = () => undefined,
      before,
      tamper = String,
      stalls,
      isClosing,
      ...sent
    }) => {
      const suno = new SunoCallbacks({ secret: SECRET, verify: kieSignature(KEY), ...options })
      if (listensFor !== null) suno.on(listensFor, listener)
      const outcomes: Outcome[] = []
      suno.on('outcome', (one) => outcomes.push(one))
      const host = await start(suno)
      const path = signedPath(suno, 'music', '/suno/music')
      if (before !== undefined) await send(host, path, { headers: SIGNED, body: body(before) })
      if (isClosing === true) await suno.close()

      const headers = { ...SIGNED, ...sent.headers }
      const reply = stalls
        ? await stalled(host, path, headers)
        : await send(host, tamper(path), { headers, body: sent.body ?? body() })
      const last = outcomes.at(-1)
      expect(last?.status === 'rejected' ? last.reason : last?.status).toBe(outcome)
      expect(reply.body).toBe(JSON.stringify({ status: reply.status === 200 ? 'received' : outcome }))
      const { date, etag, 'suno-outcome': named, ...told } = reply.headers
      expect([date, etag]).toEqual([expect.anything(), undefined])
      expect(named).toBe(reply.status === 200 ? outcome : undefined)
      expect(Object.keys(told).filter((name) => !HEADERS.includes(name))).toEqual([])
      for (const text of [JSON.stringify(told), ...printed]) expect(leaksOf(text, path)).toEqual([])
      expect(JSON.stringify(told)).not.toMatch(STACK)
    },
  )

  test('nothing that stands in a path or in a header is logged', async () => {
    const suno = new SunoCallbacks({ secret: SECRET })
    suno.on('*', () => undefined)
    const host = await start(suno)
    for (const path of [
      '/suno/forged%0aline',
      '/suno/forged\u001b[2J',
      '/suno/__proto__',
      '/suno?forged=%E2%80%A8',
      '/suno/music?suno_signature=forged',
    ]) {
      const wire = await connect(host)
      await wire.write(
        head({ path, headers: { 'content-length': '2', 'user-agent': 'forged\u001b[2J', 'x-forged': 'forged' } }) +
          '{}',
      )
      // What is no HTTP is refused by node:http, what is not ours by the app.
      expect([400, 401, 404]).toContain((await wire.reply())?.status)
      wire.destroy()
    }
    for (const text of ['forged', '__proto__', '\u001b', '\u2028']) expect(printed.join()).not.toContain(text)
  })
})

describe('an id that is made to forge a line', () => {
  const IDS = {
    'line breaks': 'a\r\n[error] forged: all is well\n',
    'escapes of a terminal': 'a\u001b[2K\u001b[1A\u009bforged',
    'separators of Unicode': 'a\u2028forged\u2029forged\u0085forged',
    'marks of direction': 'a\u202eforged\u2066forged\u200f',
    'halves of characters': 'a\ud800forged\udc00',
    'a body of its own': `a${PAYLOAD.repeat(10_000)}`,
  }

  /** Every way in which an event gets into the log. */
  const WAYS: Readonly<Record<string, SunoCallbacksOptions & { readonly listener?: () => unknown }>> = {
    'that nobody listens for': {},
    'that was handled': { listener: () => undefined },
    'that failed': { listener: throws },
    'past its deadline': { listener: () => new Promise(() => undefined), deadlineMs: 100, maxRunMs: 150 },
    'without a store': { listener: () => undefined, ...store(() => Promise.reject(new Error('down'))) },
    'held elsewhere': {
      listener: () => undefined,
      ...store(() => Promise.resolve({ status: 'in-flight', retryAfterMs: 1000 })),
    },
    'that was not verified': { listener: () => undefined, verify: () => false },
  }

  test.each(Object.entries(WAYS))(
    'of an event %s is logged short, and on its one line',
    async (_, { listener, ...options }) => {
      const logger = keepingLogger()
      const suno = receiver({ ...options, logger })
      suno.on(listener === undefined ? 'voice:ready' : 'video:complete', listener ?? (() => undefined))
      for (const id of Object.values(IDS)) {
        await suno.receive({ body: sample('video:complete', { taskId: id }) })
      }
      expect(logger.lines.length).toBeGreaterThan(0)
      for (const { message, fields } of logger.lines) {
        const texts = [message, ...Object.values(fields ?? {}).filter((value) => typeof value === 'string')]
        for (const text of texts) {
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
          expect(text.length).toBeLessThan(300)
        }
        expect(fields?.taskId).toMatch(/^a/)
      }
    },
  )

  test('is written with its escapes, and an ordinary one as it is', async () => {
    const suno = new SunoCallbacks({ verify: false })
    suno.on('video:complete', throws)
    for (const taskId of ['a\n\u2028b', 'Ünïcödé 🎵', '2fac****9f72']) {
      await suno.receive({ body: sample('video:complete', { taskId }) })
    }
    expect(printed).toEqual([
      expect.stringContaining(String.raw`a\\u{a}\\u{2028}b`),
      expect.stringContaining("'Ünïcödé 🎵'"),
      expect.stringContaining("'2fac****9f72'"),
    ])
  })
})

const HEADERS = ['content-type', 'content-length', 'connection', 'keep-alive', 'retry-after', 'x-powered-by']

const STACK = /\bat .*:\d+|node_modules|\.[jt]s\b/

/** Which of the things that must not be read anywhere stand in a text. */
function leaksOf(text: string, path: string): readonly string[] {
  const [, payload = '', mac = ''] = /v1\.([\w-]+)\.([\w-]+)/.exec(path) ?? []
  return [SECRET, KEY, KIE, payload, mac, PAYLOAD].filter((secret) => text.includes(secret))
}

async function stalled(host: Host, path: string, headers: Readonly<Record<string, string>>): Promise<Reply> {
  const wire = await connect(host)
  await wire.write(head({ path, headers: { ...headers, 'content-length': '2000' } }) + PAYLOAD)
  const reply = await wire.reply()
  if (reply === null) throw new Error('The connection was closed without an answer.')
  return reply
}
