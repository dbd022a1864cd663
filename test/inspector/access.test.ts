import { describe, expect, test, vi } from 'vitest'
import { SunoCallbacks } from '../../src/index.js'
import { inspector, type InspectorOptions } from '../../src/inspector/index.js'
import { silent, startPage } from './apps.js'
import { ask, errorOf, post } from './client.js'

/** Nothing may be asked in another way than by a page of this machine. */
describe('by default', () => {
  test.each([
    ['localhost', 'localhost'],
    ['localhost at a port', 'localhost:3000'],
    ['its address', '127.0.0.1:80'],
    ['its address of IPv6', '[::1]:3000'],
    ['capital letters', 'LOCALHOST:3000'],
  ])('this machine is let in by %s', async (_, host) => {
    const { origin } = await startPage()
    expect((await ask(`${origin}/tasks`, { headers: { host } })).status).toBe(200)
  })

  test.each([
    ['attacker.example.com'],
    ['attacker.example.com:3000'],
    ['localhost.example.com'],
    ['127.0.0.1.nip.io'],
    ['localhost@evil.test'],
  ])('the host "%s", which a rebound name leads here by, is refused', async (host) => {
    const { origin } = await startPage()
    for (const path of ['/', '/tasks', '/tasks/1', '/events']) {
      expect(errorOf(await ask(`${origin}${path}`, { headers: { host } }))).toMatchObject({
        status: 403,
        code: 'FORBIDDEN_HOST',
        message: expect.stringContaining('allowedHosts') as string,
      })
    }
  })

  test.each([
    ['x-forwarded-for'],
    ['x-forwarded-host'],
    ['x-forwarded-proto'],
    ['forwarded'],
    ['via'],
    ['x-real-ip'],
    ['cf-connecting-ip'],
    ['cf-ray'],
    ['ngrok-trace-id'],
    ['true-client-ip'],
  ])('what comes through a proxy or a tunnel is refused by its header %s', async (name) => {
    const { origin } = await startPage()
    expect(errorOf(await ask(`${origin}/`, { headers: { [name]: '127.0.0.1' } }))).toMatchObject({
      status: 403,
      code: 'FORBIDDEN_PROXY',
      message: expect.stringContaining(`"${name}"`) as string,
    })
  })

  test.each([['192.168.0.7'], ['10.0.0.1'], ['::ffff:10.0.0.1'], ['fe80::1%eth0'], ['2001:db8::1'], ['no address']])(
    'another machine, %s, is refused',
    async (remoteAddress) => {
      const { page } = await startPage()
      const request = new Request('http://localhost/x/tasks', { headers: { host: 'localhost' } })
      const answer = await page.fetch(request, { remoteAddress })
      expect(answer.status).toBe(403)
      expect(await answer.json()).toMatchObject({
        error: { code: 'FORBIDDEN_PEER', message: expect.stringContaining('another address') as string },
      })
    },
  )

  test('hosts of the app are let in by name, at every port or at one', async () => {
    const { origin } = await startPage({ allowedHosts: ['App.test', 'other.test:3000'] })
    const statusOf = async (host: string) => (await ask(`${origin}/tasks`, { headers: { host } })).status
    expect(await statusOf('app.test')).toBe(200)
    expect(await statusOf('app.test:1234')).toBe(200)
    expect(await statusOf('other.test:3000')).toBe(200)
    expect(await statusOf('other.test:3001')).toBe(403)
    expect(await statusOf('localhost')).toBe(200)
  })
})

describe('an action', () => {
  const request = { type: 'wav:complete' }

  test('is taken from the page', async () => {
    const { suno, url } = await startPage()
    suno.on('*', () => undefined)
    expect((await post(`${url}trigger`, request, { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })

  test.each([
    ['another site', { origin: 'https://evil.example.com' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a document without an origin', { origin: 'null' }],
    ['an origin that is none', { origin: 'file:///x' }],
    ['another page, by what the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['another page of the site', { 'sec-fetch-site': 'same-site' }],
  ])('of %s is refused', async (_, headers) => {
    const { url } = await startPage()
    expect(errorOf(await post(`${url}trigger`, request, headers))).toMatchObject({
      status: 403,
      code: 'FORBIDDEN_ORIGIN',
      message: expect.stringContaining('"origin"') as string,
    })
  })

  test('without an origin is refused', async () => {
    const { url } = await startPage()
    const headers = { 'content-type': 'application/json', 'x-suno-inspector': '1' }
    expect(errorOf(await ask(`${url}trigger`, { method: 'POST', headers, body: request }))).toMatchObject({
      code: 'FORBIDDEN_ORIGIN',
    })
  })

  test('without the header of the page is refused: a form of another site cannot send it', async () => {
    const { url, origin } = await startPage()
    const headers = { 'content-type': 'text/plain', origin }
    expect(errorOf(await ask(`${url}trigger`, { method: 'POST', headers, body: request }))).toMatchObject({
      status: 403,
      code: 'FORBIDDEN_HEADER',
      message: expect.stringContaining('x-suno-inspector: 1') as string,
    })
  })

  test('is refused where the inspector only shows', async () => {
    const { url, list } = await startPage({ readOnly: true })
    for (const path of ['trigger', 'replay', 'poll']) {
      expect(errorOf(await post(`${url}${path}`, request))).toMatchObject({ status: 403, code: 'READ_ONLY' })
    }
    expect((await list()).about).toMatchObject({
      canReplay: false,
      canTrigger: false,
      canPoll: false,
    })
  })
})

test('another site cannot read either, whatever the app allows to other sites', async () => {
  const { url } = await startPage()
  const answer = await ask(`${url}tasks`, { headers: { origin: 'https://evil.example.com' } })
  expect(errorOf(answer)).toMatchObject({ status: 403, code: 'FORBIDDEN_ORIGIN' })
  expect(answer.headers['cross-origin-resource-policy']).toBe('same-origin')
})

describe('in production', () => {
  test('it is not made without a check of the app', () => {
    vi.stubEnv('NODE_ENV', 'production')
    const suno = new SunoCallbacks(silent)
    expect(() => inspector(suno)).toThrow(
      expect.objectContaining({
        name: 'ConfigurationError',
        code: 'INSPECTOR_UNPROTECTED',
        message: expect.stringContaining('authorize') as string,
      }) as Error,
    )
    expect(() => inspector(suno, { allowedHosts: ['app.test'] })).toThrow('NODE_ENV is production')
    expect(() => inspector(suno, { authorize: () => true })).not.toThrow()
  })
})

describe('with a check of the app', () => {
  const behindProxy = { host: 'app.example.com', 'x-forwarded-for': '203.0.113.7' }

  test('it alone decides who may see the page', async () => {
    const seen: unknown[] = []
    const { origin } = await startPage({
      authorize: ({ method, path, headers, peer, request }) => {
        seen.push({ method, path, peer, request: (request as { readonly url?: string }).url })
        return Promise.resolve(headers.cookie === 'admin=1')
      },
    })
    expect((await ask(`${origin}/x/tasks?y`, { headers: { ...behindProxy, cookie: 'admin=1' } })).status).toBe(200)
    expect(errorOf(await ask(`${origin}/x/tasks`, { headers: behindProxy }))).toMatchObject({
      status: 403,
      code: 'NOT_AUTHORIZED',
    })
    expect(seen[0]).toEqual({ method: 'GET', path: '/x/tasks', peer: '127.0.0.1', request: '/x/tasks?y' })
  })

  test.each<[string, unknown]>([
    [
      'throws',
      () => {
        throw new Error('no session')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the database is down'))],
    ['answers a session in place of true', () => ({ user: null })],
    ['answers nothing', () => undefined],
  ])('what %s is a no', async (_, authorize) => {
    const { origin } = await startPage({ authorize } as InspectorOptions)
    const answer = await ask(`${origin}/tasks`)
    expect(errorOf(answer)).toMatchObject({ status: 403, code: 'NOT_AUTHORIZED' })
    expect(answer.text).not.toMatch(/session|database/)
  })

  test('an action of another site is refused all the same', async () => {
    const { url } = await startPage({ authorize: () => true })
    const headers = { ...behindProxy, origin: 'https://evil.example.com' }
    expect(errorOf(await post(`${url}trigger`, { type: 'wav:complete' }, headers)).code).toBe('FORBIDDEN_ORIGIN')
  })

  test('behind a proxy, its page is known by the host that the proxy was asked for, or by allowedHosts', async () => {
    const act = async (options: InspectorOptions, headers: Readonly<Record<string, string>>) => {
      const { suno, url } = await startPage({ authorize: () => true, ...options })
      suno.on('*', () => undefined)
      const origin = 'https://app.example.com'
      return (await post(`${url}trigger`, { type: 'wav:complete' }, { origin, ...headers })).status
    }
    expect(await act({}, { host: 'app.example.com' })).toBe(200)
    expect(await act({}, { host: 'localhost:3000' })).toBe(403)
    expect(await act({}, { host: 'localhost:3000', 'x-forwarded-host': 'App.example.com' })).toBe(200)
    expect(await act({ allowedHosts: ['app.example.com'] }, { host: 'localhost:3000' })).toBe(200)
    expect(await act({ allowedHosts: ['app.example.com:8443'] }, { host: 'localhost:3000' })).toBe(403)
  })

  test('allowedHosts still names the hosts, where it is given', async () => {
    const { origin } = await startPage({ authorize: () => true, allowedHosts: ['app.example.com'] })
    const codeOf = async (host: string) => (await ask(`${origin}/tasks`, { headers: { host } })).status
    expect(await codeOf('app.example.com')).toBe(200)
    expect(await codeOf('evil.example.com')).toBe(403)
  })

  test('a request of HTTP/2, which has no header "host", is known by its authority', async () => {
    const { page } = await startPage()
    const request = {
      method: 'GET',
      url: '/x/tasks',
      headers: { ':authority': 'localhost:1' },
      socket: { remoteAddress: '::1' },
    }
    const status = await new Promise((resolve) => {
      const response = { headersSent: false, writeHead: resolve, end: () => undefined }
      page.node(request as never, response as never)
    })
    expect(status).toBe(200)
  })
})

test('a request whose connection has no address, as that of a socket file, is refused', async () => {
  const { page } = await startPage()
  const answers: unknown[] = []
  const response = { headersSent: false, writeHead: (status: number) => answers.push(status), end: () => undefined }
  const request = { url: undefined, originalUrl: '/x', baseUrl: '', headers: { host: ['localhost'] }, socket: {} }
  page.node(request as never, response as never)
  page.express({ ...request, route: {} } as never, response as never, () => undefined)
  const context = {
    method: 'GET',
    url: '/x',
    originalUrl: '/x',
    req: request,
    res: response,
    request: {},
    _matchedRoute: '/x',
    set: () => undefined,
  }
  await page.koa(context as never, () => Promise.resolve())
  expect(answers).toEqual([403, 403])
  expect(context).toMatchObject({ status: 403 })
})

describe('the options', () => {
  const suno = new SunoCallbacks(silent)

  test.each([
    [{ maxTasks: 0 }, 'OPTION_OUT_OF_RANGE', 'from 1 to 10000'],
    [{ maxBytes: 1 }, 'OPTION_OUT_OF_RANGE', 'from 65536'],
    [{ poller: {} }, 'OPTION_INVALID', 'recordPoller'],
    [{ archive: {} }, 'OPTION_INVALID', 'archiver'],
    [{ authorize: true }, 'OPTION_INVALID', 'a function'],
    [{ allowedHosts: ['https://app.test'] }, 'OPTION_INVALID', 'host names'],
    [{ allowedHosts: 'app.test' }, 'OPTION_INVALID', 'a list'],
    [{ readOnly: 'yes' }, 'OPTION_INVALID', 'true or false'],
    [{ readonly: true }, 'OPTION_UNKNOWN', 'Did you mean "readOnly"?'],
    [null, 'OPTION_INVALID', 'inspector(suno, options)'],
  ])('%j is refused', (options, code, message) => {
    expect(() => inspector(suno, options as InspectorOptions)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
    )
  })

  test.each([[undefined], [null], [{}], [inspector(suno)]])('%j is no instance to inspect', (given) => {
    expect(() => inspector(given as never)).toThrow(expect.objectContaining({ code: 'RECEIVER_INVALID' }) as Error)
  })

  test('an address of IPv6 is a host too', () => {
    expect(() => inspector(suno, { allowedHosts: ['[fd00::1]:3000', '[::1]'] })).not.toThrow()
  })
})
