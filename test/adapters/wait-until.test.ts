import { afterEach, describe, expect, test, vi } from 'vitest'
import { fetchHandler } from '../../adapters/fetch.js'
import { memoryStore, SunoCallbacks, type IdempotencyStore, type WaitUntil } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { deferred, deliver, keepingLogger, receiver } from '../support/receiver.js'

const SLOW = { deadlineMs: 100 }

/** A receiver whose listener ends when it is told to. */
function slowReceiver(options: ConstructorParameters<typeof SunoCallbacks>[0] = SLOW) {
  const listener = deferred()
  const suno = receiver(options)
  suno.on('music:complete', () => listener.promise)
  return { suno, finish: () => listener.resolve() }
}

/** What a platform was told to wait for, and whether that has ended. */
function platform() {
  const works: Promise<unknown>[] = []
  let ended = 0
  const waitUntil = vi.fn((work: Promise<unknown>) => {
    works.push(work)
    void work.then(() => ended++)
  })
  return { waitUntil, works, ended: () => ended }
}

function request(): Request {
  const headers = { 'content-type': 'application/json' }
  return new Request('http://localhost/suno/music', {
    method: 'POST',
    headers,
    body: JSON.stringify(sample('music:complete')),
  })
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('waitUntil of a delivery', () => {
  const receive = (suno: SunoCallbacks, waitUntil: WaitUntil, taskId = 'one') =>
    suno.receive({ kind: 'music', body: sample('music:complete', { taskId }), waitUntil })

  test('gets the listeners that go on past the deadline, before the answer', async () => {
    const { suno, finish } = slowReceiver()
    const { waitUntil, works, ended } = platform()
    expect((await receive(suno, waitUntil)).status).toBe('deadline')
    expect(works).toHaveLength(1)
    expect(ended()).toBe(0)
    finish()
    await works[0]
    expect((await deliver(suno, 'one')).status).toBe('duplicate')
  })

  test('gets them also with a repeat that has joined them', async () => {
    const { suno, finish } = slowReceiver()
    const { waitUntil, works } = platform()
    const outcomes = await Promise.all([receive(suno, waitUntil), receive(suno, waitUntil)])
    expect(outcomes.map(({ status }) => status)).toEqual(['deadline', 'deadline'])
    finish()
    expect(await Promise.all(works)).toHaveLength(2)
  })

  test('gets what is still to be remembered after a 200', async () => {
    let isUp = false
    const inner = memoryStore()
    const store: IdempotencyStore = {
      ...inner,
      complete: (...given) => (isUp ? inner.complete(...given) : Promise.reject(new Error('the store is away'))),
    }
    const suno = receiver({ store })
    suno.on('*', () => undefined)
    const { waitUntil, works } = platform()
    expect((await receive(suno, waitUntil)).status).toBe('handled')
    expect(works).toHaveLength(1)
    isUp = true
    await works[0]
    expect((await deliver(suno, 'one')).status).toBe('duplicate')
  })

  test('is not called where nothing is left to do', async () => {
    const { suno, finish } = slowReceiver()
    finish()
    const { waitUntil } = platform()
    expect((await receive(suno, waitUntil)).status).toBe('handled')
    expect((await suno.receive({ body: '{', waitUntil })).status).toBe('rejected')
    expect(waitUntil).not.toHaveBeenCalled()
  })

  test('waits no longer than maxRunMs for a listener that hangs', async () => {
    const { suno } = slowReceiver({ ...SLOW, maxRunMs: 300 })
    const { waitUntil, works } = platform()
    await receive(suno, waitUntil)
    await works[0]
    expect(await suno.close({ graceMs: 0 })).toBe(1)
  })

  test.each<[string, WaitUntil]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('changes nothing when it %s, but for a line in the log', async (_title, waitUntil) => {
    const logger = keepingLogger()
    const { suno, finish } = slowReceiver({ ...SLOW, logger })
    expect((await receive(suno, waitUntil)).status).toBe('deadline')
    await vi.waitFor(() => expect(logger.lines.at(-1)?.message).toMatch(/^waitUntil failed/))
    finish()
  })
})

describe('an adapter', () => {
  const globals: Readonly<Record<string, (waitUntil: WaitUntil) => void>> = {
    'the request context of Vercel': (waitUntil) =>
      vi.stubGlobal(Symbol.for('@vercel/request-context'), { get: () => ({ waitUntil }) }),
    'the request context of Next.js': (waitUntil) =>
      vi.stubGlobal(Symbol.for('@next/request-context'), { get: () => ({ waitUntil }) }),
    'the context of Netlify': (waitUntil) => vi.stubGlobal('Netlify', { context: { waitUntil } }),
    'the runtime of Supabase': (waitUntil) => vi.stubGlobal('EdgeRuntime', { waitUntil }),
  }

  test.each(Object.entries(globals))('finds waitUntil in %s', async (_title, stub) => {
    const { suno, finish } = slowReceiver()
    const { waitUntil, works } = platform()
    stub(waitUntil)
    expect((await fetchHandler(suno)(request())).status).toBe(503)
    expect(works).toHaveLength(1)
    finish()
    await works[0]
  })

  test('finds it in what the platform hands over beside the request, and calls it as a method', async () => {
    const { suno, finish } = slowReceiver()
    const context = {
      works: [] as unknown[],
      waitUntil(work: Promise<unknown>) {
        this.works.push(work)
      },
    }
    expect((await fetchHandler(suno)(request(), undefined, { KEY: 'x' }, context)).status).toBe(503)
    expect(context.works).toHaveLength(1)
    finish()
  })

  test('takes the option before all else', async () => {
    const { suno, finish } = slowReceiver()
    const [given, other] = [platform(), platform()]
    await fetchHandler(suno, { waitUntil: given.waitUntil })(request(), { waitUntil: other.waitUntil })
    await fetchHandler(suno, { waitUntil: false })(request(), { waitUntil: other.waitUntil })
    expect(given.works).toHaveLength(1)
    expect(other.waitUntil).not.toHaveBeenCalled()
    finish()
  })

  test('refuses a waitUntil that is no function', () => {
    expect(() => fetchHandler(receiver(), { waitUntil: true as never })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    )
  })
})

describe('on a platform that freezes processes', () => {
  const PLATFORMS: Readonly<Record<string, () => void>> = {
    Vercel: () => vi.stubEnv('VERCEL', '1'),
    Netlify: () => vi.stubEnv('NETLIFY', 'true'),
    'AWS Lambda': () => vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'callbacks'),
    'Cloud Run': () => vi.stubEnv('K_SERVICE', 'callbacks'),
    'Cloudflare Workers': () => vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' }),
    'Supabase Edge Functions': () => vi.stubGlobal('EdgeRuntime', {}),
  }

  test.each(Object.entries(PLATFORMS))('%s: each of the two dangers is told once', async (name, stub) => {
    stub()
    const logger = keepingLogger()
    const suno = new SunoCallbacks({ verify: false, logger })
    suno.on('*', () => undefined)
    const handler = fetchHandler(suno)
    await handler(request())
    await handler(request())
    expect(logger.lines.filter(({ level }) => level === 'warn').map(({ message }) => message)).toEqual([
      expect.stringMatching(`runs on ${name}, where every instance has a memory of its own.*redisStore`),
      expect.stringMatching(`runs on ${name}, which may freeze it.*no waitUntil`),
    ])
  })

  test('nothing is said of what was chosen', async () => {
    vi.stubEnv('VERCEL', '1')
    const logger = keepingLogger()
    const suno = new SunoCallbacks({ verify: false, logger, store: memoryStore() })
    suno.on('*', () => undefined)
    await fetchHandler(suno, { waitUntil: false })(request())
    await fetchHandler(suno)(request(), platform())
    expect(logger.lines.filter(({ level }) => level === 'warn')).toEqual([])
  })
})
