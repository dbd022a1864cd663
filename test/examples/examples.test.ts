import { spawn, spawnSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rmdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { SunoCallbacks, type AsyncStore } from '../../src/index.js'
import { KINDS } from '../../src/events/kinds/index.js'
import { sample } from '../../src/testing/index.js'
import { EXAMPLES, killExamples, runExample, SETTINGS, startExample } from '../support/example.js'

const APPS = ['express', 'koa', 'node-http', 'custom-store', 'kie-signature', 'metadata']

const directories = new Set<string>()

afterEach(async () => {
  killExamples()
  for (const directory of directories) await rm(directory, { recursive: true, force: true })
  directories.clear()
})

describe.each(APPS)('examples/%s.ts', (name) => {
  test('refuses to start without a secret, an address or a port that is free, and says which', async () => {
    const { server, port } = await takenPort()
    const refusals = [
      [{ SUNO_CALLBACK_SECRET: '' }, 'SUNO_CALLBACK_SECRET'],
      [{ SUNO_CALLBACK_BASE_URL: '' }, 'SUNO_CALLBACK_BASE_URL'],
      [{ PORT: 'http' }, 'port'],
      [{ PORT: port }, 'EADDRINUSE'],
    ] as const
    const answers = refusals.map(async ([wrong, message]) => {
      const directory = await newDirectory()
      const app = runExample(name, { ...SETTINGS, KIE_WEBHOOK_KEY: 'key', DATA_DIRECTORY: directory, ...wrong })
      expect(await app.exitCode).toBe(1)
      expect(app.output()).toContain(message)
    })
    await Promise.all(answers)
    server.close()
  })

  test('closes with exit code 0 on SIGTERM', async () => {
    const app = await startExample(name, { KIE_WEBHOOK_KEY: 'key', DATA_DIRECTORY: await newDirectory() })
    expect(await app.stop('SIGTERM')).toBe(0)
    expect(app.output()).toContain('closed, 0 events left unfinished')
  })
})

describe('examples/express.ts', () => {
  test('fills an order with the stages of its song, each once', async () => {
    const app = await startExample('express')
    const { callBackUrl } = await app.get('/songs/new?orderId=42')
    expect(await app.get('/songs/42')).toEqual({ error: 'There is no such order.' })

    const taskId = 'task-of-42'
    expect(await app.post(callBackUrl, sample('music:text', { taskId }))).toBe(200)
    expect(await app.get('/songs/42')).toEqual({ stage: 'text', audioUrls: [], problem: null })
    expect(await app.post(callBackUrl, sample('music:first', { taskId }))).toBe(200)
    expect(await app.get('/songs/42')).toMatchObject({ stage: 'first', audioUrls: [expect.stringContaining('.mp3')] })
    const complete = sample('music:complete', { taskId })
    expect(await app.post(callBackUrl, complete)).toBe(200)
    expect(await app.post(callBackUrl, complete)).toBe(200)
    expect(await app.post(callBackUrl, sample('music:first', { taskId }))).toBe(200)

    const song = await app.get('/songs/42')
    expect(song).toMatchObject({ stage: 'complete', problem: null })
    expect(song.audioUrls).toHaveLength(2)
    expect(app.output().match(/order 42: \w+/g)).toEqual(['order 42: text', 'order 42: first', 'order 42: complete'])
  })

  test('does not let an error that comes late take a finished song away', async () => {
    const app = await startExample('express')
    const { callBackUrl } = await app.get('/songs/new?orderId=43')
    expect(await app.post(callBackUrl, sample('error'))).toBe(200)
    expect(await app.get('/songs/43')).toMatchObject({ stage: 'error', problem: 'refused' })
    expect(await app.post(callBackUrl, sample('music:complete'))).toBe(200)
    expect(await app.post(callBackUrl, sample('error'))).toBe(200)
    expect(await app.get('/songs/43')).toMatchObject({ stage: 'complete', problem: null })
  })

  test('answers 401 to a callback on a URL that it did not sign', async () => {
    const app = await startExample('express')
    expect(await app.post('http://127.0.0.1/suno/music', sample('music:complete'))).toBe(401)
  })
})

describe('examples/metadata.ts', () => {
  const OPERATIONS = {
    generate: '2 versions of a new song',
    extend: 'goes on for 198.44 s',
    'upload-cover': 'an upload in another style',
    'upload-extend': 'an upload of 198.44 s',
    'add-instrumental': 'a voice with a band',
    'add-vocals': 'a band with a voice',
    'replace-section': 'a song with a new section',
    mashup: 'two songs in one',
    sounds: 'a sound: Harbour Lantern',
  }

  test('tells the nine music operations apart, though all send the same body', async () => {
    const app = await startExample('metadata')
    const body = (taskId: string) => sample('music:complete', { taskId })
    const endpoints = new Set<string | undefined>()
    for (const operation of Object.keys(OPERATIONS)) {
      const { endpoint, callBackUrl } = await app.get(`/songs/42/${operation}`)
      endpoints.add(endpoint)
      expect(await app.post(callBackUrl, body(`task-${operation}`))).toBe(200)
    }
    expect(await app.get('/songs/42')).toEqual(Object.values(OPERATIONS))
    expect(endpoints.size).toBe(9)
  })

  test('says which operation failed, and refuses one that nobody knows', async () => {
    const app = await startExample('metadata')
    const { callBackUrl } = await app.get('/songs/43/add-vocals')
    expect(await app.post(callBackUrl, sample('error'))).toBe(200)
    expect(await app.get('/songs/43')).toEqual(['add-vocals failed: Music generation failed'])
    expect(await app.get('/songs/43/remaster')).toEqual({ error: 'There is no such operation.' })

    const suno = new SunoCallbacks({ secret: SETTINGS.SUNO_CALLBACK_SECRET, baseUrl: SETTINGS.SUNO_CALLBACK_BASE_URL })
    for (const metadata of [{ songId: '44', operation: 'remaster' }, { songId: '44' }]) {
      expect(await app.post(suno.callbackUrl('music', { metadata }), sample('music:complete'))).toBe(200)
    }
    expect(app.output()).toContain('song 44: made by remaster\nsong 44: made by nobody\n')
  })
})

describe('examples/koa.ts', () => {
  test('lists a video while the provider keeps it, and tells what went wrong with another', async () => {
    const app = await startExample('koa')
    const { callBackUrl } = await app.get('/videos/new?taskId=song-task&audioId=song-7')
    const video = sample('video:complete', { taskId: 'video-task' })
    expect(await app.post(callBackUrl, video)).toBe(200)
    expect(await app.post(callBackUrl, video)).toBe(200)
    expect(await app.post(callBackUrl, sample('error', { kind: 'video', taskId: 'bad-task' }))).toBe(200)

    const url = 'https://example.com/videos/video-task.mp4'
    expect(await app.get('/videos')).toEqual([{ songId: 'song-7', url, expiresAt: expect.any(String) as string }])
    expect(await app.get('/problems/bad-task')).toEqual({ problem: 'Music video generation failed' })
    expect(app.output().match(/video of song song-7/g)).toHaveLength(1)
  })
})

describe('examples/node-http.ts', () => {
  test('leads a user from the phrase to the voice, and a late phrase does not lead back', async () => {
    const app = await startExample('node-http')
    const { callBackUrl } = await app.get('/voices/new?userId=7')
    const { calBackUrl } = await app.get('/voices/another-phrase?userId=7')
    expect(await app.get('/voices?userId=7')).toEqual({ state: 'waiting', text: null })
    expect(await app.post(callBackUrl, sample('phrase:ready', { taskId: 'phrase-task' }))).toBe(200)
    expect(await app.get('/voices?userId=7')).toMatchObject({ state: 'record', text: expect.any(String) as string })

    const recorded = await app.get('/voices/recorded?userId=7')
    expect(await app.post(recorded.callBackUrl, sample('voice:ready'))).toBe(200)
    expect(await app.post(calBackUrl, sample('phrase:ready', { taskId: 'another-task' }))).toBe(200)
    expect(await app.get('/voices?userId=7')).toEqual({ state: 'ready', text: 'voice_5f0c2b' })
  })

  test('passes on what is no callback, and tells of a voice that failed', async () => {
    const app = await startExample('node-http')
    expect(await app.get('/elsewhere?userId=7')).toEqual({ error: 'There is no such page.' })
    const { callBackUrl } = await app.get('/voices/recorded?userId=7')
    expect(await app.post(callBackUrl, sample('error', { kind: 'voice' }))).toBe(200)
    expect(await app.get('/voices?userId=7')).toMatchObject({ state: 'failed' })
  })
})

describe('examples/custom-store.ts', () => {
  test('writes a song once, though two processes get its callback at once and a third one later', async () => {
    const DATA_DIRECTORY = await newDirectory()
    const [one, two] = await Promise.all([
      startExample('custom-store', { DATA_DIRECTORY }),
      startExample('custom-store', { DATA_DIRECTORY }),
    ])
    const { callBackUrl } = await one.get('/songs/new?orderId=42')
    const body = sample('music:complete', { taskId: 'shared-task' })
    const posts = [one, two, one, two].map((app) => app.post(callBackUrl, body))
    expect(await Promise.all(posts)).toEqual([200, 200, 200, 200])
    expect(await Promise.all([one.stop('SIGTERM'), two.stop('SIGTERM')])).toEqual([0, 0])

    const three = await startExample('custom-store', { DATA_DIRECTORY })
    expect(await three.post(callBackUrl, body)).toBe(200)
    expect(await three.get('/songs')).toEqual([
      { key: 'music:complete:shared-task', orderId: '42', titles: ['Harbour Lantern', 'Harbour Lantern'] },
    ])
  })

  test('answers 500 while the ledger cannot be written, and writes the song with the retry', async () => {
    const DATA_DIRECTORY = await newDirectory()
    const inTheWay = join(DATA_DIRECTORY, 'songs.jsonl')
    await mkdir(inTheWay)
    const app = await startExample('custom-store', { DATA_DIRECTORY })
    const { callBackUrl } = await app.get('/songs/new?orderId=42')
    const body = sample('music:complete', { taskId: 'task' })
    expect(await app.post(callBackUrl, body)).toBe(500)
    await rmdir(inTheWay)
    expect(await app.post(callBackUrl, body)).toBe(200)
    expect(await app.get('/songs')).toHaveLength(1)
  })
})

describe('examples/file-store.ts', () => {
  test('lends a key to exactly one of many attempts, and to its own token again', async () => {
    const [one, two] = await twoStores()
    const tokens = Array.from({ length: 20 }, (_, index) => `token ${String(index)}`)
    const claim = (token: string, index: number) => (index % 2 === 0 ? one : two).claim('key', token, 60_000)
    const first = await Promise.all(tokens.map(claim))
    const winners = tokens.filter((_, index) => first[index]?.status === 'claimed')
    expect(winners).toHaveLength(1)
    const again = await Promise.all(tokens.map(claim))
    expect(tokens.filter((_, index) => again[index]?.status === 'claimed')).toEqual(winners)
    const other = again.find(({ status }) => status !== 'claimed')
    expect(other).toEqual({ status: 'in-flight', retryAfterMs: expect.any(Number) as number })
  })

  test('remembers a finished key for its retention, for every process', async () => {
    const [one, two] = await twoStores()
    await one.claim('key', 'a', 60_000)
    expect(await two.isDone('key')).toBe(false)
    expect(await two.complete('key', 'b', 60_000)).toBe(false)
    expect(await one.complete('key', 'a', 60_000)).toBe(true)
    expect(await two.isDone('key')).toBe(true)
    expect(await two.claim('key', 'b', 60_000)).toEqual({ status: 'done' })
    expect(await two.complete('key', 'b', 60_000)).toBe(false)
    expect(await one.release('key', 'a')).toBe(false)
    expect(await one.renew('key', 'a', 60_000)).toBe(false)

    await one.claim('short', 'a', 60_000)
    await one.complete('short', 'a', 1)
    await sleep(5)
    expect(await one.isDone('short')).toBe(false)
    expect(await two.claim('short', 'b', 60_000)).toEqual({ status: 'claimed' })
  })

  test('lets a lapsed claim be taken, by one, and fences its old holder off', async () => {
    const [one, two] = await twoStores()
    await one.claim('key', 'old', 1)
    await sleep(5)
    const takers = ['b', 'c', 'd', 'e'].map((token) => two.claim('key', token, 60_000))
    const statuses = (await Promise.all(takers)).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual(['claimed', 'in-flight', 'in-flight', 'in-flight'])
    expect(await one.renew('key', 'old', 60_000)).toBe(false)
    expect(await one.complete('key', 'old', 60_000)).toBe(false)
    expect(await one.release('key', 'old')).toBe(false)
  })

  test('completes and renews a lapsed claim that nobody took', async () => {
    const [one, two] = await twoStores()
    await one.claim('key', 'a', 1)
    await sleep(5)
    expect(await one.renew('key', 'a', 60_000)).toBe(true)
    expect(await two.claim('key', 'b', 60_000)).toMatchObject({ status: 'in-flight' })
    await one.claim('other', 'a', 1)
    await sleep(5)
    expect(await one.complete('other', 'a', 60_000)).toBe(true)
    expect(await two.isDone('other')).toBe(true)
  })

  test('gives a key back to its holder alone, and it can be claimed at once', async () => {
    const [one, two] = await twoStores()
    await one.claim('key', 'a', 60_000)
    expect(await two.release('key', 'b')).toBe(false)
    expect(await one.release('key', 'a')).toBe(true)
    expect(await two.claim('key', 'b', 60_000)).toEqual({ status: 'claimed' })
  })

  test('sweeps what has expired and nothing else', async () => {
    const [store, , directory] = await twoStores()
    await store.claim('held', 'a', 60_000)
    await store.claim('done', 'a', 60_000)
    await store.complete('done', 'a', 60_000)
    await store.claim('lapsed', 'a', 1)
    await store.claim('expired', 'a', 60_000)
    await store.complete('expired', 'a', 1)
    await store.claim('released', 'a', 60_000)
    await store.release('released', 'a')
    await sleep(5)
    await store.sweep()
    expect(await readdir(directory)).toHaveLength(2)
    expect(await store.isDone('done')).toBe(true)
    expect(await store.claim('held', 'b', 60_000)).toMatchObject({ status: 'in-flight' })
    expect(await store.complete('lapsed', 'a', 60_000)).toBe(true)
  })
})

describe('examples/kie-signature.ts', () => {
  const key = 'the key of the settings page'

  test('accepts what carries both signatures, and nothing with only one of them', async () => {
    const app = await startExample('kie-signature', { KIE_WEBHOOK_KEY: key })
    const { callBackUrl } = await app.get('/drafts/new?draftId=9')
    const taskId = 'lyrics-task'
    const body = sample('lyrics:complete', { taskId, provider: 'kie' })

    expect(await app.post(callBackUrl, body)).toBe(401)
    expect(await app.post(callBackUrl, body, signed('another-task'))).toBe(401)
    expect(await app.post('http://127.0.0.1/suno/lyrics', body, signed(taskId))).toBe(401)
    expect(await app.get('/drafts/9')).toEqual({ error: 'There is no such draft.' })
    expect(await app.post(callBackUrl, body, signed(taskId))).toBe(200)
    expect(await app.get('/drafts/9')).toMatchObject({ taskId, problems: [] })
    expect(app.output().match(/^rejected: \w+/gm)).toEqual([
      'rejected: NOT_VERIFIED',
      'rejected: NOT_VERIFIED',
      'rejected: SIGNATURE_MISSING',
    ])
  })

  test('tells why there are no lyrics, where kie.ai calls the failure complete', async () => {
    const app = await startExample('kie-signature', { KIE_WEBHOOK_KEY: key })
    const { callBackUrl } = await app.get('/drafts/new?draftId=10')
    const body = sample('error', { kind: 'lyrics', taskId: 'task', provider: 'kie' })
    expect(await app.post(callBackUrl, body, signed('task'))).toBe(200)
    expect(await app.get('/drafts/10')).toMatchObject({
      texts: [],
      problems: ['Song Description flagged for moderation'],
    })
  })

  test('refuses to start without the key of kie.ai', async () => {
    const app = runExample('kie-signature', SETTINGS)
    expect(await app.exitCode).toBe(1)
    expect(app.output()).toContain('KIE_WEBHOOK_KEY')
  })

  function signed(taskId: string): Record<string, string> {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const signature = createHmac('sha256', key).update(`${taskId}.${timestamp}`).digest('base64')
    return { 'x-webhook-timestamp': timestamp, 'x-webhook-signature': signature }
  }
})

describe('examples/demo.ts', () => {
  test('tells the whole story, finds everything as promised, and ends by itself with exit code 0', async () => {
    const demo = runExample('demo')
    expect(await demo.exitCode).toBe(0)
    const lines = demo.output().split('\n')

    const headings = lines.filter((line) => /^[A-Z]/.test(line))
    expect(headings).toEqual([
      expect.stringMatching(/^An Express app receives callbacks at http:\/\/127\.0\.0\.1:\d+\/suno$/),
      'A song in three stages',
      'Everything else that the provider makes',
      'The same from api.box',
      'The same from kie.ai',
      'Tasks that failed',
      'A repeat',
      'A stage that was overtaken',
      'Three at once',
      'A listener that fails once',
      'A listener slower than the deadline',
      'Forged requests',
      'Broken bodies',
      'A body of no known shape',
      'Callbacks that never arrive',
      'Summary',
    ])
    for (const event of [
      'music:text',
      'music:first',
      'music:complete',
      'lyrics:complete',
      'video:complete',
      'phrase:ready',
      'wav:complete',
      'stems:complete',
      'midi:complete',
      'cover:complete',
      'recovery:complete',
    ]) {
      expect(demo.output()).toMatch(
        new RegExp(`^  \\d\\d:\\d\\d:\\d\\d\\.\\d{3}  ${event} +${event.split(':')[0] ?? ''} `, 'm'),
      )
    }
    expect(demo.output()).toMatch(/ voice:ready +voice +\w{8} {2}voice id voice_5f0c2b$/m)
    for (const kind of KINDS) {
      expect(demo.output()).toMatch(new RegExp(` error +${kind} +\\w{8}  \\w+ \\(\\d+\\): `))
    }

    const summary = Object.fromEntries(
      lines.slice(lines.indexOf('Summary')).flatMap((line) => {
        const [, name, count, status] = /^ {2}([a-z]+(?:, [a-z-]+)?) +(\d+) +(\d+) /.exec(line) ?? []
        return name === undefined ? [] : [[name, `${String(count)} answered ${String(status)}`] as const]
      }),
    )
    expect(summary).toEqual({
      handled: '44 answered 200',
      duplicate: '4 answered 200',
      stale: '1 answered 200',
      failed: '1 answered 500',
      deadline: '1 answered 503',
      'rejected, unauthorized': '3 answered 401',
      'rejected, malformed': '1 answered 400',
      'rejected, not-json': '1 answered 415',
    })
    expect(demo.output()).toContain('56 deliveries, 51 calls of the listener')
    expect(demo.output()).toContain(': all as promised')

    expect(demo.output()).toContain('5 songs were submitted. 60 attempts at their callbacks failed.')

    // Where there is no terminal, there are no colours, and lines fit into 120 columns.
    expect(demo.output()).not.toContain('\u001b')
    expect(lines.filter((line) => line.length > 120)).toEqual([])
  })

  test('with --listen, prints a curl command that works, and each event that arrives', async () => {
    const demo = await startExample('demo', {}, ['--listen', '0'])
    await demo.saw(/What arrives/)
    const command = /^curl (?:.*\\\n)*.*$/m.exec(demo.output())?.[0] ?? ''
    expect(await send(command)).toBe(200)
    await demo.saw(/music:complete +music +\w{8} {2}2 ready: https:.*\n.*→ handled +music +\w{8} {2}HTTP 200/)
    expect(await send(command)).toBe(200)
    await demo.saw(/→ duplicate +music/)
    expect(demo.output().match(/music:complete +music/g)).toHaveLength(1)
    expect(await demo.stop('SIGINT')).toBe(0)
    expect(demo.output()).toContain('closed, 0 events left unfinished')
  })

  test('with --listen, closes with exit code 0 on SIGTERM too', async () => {
    const demo = await startExample('demo', {}, ['--listen', '0'])
    await demo.saw(/What arrives/)
    expect(await demo.stop('SIGTERM')).toBe(0)
  })

  test('says that a port is in use', async () => {
    const { server, port } = await takenPort('127.0.0.1')
    const demo = runExample('demo', {}, ['--listen', port])
    expect(await demo.exitCode).toBe(1)
    expect(demo.output()).toBe(`Port ${port} is in use. Choose another one, or 0 for any free port.\n`)
    server.close()
  })

  test.each([
    [['--listen', 'http'], '--listen needs a port from 0 to 65535, not "http".'],
    [['--listen', '65536'], '--listen needs a port from 0 to 65535, not "65536".'],
    [['--listen'], "'--listen <value>' argument missing"],
    [['--lisen', '3000'], "Unknown option '--lisen'"],
    [['3000'], "Unexpected argument '3000'"],
  ])('refuses the arguments %j, and says which there are', async (args, message) => {
    const demo = runExample('demo', {}, args)
    expect(await demo.exitCode).toBe(2)
    expect(demo.output()).toContain(message)
    expect(demo.output()).toContain('npm start -- --listen <port>')
  })
})

/** Runs a curl command in a shell; where there is no curl, does what it says. Answers the HTTP status. */
async function send(command: string): Promise<number> {
  const hasCurl = spawnSync('curl', ['--version']).status === 0
  if (!hasCurl) {
    const [url = '', header = '', body = ''] = [...command.matchAll(/'([^']*)'/g)].map(([, text]) => text)
    const [name = '', value = ''] = header.split(': ')
    return (await fetch(url, { method: 'POST', headers: { [name]: value }, body })).status
  }
  const shell = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'] })
  let answer = ''
  shell.stdout.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  await once(shell, 'close')
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])
}

async function takenPort(host?: string) {
  const server = createServer().listen({ port: 0, host })
  await once(server, 'listening')
  return { server, port: String((server.address() as AddressInfo).port) }
}

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'suno-callbacks-'))
  directories.add(directory)
  return directory
}

/** Two stores on one directory, as two processes have them. */
async function twoStores() {
  const { href } = pathToFileURL(join(EXAMPLES, 'file-store.js'))
  type Store = AsyncStore & { sweep(): Promise<void> }
  const { fileStore } = (await import(href)) as { fileStore: (directory: string) => Promise<Store> }
  const directory = await newDirectory()
  return [await fileStore(directory), await fileStore(directory), directory] as const
}
