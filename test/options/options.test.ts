import { beforeEach, expect, test, vi } from 'vitest'
import {
  memoryStore,
  SunoCallbacks,
  type EventType,
  type IdempotencyStore,
  type Listener,
  type Logger,
  type SunoCallbacksOptions,
} from '../../src/index.js'
import { deliver, keepingLogger, receiver } from '../support/receiver.js'
import { bareStore } from '../support/store.js'

const SECRET = 'a secret of more than sixteen characters'

beforeEach(() => {
  vi.stubEnv('SUNO_CALLBACK_SECRET', undefined)
  vi.stubEnv('SUNO_CALLBACK_BASE_URL', undefined)
})

const errorOf = (make: () => unknown): { code: string; message: string; name: string } => {
  try {
    make()
  } catch (error) {
    return error as { code: string; message: string; name: string }
  }
  throw new Error('nothing was thrown')
}

test('without secret and without verify the constructor refuses, and says how to mend it', () => {
  const error = errorOf(() => new SunoCallbacks())
  expect(error).toMatchObject({ name: 'ConfigurationError', code: 'NO_VERIFICATION' })
  expect(error.message).toContain('SUNO_CALLBACK_SECRET')
  expect(error).toBeInstanceOf(Error)
  expect(errorOf(() => new SunoCallbacks({ secret: undefined, verify: undefined })).code).toBe('NO_VERIFICATION')
})

test.each<[string, object]>([
  ['SECRET_INVALID', { secret: '' }],
  ['SECRET_INVALID', { secret: '   ' }],
  ['SECRET_INVALID', { secret: [] }],
  ['SECRET_INVALID', { secret: [SECRET, ''] }],
  ['SECRET_INVALID', { secret: 42 }],
  ['SECRET_INVALID', { secret: {} }],
  ['VERIFY_CONFLICT', { secret: SECRET, verify: false }],
  ['VERIFY_INVALID', { verify: true }],
  ['VERIFY_INVALID', { verify: 'hmac' }],
  ['STORE_INVALID', { verify: false, store: {} }],
  ['STORE_INVALID', { verify: false, store: null as unknown }],
  ['STORE_INVALID', { verify: false, store: Promise.resolve(memoryStore()) }],
  ['STORE_INVALID', { verify: false, store: { ...memoryStore(), renew: true } }],
  ['NAME_INVALID', { verify: false, name: '' }],
  ['NAME_INVALID', { verify: false, name: 'a:b' }],
  ['NAME_INVALID', { verify: false, name: 'x'.repeat(65) }],
  ['NAME_INVALID', { verify: false, name: 7 }],
  ['OPTION_UNKNOWN', { verify: false, deadlineMS: 1000 }],
  ['OPTION_UNKNOWN', { verify: false, toString: 1 }],
  ['OPTION_OUT_OF_RANGE', { verify: false, deadlineMs: 14_001 }],
  ['OPTION_OUT_OF_RANGE', { verify: false, deadlineMs: 0 }],
  ['OPTION_OUT_OF_RANGE', { verify: false, deadlineMs: '8000' }],
  ['OPTION_OUT_OF_RANGE', { verify: false, deadlineMs: NaN }],
  ['OPTION_OUT_OF_RANGE', { verify: false, bodyTimeoutMs: 0 }],
  ['OPTION_OUT_OF_RANGE', { verify: false, leaseMs: 45_001 }],
  ['OPTION_OUT_OF_RANGE', { verify: false, retentionMs: 60_000 }],
  ['OPTION_OUT_OF_RANGE', { verify: false, retentionMs: Infinity }],
  ['OPTION_OUT_OF_RANGE', { verify: false, maxRunMs: Infinity }],
  ['OPTION_OUT_OF_RANGE', { verify: false, maxBodyBytes: 10 }],
  ['OPTION_INVALID', { verify: false, staleStages: 'keep' }],
  ['LOGGER_INVALID', { verify: false, logger: true }],
  ['LOGGER_INVALID', { verify: false, logger: { error: () => undefined } }],
])('%s is the code of %j', (code, options) => {
  const error = errorOf(() => new SunoCallbacks(options))
  expect(error.code).toBe(code)
  expect(error.message.length).toBeGreaterThan(30)
})

test('options that are no object are a configuration error', () => {
  for (const options of [null, 'secret']) {
    expect(errorOf(() => new SunoCallbacks(options as unknown as SunoCallbacksOptions)).code).toBe('OPTION_INVALID')
  }
})

test('every option accepts undefined', () => {
  const options = {
    secret: undefined,
    baseUrl: undefined,
    store: undefined,
    name: undefined,
    deadlineMs: undefined,
    bodyTimeoutMs: undefined,
    leaseMs: undefined,
    retentionMs: undefined,
    maxRunMs: undefined,
    maxBodyBytes: undefined,
    staleStages: undefined,
    logger: undefined,
  }
  expect(new SunoCallbacks({ verify: false, ...options })).toBeInstanceOf(SunoCallbacks)
})

test('the message of a mistake never holds the secret', () => {
  const secret = 'do-not-print-this-secret'
  const error = errorOf(() => new SunoCallbacks({ secret, verify: false }))
  expect(JSON.stringify({ ...error, message: error.message })).not.toContain(secret)
})

test('an environment that the runtime gives no leave to read, as Deno without --allow-env, is an empty one', () => {
  const refuse = () => {
    throw new Error('Requires env access, run again with the --allow-env flag')
  }
  const environment = process.env
  process.env = new Proxy({}, { get: refuse })
  try {
    expect(new SunoCallbacks({ secret: SECRET })).toBeInstanceOf(SunoCallbacks)
    expect(errorOf(() => new SunoCallbacks()).code).toBe('NO_VERIFICATION')
  } finally {
    process.env = environment
  }
})

test('the secret of the environment is the default; an empty one is none; verify: false overrides it', () => {
  vi.stubEnv('SUNO_CALLBACK_SECRET', SECRET)
  vi.stubEnv('SUNO_CALLBACK_BASE_URL', 'https://app.example.com')
  expect(new SunoCallbacks().callbackUrl('music')).toContain('suno_signature=')
  expect(new SunoCallbacks({ verify: false }).callbackUrl('music')).not.toContain('suno_signature=')
  expect(new SunoCallbacks({ verify: () => true }).callbackUrl('music')).toContain('suno_signature=')
  vi.stubEnv('SUNO_CALLBACK_SECRET', '')
  expect(errorOf(() => new SunoCallbacks()).code).toBe('NO_VERIFICATION')
})

test('a secret that can be guessed is warned about', () => {
  const logger = keepingLogger()
  expect(new SunoCallbacks({ secret: [SECRET, 'short'], logger })).toBeInstanceOf(SunoCallbacks)
  expect(logger.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('openssl') as unknown }])
})

test('a store of the bare three methods, as an object or as a class, is enough', async () => {
  class Store implements IdempotencyStore {
    readonly #inner = memoryStore()
    claim(key: string, token: string, leaseMs: number) {
      return this.#inner.claim(key, token, leaseMs)
    }
    complete(key: string, token: string, retainMs: number) {
      return this.#inner.complete(key, token, retainMs)
    }
    release(key: string, token: string) {
      return this.#inner.release(key, token)
    }
  }
  for (const store of [bareStore(), new Store()]) {
    const suno = receiver({ store })
    suno.on('*', () => undefined)
    expect((await deliver(suno)).status).toBe('handled')
    expect((await deliver(suno)).status).toBe('duplicate')
  }
})

test('a logger keeps its own this, and its info and debug are optional', () => {
  class Lines implements Logger {
    readonly lines: string[] = []
    error(message: string): void {
      this.lines.push(message)
    }
    warn(message: string): void {
      this.lines.push(message)
    }
  }
  const logger = new Lines()
  const suno = new SunoCallbacks({ verify: false, logger })
  suno.logger.warn('warned')
  suno.logger.info?.('not for this one')
  expect(logger.lines).toEqual(['warned'])
})

test('an event that does not exist, or a listener that is none, is refused where it is subscribed', () => {
  const suno = new SunoCallbacks({ verify: false })
  for (const name of ['music:completed', 'constructor', '__proto__', '', undefined]) {
    const error = errorOf(() => suno.on(name as EventType, () => undefined))
    expect(error.code).toBe('EVENT_UNKNOWN')
    expect(error.message).toContain('music:complete')
  }
  expect(errorOf(() => suno.once('music' as EventType, () => undefined)).code).toBe('EVENT_UNKNOWN')
  expect(errorOf(() => suno.off('music' as EventType, () => undefined)).code).toBe('EVENT_UNKNOWN')
  expect(errorOf(() => suno.on('error', undefined as unknown as Listener)).code).toBe('LISTENER_INVALID')
})
