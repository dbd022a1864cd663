import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { KINDS } from '../../src/events/kinds/index.js'
import { SunoCallbacks } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { probeUrl } from '../../src/verify/probe-url.js'
import { closeApps, send, serveAt, startApp } from './apps.js'
import { freePort } from '../support/free-port.js'
import { killAll, run, SECRET, spawnProgram, start } from './run.js'

const folder = mkdtempSync(join(tmpdir(), 'suno-listen-'))

afterEach(closeApps)
afterEach(killAll)
afterAll(() => rmSync(folder, { recursive: true }))

const env = { SUNO_CALLBACK_SECRET: SECRET }

/** A listening command, and its URLs by kind. */
async function listening(args: readonly string[] = [], settings: Readonly<Record<string, string>> = env) {
  const running = start(['listen', '0', ...args], { env: settings })
  await running.saw(/Listening on/)
  await running.saw(/Ctrl-C/)
  const urls = new Map(
    running
      .stdout()
      .split('\n')
      .map((line) => [line.slice(0, 8).trim(), line.slice(10)]),
  )
  return { ...running, urlOf: (kind: string) => urls.get(kind) ?? '' }
}

describe('without an app', () => {
  test('prints a signed URL of every kind, and a line for each callback', async () => {
    const { urlOf, saw, interrupt, stdout, stderr } = await listening()
    const suno = new SunoCallbacks({ secret: SECRET, logger: false })
    for (const kind of KINDS) expect(suno.readCallbackUrl(urlOf(kind))?.kind).toBe(kind)
    const url = suno.callbackUrl('music', { url: urlOf('music'), metadata: { orderId: '42' } })
    const body = sample('music:complete', { taskId: 'task-1' })
    const { status, text, headers } = await send(url, body)
    expect({ status, text, outcome: headers.get('suno-outcome') }).toEqual({
      status: 200,
      text: '{"status":"received"}',
      outcome: 'handled',
    })
    await saw(/^\d\d:\d\d:\d\d {2}music:complete +music +task-1 +200 handled {2}2 tracks, "Harbour Lantern"$/m)
    await send(url, body)
    await saw(/200 duplicate/)
    await send(urlOf('video'), sample('error', { kind: 'video' }))
    await saw(/error +video +\w+ +200 handled {2}\w+: /)
    await send(urlOf('wav'), sample('unknown'))
    await saw(/unknown +wav +\w+ +200 handled {2}data\./)
    await send(urlOf('voice'), sample('voice:ready'))
    await saw(/voice:ready +voice +\w+ +200 handled$/m)
    await send(urlOf('music'), sample('music:text', { taskId: 'x', overrides: { tracks: [{ title: null }] } }))
    await saw(/music:text +music +x +200 handled {2}1 track$/m)
    expect(await interrupt()).toBe(130)
    expect(stdout() + stderr()).not.toContain(SECRET)
  })

  test('answers a probe of the doctor, and neither counts nor keeps it', async () => {
    const file = join(folder, 'probed.jsonl')
    const { urlOf, saw, interrupt, stderr } = await listening(['--journal', file])
    const answer = await send(probeUrl(urlOf('music'), [SECRET]), { probe: true })
    expect([answer.status, answer.headers.get('suno-outcome')]).toEqual([200, 'probed'])
    await saw(/200 probed {2}a probe of the doctor$/m)
    expect(await interrupt()).toBe(130)
    expect(stderr()).not.toContain('1 callback')
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe('')
  })

  test('serves the live page with --inspect, which an open page does not keep from ending', async () => {
    const { urlOf, saw, stderr, interrupt } = await listening(['--inspect'])
    const at = /The live page is at (\S+)\.$/m.exec(stderr())?.[1] ?? ''
    expect(await (await fetch(at)).text()).toContain('<html')
    await send(urlOf('music'), sample('music:complete', { taskId: 'task-1' }))
    await saw(/200 handled/)
    const tasks = (await (await fetch(new URL('tasks', at))).json()) as object
    expect(tasks).toMatchObject({ tasks: [{ taskId: 'task-1', httpStatus: 200 }] })
    const stream = await fetch(new URL('events', at))
    expect(stream.headers.get('content-type')).toContain('text/event-stream')
    expect(await interrupt()).toBe(130)
    await stream.body?.cancel().catch(() => undefined)
  })

  test('turns away what is not signed, and says why, without its body', async () => {
    const { urlOf, saw, interrupt } = await listening()
    const [bare = ''] = urlOf('music').split('?')
    expect((await send(bare, sample('music:complete'))).status).toBe(401)
    await saw(/401 rejected {2}The callback URL has no suno_signature/)
    expect((await send(`${urlOf('music')}x`, 'no JSON at all')).status).toBe(401)
    expect((await send(urlOf('music'), 'no JSON at all')).status).toBe(400)
    await saw(/400 rejected/)
    await interrupt()
  })

  test('signs by a secret of the run where there is none, and takes anybody with --unsigned', async () => {
    const own = await listening([], {})
    expect(own.stderr()).toContain('signed by a secret of this run alone')
    expect((await send(own.urlOf('music'), sample('music:complete'))).status).toBe(200)
    await own.interrupt()

    const open = await listening(['--unsigned'])
    expect(open.urlOf('music')).toMatch(/\/suno\/music$/)
    expect(open.stderr()).not.toContain('of this run')
    expect((await send(open.urlOf('music').replace('/music', '/'), sample('music:complete'))).status).toBe(200)
    await open.saw(/music:complete +music/)
    await open.interrupt()
  })

  test('prints the URLs of a tunnel, and not those of an app on this machine', async () => {
    const tunnel = await listening([], { ...env, SUNO_CALLBACK_BASE_URL: 'https://tunnel.example.com/hooks/' })
    expect(tunnel.urlOf('music')).toMatch(/^https:\/\/tunnel\.example\.com\/hooks\/music\?/)
    await tunnel.interrupt()
    const app = await listening([], { ...env, SUNO_CALLBACK_BASE_URL: 'http://localhost:3000/suno' })
    expect(app.urlOf('music')).not.toContain(':3000')
    await app.interrupt()
  })

  test('answers browsers with a line that says what it is, and refuses other methods', async () => {
    const { urlOf, interrupt } = await listening()
    const page = await fetch(urlOf('music'))
    expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/^suno-callbacks: /)])
    expect((await fetch(urlOf('music'), { method: 'HEAD' })).status).toBe(200)
    const other = await fetch(urlOf('music'), { method: 'DELETE' })
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD'])
    await interrupt()
  })

  test('answers bodies that are too large or cut off, and goes on', async () => {
    const { urlOf, saw, interrupt } = await listening()
    const { port, pathname, search } = new URL(urlOf('music'))
    const head = (length: number) =>
      `POST ${pathname}${search} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${String(length)}\r\n\r\n`
    const large = connect(Number(port), 'localhost')
    large.on('error', () => undefined)
    large.write(head(9 * 2 ** 20) + 'x'.repeat(8.5 * 2 ** 20))
    await saw(/413 rejected/)
    large.destroy()
    const cut = connect(Number(port), 'localhost')
    cut.write(`${head(1000)}{"code"`, () => cut.destroy())
    await saw(/400 rejected/)
    expect((await send(urlOf('music'), sample('music:complete'))).status).toBe(200)
    await interrupt()
  })

  test('as a process: writes NDJSON that another program can read, and ends with 130 at Ctrl-C', async () => {
    const { saw, stdout, child, exitCode } = spawnProgram(['listen', '0', '--json'], env)
    await saw(/Listening on/)
    const records = () =>
      stdout()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    const { url } = records().find(({ kind }) => kind === 'video') ?? {}
    await send(String(url), sample('video:complete', { taskId: 'task-1' }))
    await saw(/"record":"callback"/)
    expect(records().at(-1)).toMatchObject({
      record: 'callback',
      type: 'video:complete',
      kind: 'video',
      taskId: 'task-1',
      outcome: 'handled',
      status: 200,
      fault: null,
      forwarded: null,
      event: { videoUrl: 'https://example.com/videos/task-1.mp4' },
    })
    child.kill('SIGINT')
    expect(await exitCode).toBe(130)
  })

  test('ends also when it is interrupted before it listens', async () => {
    expect(await start(['listen', '0'], { env }).interrupt()).toBe(130)
  })

  test('a port that is taken ends with exit code 1 and the remedy', async () => {
    const { port } = await startApp()
    const { exitCode, stderr } = await run(['listen', port], { env })
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`${port}. Give another port: it is the first argument.`)
    const elsewhere = await run(['listen', '--host', '203.0.113.1'], { env })
    expect(elsewhere.exitCode).toBe(1)
    expect(elsewhere.stderr).toContain('EADDRNOTAVAIL')
  })

  test('listens at the address that it is told, and names it as it is written in URLs', async () => {
    const six = await listening(['--host', '::1'])
    expect(new URL(six.urlOf('music')).hostname).toBe('localhost')
    await six.interrupt()
    const all = await listening(['--host', '::'])
    expect(new URL(all.urlOf('music')).hostname).toBe('localhost')
    await all.interrupt()
    // Of a test machine, whose own addresses nobody knows: another of its loopback, and one in both spellings.
    const other = await listening(['--host', '127.0.0.2'], {
      ...env,
      SUNO_CALLBACK_BASE_URL: 'https://tunnel.example.com',
    })
    expect(other.stderr()).toContain('Listening on http://127.0.0.2:')
    await other.interrupt()
    const mapped = await listening(['--host', '::ffff:127.0.0.1'], {
      ...env,
      SUNO_CALLBACK_BASE_URL: 'https://tunnel.example.com',
    })
    expect(mapped.stderr()).toContain('Listening on http://[::ffff:127.0.0.1]:')
    await mapped.interrupt()
    const four = await listening(['--host', '0.0.0.0'])
    expect(new URL(four.urlOf('music')).hostname).toBe('localhost')
    await four.interrupt()
  })

  test.each(['many', '70000', '-1', '30.5'])('a port %s is refused', async (port) => {
    const { exitCode, stderr } = await run(['listen', '--', port], { env })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('port must be a')
  })
})

describe('--forward-to', () => {
  test('passes the unchanged bytes, headers and query on, and gives back the answer of the app', async () => {
    let got: { url: string | undefined; headers: IncomingHttpHeaders; body: Buffer } | undefined
    const origin = await serveAt((request, response) => {
      if (request.method === 'HEAD') return response.end()
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        got = { url: request.url, headers: request.headers, body: Buffer.concat(chunks) }
        response.writeHead(503, { 'retry-after': '7', 'content-type': 'text/plain', 'x-own': '1' }).end('later')
      })
      return undefined
    })
    const { urlOf, saw, interrupt } = await listening(['--forward-to', `${origin}/hooks/suno/?tenant=1`])
    const bytes = ` {"code": 200,\n"msg":"\u00e4", "data":{"task_id":"task-1","video_url":"https://example.com/1.mp4"}}`
    const answer = await send(urlOf('video'), bytes, { 'x-webhook-signature': 'abc' })
    expect([answer.status, answer.text]).toEqual([503, 'later'])
    expect(Object.fromEntries(answer.headers)).toMatchObject({ 'retry-after': '7', 'content-type': 'text/plain' })
    expect(answer.headers.has('x-own')).toBe(false)
    const { search } = new URL(urlOf('video'))
    expect(got?.url).toBe(`/hooks/suno/video?tenant=1&${search.slice(1)}`)
    expect(got?.body.toString()).toBe(bytes)
    expect(got?.headers).toMatchObject({ 'x-webhook-signature': 'abc', host: new URL(origin).host })
    await saw(/video:complete +video +task-1 +503 handled\n {10}-> 503 {2}\d+ ms/)
    await interrupt()
  })

  test('an app with the same secret takes them, and repeats reach it too', async () => {
    const app = await startApp()
    const { urlOf, saw, interrupt } = await listening(['--forward-to', app.port])
    const body = sample('music:complete')
    const first = await send(urlOf('music'), body)
    expect([first.status, first.headers.get('suno-outcome')]).toEqual([200, 'handled'])
    await saw(/-> 200 handled/)
    expect((await send(urlOf('music'), body)).headers.get('suno-outcome')).toBe('duplicate')
    await saw(/-> 200 duplicate {2}\d+ ms {2}The app has handled this event before/)
    expect(app.events).toHaveLength(1)
    await interrupt()
  })

  test('to an address of one kind with --exact', async () => {
    const paths: (string | undefined)[] = []
    const origin = await serveAt((request, response) => {
      paths.push(request.url?.split('?')[0])
      response.end()
    })
    const { urlOf, interrupt } = await listening(['--forward-to', `${origin}/hook`, '--exact', '--unsigned'])
    await send(urlOf('music'), sample('music:complete'))
    await send(urlOf('music').replace('/music', ''), sample('video:complete'))
    expect(paths).toEqual(['/hook', '/hook', '/hook'])
    await interrupt()
  })

  test('says at once that nothing listens there, and answers 502 so that the provider tries again', async () => {
    const { urlOf, saw, interrupt } = await listening(['--forward-to', await freePort()])
    await saw(/Nothing answers at http:\/\/localhost:\d+ yet/)
    const answer = await send(urlOf('music'), sample('music:complete'))
    expect([answer.status, answer.text]).toEqual([502, '{"status":"unreachable"}'])
    await saw(/-> ECONNREFUSED {2}\d+ ms {2}Nothing listens there/)
    await interrupt()
  })

  test('to the same port of another address is no circle', async () => {
    const port = await freePort()
    const { saw, interrupt } = start(['listen', port, '--host', '127.0.0.2', '--forward-to', port], { env })
    await saw(/Nothing answers at http:\/\/localhost:\d+ yet/)
    await interrupt()
  })

  test('answers 504 where the app takes longer than a provider waits', async () => {
    const origin = await serveAt((request, response) => {
      if (request.method === 'HEAD') response.end()
    })
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const controller = new AbortController()
      setTimeout(() => controller.abort(), 500)
      return controller.signal
    })
    const { urlOf, saw, interrupt } = await listening(['--forward-to', origin])
    expect((await send(urlOf('music'), sample('music:complete'))).status).toBe(504)
    await saw(/-> timeout {2}\d+ ms {2}No answer within the 15 seconds/)
    expect(timeout).toHaveBeenLastCalledWith(15_000)
    await interrupt()
  })

  test('what is under way when it ends is stopped', async () => {
    let isAsked = false
    const origin = await serveAt((request, response) => {
      if (request.method === 'HEAD') response.end()
      else isAsked = true
    })
    const { urlOf, interrupt, stdout } = await listening(['--forward-to', origin])
    const sending = send(urlOf('music'), sample('music:complete')).catch(() => 'cut off')
    await vi.waitFor(() => expect(isAsked).toBe(true), { timeout: 10_000 })
    expect(await interrupt()).toBe(130)
    await sending
    await vi.waitFor(() => expect(stdout()).toContain('-> stopped'), { timeout: 10_000 })
  })
})

describe('--journal', () => {
  test('keeps what it takes to send a callback again, for its owner alone', async () => {
    const file = join(folder, 'new', 'journal.ndjson')
    const { urlOf, interrupt } = await listening(['--journal', file])
    const url = new SunoCallbacks({ secret: SECRET, logger: false }).callbackUrl('music', {
      url: urlOf('music'),
      metadata: { orderId: '42' },
    })
    const body = JSON.stringify(sample('music:complete', { taskId: 'task-1' }))
    await send(url, body, { authorization: 'Bearer x' })
    await send(urlOf('music'), new Uint8Array([0xff, 0x7b]))
    await send(`${url}x`, body)
    await interrupt()
    const text = readFileSync(file, 'utf8')
    const entries = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(entries).toEqual([
      {
        journal: 1,
        receivedAt: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        kind: 'music',
        metadata: { orderId: '42' },
        type: 'music:complete',
        taskId: 'task-1',
        outcome: 'handled',
        status: 200,
        body,
      },
      expect.objectContaining({ kind: 'music', type: null, status: 400, bodyBase64: '/3s=' }),
    ])
    expect(text).not.toMatch(/suno_signature|Bearer/)
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('a file that cannot be written ends with exit code 1', async () => {
    const { exitCode, stderr } = await run(['listen', '0', '--journal', '/dev/null/journal'], { env })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('EEXIST')
  })

  test('a disk that is full is told, and the sender tries again', async () => {
    const { urlOf, saw, interrupt } = await listening(['--journal', '/dev/full'])
    expect((await send(urlOf('music'), sample('music:complete'))).status).toBe(500)
    await saw(/A callback could not be taken: ENOSPC/)
    await interrupt()
  })
})

describe('a command that lives long shows that it lives', () => {
  test('by a line of its own on a terminal, which other lines do not mix with', async () => {
    const running = start(['listen', '0', '--unsigned'], { env, isTTY: true })
    await running.saw(/no callback yet, for \d s$/)
    const [url = ''] = /http\S+music/.exec(running.stdout()) ?? []
    await send(url, sample('music:complete'))
    await running.saw(/1 callbacks, the last 0 s ago$/)
    await vi.waitFor(() => expect(running.stdout()).toContain('\u001b[32m200 handled\u001b[39m'), { timeout: 10_000 })
    // Written anew each second.
    const times = () => running.stderr().split('\r\u001b[K').length
    const before = times()
    await vi.waitFor(() => expect(times()).toBeGreaterThan(before + 1), { timeout: 10_000 })
    await running.interrupt()
    expect(running.stderr().endsWith('\r\u001b[K')).toBe(true)
  })

  test('by a line a minute where there is no terminal', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    try {
      const running = start(['listen', '0', '--unsigned'], { env })
      await running.saw(/Ctrl-C/)
      await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0))
      vi.advanceTimersByTime(180_000)
      await running.saw(/^no callback yet, for 60 s$/m)
      await running.saw(/^no callback yet, for 2 min$/m)
      vi.advanceTimersByTime(3 * 3_600_000)
      await running.saw(/^no callback yet, for 3 h$/m)
      await running.interrupt()
    } finally {
      vi.useRealTimers()
    }
  })

  test('in one line, whatever the width of the terminal', async () => {
    for (const [columns, line] of [
      [21, 'no callback yet, for'],
      [undefined, 'no callback yet, for 0 s'],
      [0, 'no callback yet, for 0 s'],
    ] as const) {
      const running = start(['listen', '0', '--unsigned'], { env, isTTY: true, columns })
      await running.saw(/no callback/)
      expect(running.stderr().split('\n').at(-1)?.replace('\r\u001b[K', '')).toBe(line)
      await running.interrupt()
    }
  })

  test('in colour only where the terminal wants it', async () => {
    const typed = { stdin: JSON.stringify(sample('video:complete')), isTTY: true }
    expect((await run(['explain', '-'], typed)).stdout).toContain('\u001b[32m')
    expect((await run(['explain', '-'], { ...typed, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b')
    expect((await run(['explain', '-', '--json'], typed)).stdout).not.toContain('\u001b')
  })
})
