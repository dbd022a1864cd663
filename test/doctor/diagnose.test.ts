import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { requestListener } from '../../adapters/node.js'
import { CHECK_IDS, type Check } from '../../src/doctor/check.js'
import { diagnose, type DiagnoseOptions } from '../../src/doctor/index.js'
import { keepingLogger } from '../support/receiver.js'
import { SunoCallbacks } from '../../src/index.js'
import { at, receiver, SECRET } from './cases/http.js'
import { named } from './cases/tls.js'
import { authority, certificate } from './certificates.js'
import { closeServers, serve, serveSecurely, serveSockets } from './servers.js'

beforeEach(() => void vi.stubEnv('SUNO_CALLBACK_SECRET', ''))
afterEach(closeServers)

describe('an app that is all right', () => {
  test('passes every check that can be made, over https', async () => {
    const port = await serveSecurely(requestListener(receiver()), certificate({ by: authority }))
    const [url, options] = named(port, { secret: SECRET, allowPrivate: true, burst: true })
    const signed = new SunoCallbacks({ secret: SECRET, logger: false }).callbackUrl('music', { url })
    const { status, checks, unknowns, url: shown } = await diagnose(signed, options)
    const others = checks.filter((check) => check.status !== 'pass').map(({ id }) => id)
    expect({ status, others }).toEqual({
      status: 'pass',
      others: ['dns.public', 'tcp.ipv6', 'provider.record', 'provider.url'],
    })
    expect(shown).toBe(url)
    expect(unknowns).toEqual([expect.stringContaining('as seen from this machine'), expect.any(String)])
  })

  test('runs no listener, tells no observer and writes no line of a log', async () => {
    const logger = keepingLogger()
    const suno = new SunoCallbacks({ secret: SECRET, logger })
    const outcomes: unknown[] = []
    const events: unknown[] = []
    suno.on('*', (event) => events.push(event))
    suno.on('outcome', (outcome) => outcomes.push(outcome.status))
    const [url, options] = await at(requestListener(suno), { burst: true })
    const { status } = await diagnose(url, options)
    expect({ status, events }).toEqual({ status: 'pass', events: [] })
    // The one forged signature is what it looks like.
    expect(outcomes).toEqual(['rejected'])
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('runs no listener either where it verifies nothing', async () => {
    const events: unknown[] = []
    const suno = new SunoCallbacks({ verify: false, logger: false }).on('*', (event) => events.push(event))
    await diagnose(...(await at(requestListener(suno))))
    expect(events).toEqual([])
  })

  test('is examined with the secret of the environment, where none is given', async () => {
    vi.stubEnv('SUNO_CALLBACK_SECRET', SECRET)
    const [url, options] = await at(requestListener(receiver()), { secret: undefined })
    const { checks } = await diagnose(url, options)
    expect(checks.find(({ id }) => id === 'probe.signature')).toMatchObject({ status: 'pass' })
  })

  test('is examined at the default port of its scheme, by an address of IPv6 too', async () => {
    const lookup = vi.fn(() => Promise.resolve([]))
    for (const url of ['http://container/suno', 'https://container/suno']) await diagnose(url, { lookup })
    expect(lookup.mock.calls).toEqual([['container'], ['container']])
    const port = await serve(requestListener(receiver()), '::1')
    const { checks } = await diagnose(`http://[::1]:${String(port)}/suno`, { secret: [SECRET], allowPrivate: true })
    expect(checks.find(({ id }) => id === 'probe.bytes')).toMatchObject({ status: 'pass' })
  })
})

describe('the checks', () => {
  test('are told as they are made, and answered in their order, each once', async () => {
    const told: Check[] = []
    const [url, options] = await at(requestListener(receiver()))
    const { checks } = await diagnose(url, { ...options, onCheck: (check) => told.push(check) })
    expect(checks.map(({ id }) => id)).toEqual(CHECK_IDS)
    expect(new Set(told)).toEqual(new Set(checks))
    expect(told).toHaveLength(CHECK_IDS.length)
    for (const { durationMs } of checks) expect(durationMs).toBeGreaterThanOrEqual(0)
  })

  test('that cannot be made say why', async () => {
    const { checks, status } = await diagnose('https://no-such-host.invalid/suno')
    expect(status).toBe('fail')
    const reasons = checks.filter((check) => check.status === 'skip').map(({ summary }) => summary)
    expect(new Set(reasons)).toEqual(
      new Set([
        'The URL that was given is not signed.',
        'There is no address to look at.',
        'The name of the host leads nowhere.',
        'No task was named (task and provider).',
      ]),
    )
  })

  test.each([
    ['no secret', { secret: undefined }, 'There is no secret, without which no probe can be signed.'],
  ] as const)('that need a probe say that there is %s', async (_, more, reason) => {
    const [url, options] = await at(requestListener(receiver()), more)
    const { checks, status } = await diagnose(url, options)
    expect(status).toBe('warn')
    expect(checks.find(({ id }) => id === 'probe.bytes')).toMatchObject({ status: 'skip', summary: reason })
  })
})

describe('an abort', () => {
  test.each(['while a connection is made', 'while the handshake is made', 'while an answer is awaited'])(
    '%s ends it with its reason',
    async (when) => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const port = when.includes('handshake')
        ? await serveSockets((socket) => socket.once('data', () => controller.abort(reason)))
        : await serve((request) => {
            request.resume()
            controller.abort(reason)
          })
      if (when.includes('connection')) controller.abort(reason)
      const scheme = when.includes('handshake') ? 'https' : 'http'
      const url = `${scheme}://127.0.0.1:${String(port)}/suno`
      await expect(diagnose(url, { signal: controller.signal })).rejects.toBe(reason)
    },
  )
})

describe('what cannot be meant is refused', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['no URL', [undefined], 'BASE_URL_INVALID', /where the adapter is mounted/],
    ['another scheme', ['ftp://example.com'], 'BASE_URL_INVALID', /absolute http\(s\)/],
    ['a misspelt option', ['http://localhost', { brust: true }], 'OPTION_UNKNOWN', /Did you mean "burst"\?/],
    ['options that are none', ['http://localhost', null], 'OPTION_INVALID', /must be an object/],
    ['an empty secret', ['http://localhost', { secret: '' }], 'SECRET_INVALID', /openssl/],
    ['a number as yes', ['http://localhost', { burst: 1 }], 'OPTION_INVALID', /burst must be true or false/],
    ['no time at all', ['http://localhost', { timeoutMs: 0 }], 'OPTION_OUT_OF_RANGE', /from 1 to 120000/],
    ['a lookup that is none', ['http://localhost', { lookup: 1 }], 'OPTION_INVALID', /dns\.promises\.lookup/],
    ['an observer that is none', ['http://localhost', { onCheck: 1 }], 'OPTION_INVALID', /onCheck must be/],
    ['certificates that are none', ['http://localhost', { ca: 1 }], 'OPTION_INVALID', /PEM/],
    ['a task that is none', ['http://localhost', { task: 'wav' }], 'TASK_INVALID', /kind, taskId/],
    ['a task of no kind', ['http://localhost', { task: { kind: 'wave', taskId: 'x' } }], 'KIND_UNKNOWN', /"wav"/],
    [
      'a task without a client',
      ['http://localhost', { task: { kind: 'wav', taskId: 'x' } }],
      'OPTION_INVALID',
      /provider/,
    ],
    ['a client that is none', ['http://localhost', { provider: 'kie' }], 'PROVIDER_INVALID', /providerClient/],
  ])('%s', async (_, args, code, message) => {
    const [url, options] = args as [string, DiagnoseOptions?]
    await expect(diagnose(url, options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    })
  })
})
