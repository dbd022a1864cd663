import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as library from '../../src/index.js'
import { SunoCallbacks, toResponse, type EventType, type Outcome, type SunoEvent } from '../../src/index.js'
import { EVENT_TYPES, KINDS } from '../../src/events/kinds/index.js'
import { sample } from '../../src/testing/index.js'
import { toJavaScript, unionMembers } from './compile.js'
import { Project } from './project.js'
import { freePort } from '../support/free-port.js'
import { ALL, README, snippet, subjects, table, words } from './pages.js'

let project: Project
beforeAll(() => {
  project = new Project()
})
afterAll(() => project.remove())

const SECRET = 'a-secret-of-the-readme-test-0123456789'
const json = { 'content-type': 'application/json' }

describe('what the pages say to run does what they say', () => {
  test('the quick start answers the curl command, prints the event once, and refuses a changed signature', async () => {
    const port = await freePort()
    expect(snippet('quick-start').code.trimEnd().split('\n')).toHaveLength(12)
    const code = snippet('quick-start').code.replaceAll('3000', port)
    const app = project.start('quick-start', code, { SUNO_CALLBACK_SECRET: SECRET })
    const printed = (await app.line()) ?? ''

    const command = snippet('curl').code
    const [, address = ''] = /curl '([^']*)'/.exec(command) ?? []
    const [, header = ''] = /-H '([^']*)'/.exec(command) ?? []
    const [, body = ''] = /-d '([^']*)'/.exec(command) ?? []
    expect(printed.split('=')[0]).toBe(address.replace('3000', port).split('=')[0])
    const [name = '', value = ''] = header.split(': ')
    const post = (url: string) => fetch(url, { method: 'POST', headers: { [name]: value }, body })

    const first = await post(printed)
    expect([first.status, await first.text()]).toEqual([200, '{"status":"received"}'])
    expect(await app.line()).toBe("try-1 https://example.com/1.mp3 { orderId: '42' }")
    expect(README).toContain("`try-1 https://example.com/1.mp3 { orderId: '42' }`")
    expect((await post(printed)).status).toBe(200)
    expect((await post(printed.replace('suno_signature=v1.W', 'suno_signature=v1.X'))).status).toBe(401)

    // The repeat has printed nothing: the next line is that of another event.
    const failure = sample('error', { taskId: 'try-2' })
    await fetch(printed, { method: 'POST', headers: json, body: JSON.stringify(failure) })
    expect(await app.line()).toBe('try-2 refused Music generation failed')
  })

  test("the provider's sample and ours print the same for the same URL", async () => {
    const bodies = [sample('music:complete', { taskId: 'a' }), sample('error', { taskId: 'b' })]
    const told = []
    for (const name of ['before', 'after']) {
      const port = await freePort()
      const listening = 'await new Promise((resolve) => setImmediate(resolve))\nconsole.log("ready")'
      const code = `${snippet(name).code.replaceAll('3000', port)}\n${listening}`
      const app = project.start(name, code, { SUNO_CALLBACK_SECRET: SECRET })
      const line = (await app.line()) ?? ''
      const url = name === 'after' ? line : `http://localhost:${port}/suno-callback`
      if (name === 'after') await app.line()
      expect(new URL(url).pathname).toBe('/suno-callback')
      for (const body of bodies) {
        const answer = await fetch(url, { method: 'POST', headers: json, body: JSON.stringify(body) })
        expect([answer.status, await answer.json()]).toEqual([200, { status: 'received' }])
      }
      const unsigned = await fetch(`http://localhost:${port}/suno-callback`, {
        method: 'POST',
        headers: json,
        body: JSON.stringify(bodies[0]),
      })
      expect(unsigned.status).toBe(name === 'before' ? 200 : 401)
      told.push([await app.line(), await app.line(), await app.line()])
    }
    expect(told[0]?.at(-1)).toBe('Task failed: Music generation failed')
    expect(told[1]).toEqual(told[0])
  })

  /** Delivers one event five ways and prints what became of it. */
  const delivers = `
    import { sample } from 'suno-callbacks/testing'
    const tell = (...outcomes) => console.log(...outcomes.map((one) => one.status))
    const deliver = (type, taskId) => suno.receive({ kind: 'music', body: sample(type, { taskId }) })
    let fails = true
    suno.on('music:complete', () => {
      if (fails) throw new Error('on purpose')
      console.log('listener')
    })
    suno.on('music:first', () => console.log('first'))
    tell(await deliver('music:complete', 'a'))
    fails = false
    tell(await deliver('music:complete', 'a'))
    tell(await deliver('music:complete', 'a'))
    tell(...(await Promise.all([deliver('music:complete', 'b'), deliver('music:complete', 'b')])))
    tell(await deliver('music:first', 'a'))

    // Two instances over one store are two processes to each other.
    const [left, right] = [1, 2].map(() => new SunoCallbacks({ store, verify: false, logger: false, deadlineMs: 100 }))
    let end
    left.on('lyrics:complete', () => new Promise((resolve) => (end = resolve)))
    right.on('lyrics:complete', () => console.log('never'))
    const body = sample('lyrics:complete', { taskId: 'c' })
    const slow = left.receive({ kind: 'lyrics', body })
    await new Promise((resolve) => setTimeout(resolve, 20))
    tell(await right.receive({ kind: 'lyrics', body }), await slow)
    end()
    await left.close()
    tell(await right.receive({ kind: 'lyrics', body }))

    // The contract, call by call.
    const claim = (token) => store.claim('key', token, 1000).then(({ status }) => status)
    console.log(await claim('1'), await claim('1'), await claim('2'), await store.release('key', '2'))
    console.log(await store.complete('key', '2', 1000), await store.release('key', '1'), await claim('2'))
    console.log(await store.complete('key', '2', 1000), await claim('3'), await store.complete('key', '3', 1000))
    await store.claim('lapsed', '1', -1)
    console.log(await store.complete('lapsed', '1', 1000), (await store.claim('lapsed', '2', 1000)).status)
  `
  const delivered = (first: string) => [
    'failed',
    'listener',
    'handled',
    'duplicate',
    'listener',
    'handled duplicate',
    ...(first === 'stale' ? ['stale'] : ['first', 'handled']),
    'in-flight deadline',
    'duplicate',
    'claimed claimed in-flight false',
    'false true claimed',
    'true done false',
    'true done',
  ]
  const options = '{ store, verify: false, logger: false }'
  /** The contract as a list of tests; `createStore` makes a store that shares nothing with those of other prefixes. */
  const conforms = (createStore: string) => `
    import { storeConformance } from 'suno-callbacks/testing'
    const failed = []
    const run = ({ title, run }) => run().catch((error) => failed.push(title + ': ' + error.message))
    await Promise.all(storeConformance(${createStore}).map(run))
    console.log('conformance', failed)
  `

  test.concurrent('the custom store as an object keeps its contract through real deliveries', async () => {
    const code = toJavaScript(snippet('store-object').code).replace('{ store }', options)
    const prefixed = `(prefix) => ({
      ...store,
      claim: (key, ...rest) => store.claim(prefix + key, ...rest),
      complete: (key, ...rest) => store.complete(prefix + key, ...rest),
      release: (key, ...rest) => store.release(prefix + key, ...rest),
    })`
    const output = await project.start('store-object', `${code}${delivers}${conforms(prefixed)}`).output()
    expect(output).toEqual([...delivered('handled'), 'conformance []'])
  })

  test.concurrent(
    'the custom store as a class keeps its contract through real deliveries, and knows stale stages',
    async () => {
      const table = `
      const createStore = (rows = new Map()) => new TableStore({
        read: async (key) => rows.get(key),
        swap: async (key, before, after) => {
          if (rows.get(key) !== before) return false
          return after === undefined ? rows.delete(key) : rows.set(key, after).has(key)
        },
      })
      const store = createStore()
      const suno = new SunoCallbacks(${options})
      const before = await Promise.all(['1', '2', '3'].map((token) => store.claim('one', token, 1000)))
      if (before.filter(({ status }) => status === 'claimed').length !== 1) throw new Error('not atomic')
      if (!(await store.renew('one', '1', 1000)) || (await store.renew('one', '2', 1000))) throw new Error('not fenced')
    `
      const code = toJavaScript(snippet('store-class').code)
      const output = await project
        .start('store-class', `${code}${table}${delivers}${conforms('() => createStore()')}`)
        .output()
      expect(output).toEqual([...delivered('stale'), 'conformance []'])
    },
  )

  test.concurrent('the task list of your own keeps its contract', async () => {
    const code = toJavaScript(snippet('task-list').code)
    const run = `
      import { taskListConformance } from 'suno-callbacks/testing'
      const cases = taskListConformance(() => myTasks())
      const failed = []
      await Promise.all(cases.map(({ title, run }) => run().catch((error) => failed.push(title + ': ' + error.message))))
      console.log(cases.length > 10, failed)
    `
    expect(await project.start('task-list', `${code}${run}`).output()).toEqual(['true []'])
  })

  test.concurrent.each([
    ['testing-short', 1],
    ['testing', 2],
  ] as const)('the tests of the testing chapters pass: %s', async (name, tests) => {
    const prelude = `
      import express from 'express'
      import { SunoCallbacks } from 'suno-callbacks'
      import { expressMiddleware } from 'suno-callbacks/express'
      const songs = new Map()
      const suno = new SunoCallbacks({ secret: '${SECRET}', baseUrl: 'https://app.example.com/suno', logger: false })
      suno.on('music:complete', async ({ metadata, tracks }) => songs.set(metadata.orderId, tracks))
      const app = express().use('/suno', expressMiddleware(suno))
    `
    const code = `${toJavaScript(snippet(name).code)}${prelude}`
    const output = await project.start(name, code).output()
    expect(output.join('\n')).toMatch(new RegExp(`pass ${String(tests)}\n.*fail 0`, 's'))
  })

  test.concurrent.each([
    ['web', 'POST'],
    ['web-kind', 'handle'],
  ])('the handler for web-standard requests answers them: %s', async (name, handler) => {
    const create = "new SunoCallbacks({ secret: SECRET, baseUrl: 'https://app.example.com/suno', logger: false })"
    const imports = name === 'web' ? '' : `import { SunoCallbacks } from 'suno-callbacks'\nconst suno = ${create}\n`
    const use = `
      import { sample } from 'suno-callbacks/testing'
      suno.on('*', ({ type }) => console.log(type))
      const post = (url, body) => new Request(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      const url = suno.callbackUrl('video')
      const good = await ${handler}(post(url, JSON.stringify(sample('video:complete'))), 'video')
      console.log(good.status, good.headers.get('content-type'), await good.text())
      const forged = await ${handler}(post(url + 'x', '{}'))
      console.log(forged.status, await forged.text())
    `
    const code = toJavaScript(snippet(name).code).replace('new SunoCallbacks()', create)
    expect(await project.start(name, `const SECRET = '${SECRET}'\n${imports}${code}${use}`).output()).toEqual([
      'video:complete',
      '200 application/json {"status":"received"}',
      '401 {"status":"unauthorized"}',
    ])
  })

  test.each(['mount-express', 'mount-koa', 'mount-node', 'mount-fastify'])(
    'the block %s receives callbacks',
    async (name) => {
      const port = await freePort()
      const baseUrl = `http://localhost:${port}/suno`
      const code = toJavaScript(snippet(name).code).replaceAll('3000', port)
      const ready = '\nawait new Promise((resolve) => setTimeout(resolve, 100))\nconsole.log(suno.callbackUrl("music"))'
      const environment = { SUNO_CALLBACK_SECRET: SECRET, SUNO_CALLBACK_BASE_URL: baseUrl }
      const app = project.start(name, `${code}${ready}`, environment)
      const url = (await app.line()) ?? ''
      const body = JSON.stringify(sample('music:complete', { taskId: name }))
      const answers = await Promise.all([url, baseUrl].map((to) => fetch(to, { method: 'POST', headers: json, body })))
      expect(answers.map(({ status }) => status)).toEqual([200, 401])
      expect(await app.line()).toBe(name)
    },
  )

  test.concurrent('bodies that were kept are played again, and absorbed where they had been handled', async () => {
    const keep = `
      import { SunoCallbacks } from 'suno-callbacks'
      import { sample } from 'suno-callbacks/testing'
      const suno = new SunoCallbacks({ verify: false, logger: false })
      suno.on('music:complete', ({ taskId, metadata, source }) => console.log(taskId, metadata.orderId, source))
      const bodies = ['a', 'b'].map((taskId) => sample('music:complete', { taskId }))
      await suno.receive({ kind: 'music', body: bodies[0] })
      const kept = { all: async () => bodies.map((body) => ({ body: JSON.stringify(body), orderId: '42', at: new Date() })) }
    `
    expect(await project.start('handle', `${keep}${toJavaScript(snippet('handle').code)}`).output()).toEqual([
      'a undefined callback',
      'duplicate music:complete',
      'b 42 replay',
      'handled music:complete',
    ])
  })

  test('the server that lets the invitation wait refuses a forged URL without its body', async () => {
    const port = await freePort()
    const create = `import { SunoCallbacks } from 'suno-callbacks'
      const suno = new SunoCallbacks({ baseUrl: 'http://localhost:${port}/suno', logger: false })
      suno.on('*', ({ type }) => console.log(type))
    `
    const code = `${create}${toJavaScript(snippet('check-continue').code)}\nconsole.log(suno.callbackUrl('music'))`
    const app = project.start('check-continue', code.replaceAll('3000', port), { SUNO_CALLBACK_SECRET: SECRET })
    const url = new URL((await app.line()) ?? '')
    const body = JSON.stringify(sample('music:complete'))

    /** The status lines of the answers to a request whose body follows only when it is invited. */
    const send = async (path: string) => {
      const socket = connect(Number(port), 'localhost')
      const head = ['content-type: application/json', `content-length: ${String(Buffer.byteLength(body))}`]
      const expecting = ['host: localhost', 'expect: 100-continue', 'connection: close', ...head]
      socket.write([`POST ${path} HTTP/1.1`, ...expecting, '', ''].join('\r\n'))
      let answers = ''
      for await (const chunk of socket) {
        answers += String(chunk)
        if (answers.endsWith('100 Continue\r\n\r\n')) socket.write(body)
      }
      return [...answers.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status)
    }
    expect(await send(url.pathname + url.search)).toEqual(['100', '200'])
    expect(await app.line()).toBe('music:complete')
    expect(await send(`${url.pathname}${url.search}x`)).toEqual(['401'])
  })

  test.concurrent(
    'the listener for events that overtake each other never lets an earlier stage overwrite a later one',
    async () => {
      // SQLite where this Node has it; else a table that does what the statement says.
      const use = `
      import { SunoCallbacks } from 'suno-callbacks'
      import { sample } from 'suno-callbacks/testing'
      const sqlite = await import('node:sqlite').catch(() => null)
      const database = sqlite && new sqlite.DatabaseSync(':memory:')
      database?.exec('CREATE TABLE songs (task_id TEXT PRIMARY KEY, stage_rank INTEGER, tracks TEXT)')
      const songs = new Map()
      const db = {
        async query(sql, [id, rank, tracks]) {
          if (database) database.prepare(sql).run({ $1: id, $2: rank, $3: tracks })
          else if (!sql.trim().endsWith('WHERE songs.stage_rank < excluded.stage_rank')) throw new Error('another statement')
          else if (!(songs.get(id)?.stage_rank >= rank)) songs.set(id, { stage_rank: rank, tracks })
        },
      }
      const read = (id) => database?.prepare('SELECT * FROM songs WHERE task_id = ?').get(id) ?? songs.get(id)
      const suno = new SunoCallbacks({ verify: false, logger: false, staleStages: 'deliver' })
    `
      const deliver = `
      for (const stages of [['text', 'first', 'complete'], ['complete', 'first', 'text'], ['first', 'complete', 'text']]) {
        const taskId = stages.join('-')
        for (const stage of stages) {
          const { status } = await suno.receive({ kind: 'music', body: sample('music:' + stage, { taskId }) })
          const { stage_rank, tracks } = read(taskId)
          console.log(stage, status, stage_rank, JSON.parse(tracks).length)
        }
      }
    `
      const code = `${use}${toJavaScript(snippet('overtaking').code)}${deliver}`
      const environment = { NODE_NO_WARNINGS: '1' }
      expect(await project.start('overtaking', code, environment).output()).toEqual([
        'text handled 1 0',
        'first handled 2 2',
        'complete handled 3 2',
        ...['complete handled 3 2', 'first handled 3 2', 'text handled 3 2'],
        ...['first handled 2 2', 'complete handled 3 2', 'text handled 3 2'],
      ])
    },
  )
})

describe('the pages name what the code has', () => {
  const codes = unionMembers({
    Configuration: "import('suno-callbacks').ConfigurationCode",
    Delivery: "import('suno-callbacks').DeliveryCode",
    Body: "import('suno-callbacks').BodyCode",
    Status: "import('suno-callbacks').Outcome['status']",
    Rejection: "import('suno-callbacks').RejectionReason",
    Reason: "import('suno-callbacks').ErrorReason",
    ProviderName: "import('suno-callbacks/polling').ProviderName",
  })
  const sorted = (list: readonly string[]) => [...list].sort()
  /** What a sentence of the pages names, by how it begins. */
  const named = (begin: string) => words(ALL.split(begin)[1]?.split('.')[0])

  test('every public value is in it', async () => {
    const entries = [
      library,
      await import('../../adapters/express.js'),
      await import('../../adapters/koa.js'),
      await import('../../adapters/node.js'),
      await import('../../src/testing/index.js'),
    ]
    const names = entries.flatMap((entry) => Object.keys(entry))
    expect(names.filter((name) => !ALL.includes(name))).toEqual([])
  })

  test('every option, with its limits, is in its table', () => {
    const read = (options: object) => {
      try {
        new SunoCallbacks({ verify: false, logger: false, ...options })
        return ''
      } catch (error) {
        return (error as Error).message
      }
    }
    const [, names = ''] = /The options are: (.*)\.$/.exec(read({ nothing: true })) ?? []
    expect(sorted(subjects('options'))).toEqual(sorted(names.split(', ')))
    const limits = table('options').flatMap(([name, , limits = '']) => {
      const numbers = limits.match(/^([\d,]+) to ([\d,]+)$/)
      return numbers === null ? [] : [`${words(name)[0] ?? ''} ${numbers[0].replaceAll(',', '')}`]
    })
    const told = limits.map((line) => {
      const [name = ''] = line.split(' ')
      const [, low = '', high = ''] = / from (\d+) to (\d+)\./.exec(read({ [name]: 0 })) ?? []
      return `${name} ${low} to ${high}`
    })
    expect(limits).toHaveLength(6)
    expect(limits).toEqual(told)
  })

  test('every kind and event, with its fields, is in its table', async () => {
    expect(sorted([...new Set(table('endpoints').flatMap(([, kind]) => words(kind)))])).toEqual(sorted(KINDS))
    expect(sorted(subjects('events'))).toEqual(sorted(EVENT_TYPES))
    const suno = new SunoCallbacks({ verify: false, logger: false })
    const events: SunoEvent[] = []
    suno.on('*', (event) => events.push(event))
    for (const [name, , fields] of table('events')) {
      const type = words(name)[0] as EventType
      const kind = KINDS.find((one) => type.startsWith(`${one}:`))
      await suno.receive({ kind, body: sample(type) })
      const event = events.at(-1)
      if (event === undefined) throw new Error(`The sample of ${type} has become no event.`)
      const own = words(fields).filter((field) => field !== 'raw')
      expect(sorted(Object.keys(event))).toEqual(sorted([...subjects('base'), ...own]))
      expect([...subjects('fields'), 'tracks']).toEqual(expect.arrayContaining(own))
      if (event.type === 'stems:complete') expect(named('`stems` has ')).toEqual(Object.keys(event.stems))
      const tracks = 'tracks' in event ? event.tracks : []
      for (const track of tracks) expect(sorted(Object.keys(track))).toEqual(sorted(subjects('track')))
    }
    expect(events.map(({ type }) => type)).toEqual(subjects('events'))
  })

  test("the README's table of events is that of the events' own page", () => {
    const fields = (name: string) => table(name).map(([type, , own]) => [...words(type), ...words(own)])
    expect(fields('overview')).toEqual(fields('events'))
    expect(sorted(named('All have '))).toEqual(sorted(subjects('base')))
  })

  test('every outcome is in its table, with its answer', () => {
    const rows = table('answers').map(([answer, outcome]) => ({ answer: Number(answer), outcome: words(outcome) }))
    expect(sorted([...new Set(rows.map(({ outcome }) => outcome[0] ?? ''))])).toEqual(sorted(codes.Status))
    expect(sorted(rows.flatMap(({ outcome }) => outcome[1] ?? []))).toEqual(sorted(codes.Rejection))
    for (const { answer, outcome } of rows) {
      const [status, reason] = outcome
      expect(toResponse({ status, reason, retryAfterMs: 1 } as unknown as Outcome).status).toBe(answer)
    }
  })

  test('every reason of an error is in its table, with its code', async () => {
    expect(sorted(subjects('reasons'))).toEqual(sorted(codes.Reason))
    const suno = new SunoCallbacks({ verify: false, logger: false })
    const reasons: unknown[] = []
    suno.on('error', (event) => reasons.push(event.reason))
    for (const [, code] of table('reasons')) {
      const number = code === 'any other' ? 599 : Number(code)
      const data = {
        callbackType: number === 200 ? 'complete' : 'error',
        task_id: `task-${String(number)}`,
        data: null,
      }
      await suno.receive({ kind: 'music', body: { code: number, msg: '', data } })
    }
    expect(reasons).toEqual(subjects('reasons'))
  })

  test('every code of a delivery is in its table, with outcomes that there are', () => {
    expect(sorted(subjects('delivery-codes'))).toEqual(sorted(codes.Delivery))
    const outcomes = table('delivery-codes').flatMap(([, outcome]) => words(outcome))
    const known = [...codes.Status, ...codes.Rejection, 'run']
    expect(outcomes.filter((word) => !known.includes(word))).toEqual([])
  })

  test('every configuration code, what a body reader may say, and every provider of samples is in it', () => {
    expect(sorted(subjects('configuration-codes'))).toEqual(sorted(codes.Configuration))
    expect(codes.Body.filter((code) => !ALL.includes(`\`${code}\``))).toEqual([])
    expect(codes.ProviderName.filter((name) => !ALL.includes(`\`'${name}'\``))).toEqual([])
  })

  test('the figures of the benchmark are those of its last whole run', () => {
    const results = readFileSync(new URL('../harness/bench/results.md', import.meta.url), 'utf8')
    expect(table('bench').length).toBeGreaterThan(10)
    expect(table('bench')).toEqual(table('bench', results))
  })
})
