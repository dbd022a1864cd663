import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { kieSignature, SunoCallbacks } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'

const KEY = 'the webhookHmacKey'
const NOW = new Date('2026-06-01T12:00:00Z')
const SECONDS = NOW.getTime() / 1000

beforeEach(() => {
  vi.useFakeTimers({ now: NOW })
})

afterEach(() => {
  vi.useRealTimers()
})

function sign(taskId: string, timestamp: string | number, key = KEY): string {
  return createHmac('sha256', key)
    .update(`${taskId}.${String(timestamp)}`)
    .digest('base64')
}

async function statusOf(
  headers: Record<string, string | string[]>,
  body: object,
  verify = kieSignature(KEY),
): Promise<string> {
  const suno = new SunoCallbacks({ verify, logger: false })
  suno.on('*', () => undefined)
  return (await suno.receive({ body, headers: { 'Content-Type': 'application/json', ...headers } })).status
}

function signed(timestamp: string | number, signature = sign('task-1', timestamp)): Record<string, string> {
  return { 'X-Webhook-Timestamp': String(timestamp), 'X-Webhook-Signature': signature }
}

const body = sample('music:complete', { taskId: 'task-1', provider: 'kie' })

test('the id is the one that the event will carry, in whichever of its places', async () => {
  const bodies = [
    body,
    sample('voice:ready', { taskId: 'task-1' }),
    { code: 200, task_id: 'task-1', data: { video_url: 'v' } },
    { code: 200, taskId: 'task-1', data: { video_url: 'v' } },
  ]
  for (const one of bodies) expect(await statusOf(signed(SECONDS), one)).toBe('handled')
  const other = sample('music:complete', { taskId: 'task-2' })
  expect(await statusOf(signed(SECONDS), other)).toBe('rejected')
})

test('the timestamp may be an hour off, both ways, and no more', async () => {
  for (const offset of [-3600, 3600]) expect(await statusOf(signed(SECONDS + offset), body)).toBe('handled')
  for (const offset of [-3601, 3601]) expect(await statusOf(signed(SECONDS + offset), body)).toBe('rejected')
  const wide = kieSignature(KEY, { toleranceMs: 7_200_000 })
  expect(await statusOf(signed(SECONDS - 7200), body, wide)).toBe('handled')
})

test.each([
  ['another key', signed(SECONDS, sign('task-1', SECONDS, 'another'))],
  ['another time than was signed', signed(SECONDS + 1, sign('task-1', SECONDS))],
  ['no headers', {}],
  ['no timestamp', { 'x-webhook-signature': sign('task-1', SECONDS) }],
  ['a timestamp that is no number', signed('now')],
  ['a timestamp in milliseconds', signed(NOW.getTime())],
  ['an exponent', signed('1e9')],
  ['base64 with a space, which decodes to the same bytes', signed(SECONDS, sign('task-1', SECONDS).replace('=', ' ='))],
  ['a signature cut short', signed(SECONDS, sign('task-1', SECONDS).slice(0, -1))],
  ['a header that was sent twice', { ...signed(SECONDS), 'X-Webhook-Signature': [sign('task-1', SECONDS), 'x'] }],
])('%s is refused', async (_, headers) => {
  expect(await statusOf(headers, body)).toBe('rejected')
})

test('whoever has seen one signed request can send any content of that task, and absorbs the honest one; not without a signed URL', async () => {
  const seen = { 'content-type': 'application/json', ...signed(SECONDS) }
  const forged = { ...body, msg: 'forged' }
  for (const secret of [undefined, 'the secret of the signed URLs']) {
    const suno = new SunoCallbacks({
      secret,
      verify: kieSignature(KEY),
      baseUrl: 'https://app.example.com',
      logger: false,
    })
    const messages: unknown[] = []
    suno.on('music:complete', ({ message }) => messages.push(message))
    const query = new URL(suno.callbackUrl('music')).search
    const outcomes = [
      await suno.receive({ kind: 'music', headers: seen, body: forged }),
      await suno.receive({ kind: 'music', headers: seen, body, query }),
    ]
    expect(outcomes.map(({ status }) => status)).toEqual(
      secret === undefined ? ['handled', 'duplicate'] : ['rejected', 'handled'],
    )
    expect(messages).toEqual([secret === undefined ? 'forged' : body.msg])
  }
})

test('a body without a task id is refused', async () => {
  expect(await statusOf(signed(SECONDS, sign('', SECONDS)), { code: 200, data: {} })).toBe('rejected')
})

test('any of several keys is accepted while one replaces another', async () => {
  const verify = kieSignature(['the next key', KEY])
  expect(await statusOf(signed(SECONDS), body, verify)).toBe('handled')
  expect(await statusOf(signed(SECONDS, sign('task-1', SECONDS, 'the next key')), body, verify)).toBe('handled')
})

test('an empty key, or a tolerance that the retries outlive, is a configuration error', () => {
  for (const key of ['', '  ', [], [KEY, ''], undefined as unknown as string]) {
    expect(() => kieSignature(key)).toThrow(expect.objectContaining({ code: 'SECRET_INVALID' }) as Error)
  }
  for (const toleranceMs of [0, 1_499_999, NaN]) {
    expect(() => kieSignature(KEY, { toleranceMs })).toThrow(
      expect.objectContaining({ code: 'OPTION_OUT_OF_RANGE' }) as Error,
    )
  }
})
