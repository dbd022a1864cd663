import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { SunoEvent } from '../../src/index.js'
import { sample } from '../../src/testing/index.js'
import { deferred } from '../support/receiver.js'
import { adapters } from './adapters.js'
import { connect, head, keepAlive, post, send, whole, type Wire } from './client.js'
import { SECRET, subject } from './subject.js'

const KILOBYTE = 'x'.repeat(1024)
const text = () => JSON.stringify(sample('music:complete'))
const tooLarge = { status: 413, body: '{"status":"too-large"}', headers: { connection: 'close' } }

/** A piece of a body of unknown length. */
const chunk = (data: string) => `${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`
const CHUNKED = head('/suno/music', { 'transfer-encoding': 'chunked' })

type Start = (typeof adapters)[number]['start']

/** For all adapters at the same time, as most of these tests wait for the end of a connection. */
function onEach(title: string, run: (start: Start) => Promise<void>): void {
  test(title, async () => {
    const results = await Promise.allSettled(adapters.map(({ start }) => run(start)))
    const failures = results.flatMap((result, i) =>
      result.status === 'rejected' ? [new Error(adapters[i]?.name, { cause: result.reason })] : [],
    )
    if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join(', '))
  })
}

function onEachOf<Case extends { readonly title: string }>(
  cases: readonly Case[],
  title: string,
  run: (line: Case, start: Start) => Promise<void>,
): void {
  for (const line of cases) onEach(title.replace('$title', line.title), (start) => run(line, start))
}

const limited = () => subject({ verify: false, maxBodyBytes: 2048 })

describe('a body above maxBodyBytes', () => {
  onEach(
    'that announces its length is refused before any of it is there, and the connection is closed',
    async (start) => {
      const { suno, events } = limited()
      const host = await start(suno)
      const wire = await connect(host)
      await wire.write(head('/suno/music', { 'content-length': String(100 * 2 ** 20) }))
      expect(await wire.reply()).toMatchObject(tooLarge)
      await wire.closed
      expect(events).toEqual([])
    },
  )

  onEach('that grows without announcing it is refused as soon as it is too large', async (start) => {
    const { suno, outcomes } = limited()
    const host = await start(suno)
    const wire = await connect(host)
    await wire.write(CHUNKED + chunk(KILOBYTE) + chunk(KILOBYTE) + chunk('x'))
    expect(await wire.reply()).toMatchObject(tooLarge)
    await wire.closed
    expect(outcomes).toMatchObject([{ status: 'rejected', reason: 'too-large' }])
  })

  onEach('that never ends is refused, and its sender cut off', async (start) => {
    const { suno } = limited()
    const host = await start(suno)
    const wire = await connect(host)
    await wire.write(CHUNKED)
    const sender = sendWithoutEnd(wire)
    expect(await wire.reply()).toMatchObject(tooLarge)
    await sender
    await wire.closed
    // Nobody else is the worse for it.
    expect((await post(host, '/suno/music', sample('music:text'))).status).toBe(200)
  })

  onEach('whose sender goes on to the end reads the answer, and then the end of the connection', async (start) => {
    const { suno } = limited()
    const host = await start(suno)
    const wire = await connect(host)
    await wire.write(CHUNKED + chunk(KILOBYTE.repeat(3)))
    const reply = await wire.reply()
    await wire.write(`${chunk(KILOBYTE.repeat(100))}0\r\n\r\n`)
    expect(reply).toMatchObject(tooLarge)
    await wire.closed
  })

  onEach('whose sender gives up after the answer does no harm', async (start) => {
    const { suno } = limited()
    const host = await start(suno)
    const wire = await connect(host)
    await wire.write(CHUNKED + chunk(KILOBYTE.repeat(3)))
    await wire.reply()
    wire.destroy()
    await host.clientGone()
    expect((await post(host, '/suno/music', sample('music:text'))).status).toBe(200)
  })

  onEach('is told from one of exactly that size', async (start) => {
    const { suno, events } = limited()
    const host = await start(suno)
    const wire = await connect(host)
    const body = text().padEnd(2048, ' ')
    await wire.write(whole('/suno/music', body))
    expect((await wire.reply()).status).toBe(200)
    await wire.write(whole('/suno/music', `${body} `))
    expect((await wire.reply()).status).toBe(413)
    expect(events).toHaveLength(1)
  })

  onEach('of a client library is answered, large as it is', async (start) => {
    const { suno } = limited()
    const host = await start(suno)
    const agent = keepAlive()
    const headers = { 'content-type': 'application/json' }
    for (const length of [3000, 60_000, 70_000, 3_000_000]) {
      const reply = await send(host, '/suno/music', { headers, body: ' '.repeat(length), agent })
      expect(reply).toMatchObject({ status: 413, body: '{"status":"too-large"}' })
    }
    expect((await post(host, '/suno/music', sample('music:text'), agent)).status).toBe(200)
  })
})

onEachOf(
  [
    { title: 'an unsigned URL', secret: SECRET, begin: 'POST /suno/music', type: 'application/json', status: 401 },
    { title: 'a wrong method', begin: 'PUT /suno/music', type: 'application/json', status: 405 },
    { title: 'a wrong content type', begin: 'POST /suno/music', type: 'text/plain', status: 415 },
  ],
  '$title with a large body is refused without it, and the connection is closed',
  async (line, start) => {
    const { suno } = subject(line.secret === undefined ? { verify: false } : { secret: line.secret })
    const host = await start(suno)
    for (const framing of [`content-length: ${String(100 * 2 ** 20)}`, 'transfer-encoding: chunked']) {
      const wire = await connect(host)
      await wire.write(`${line.begin} HTTP/1.1\r\nhost: x\r\ncontent-type: ${line.type}\r\n${framing}\r\n\r\n`)
      expect(await wire.reply()).toMatchObject({ status: line.status, headers: { connection: 'close' } })
      await wire.closed
    }
  },
)

describe('a body slower than bodyTimeoutMs', () => {
  onEachOf(
    [
      { title: 'whose length is known', begin: head('/suno/music', { 'content-length': '500' }), piece: ' ' },
      { title: 'whose length is not known', begin: CHUNKED, piece: chunk(' ') },
    ],
    '$title is answered 408, and the connection is closed',
    async ({ begin, piece }, start) => {
      const { suno, events, outcomes } = subject({ verify: false, bodyTimeoutMs: 50 })
      const host = await start(suno)
      const wire = await connect(host)
      await wire.write(begin)
      const trickle = setInterval(() => void wire.write(piece), 10)
      const reply = await wire.reply()
      clearInterval(trickle)
      expect(reply).toMatchObject({ status: 408, body: '{"status":"too-slow"}', headers: { connection: 'close' } })
      await wire.closed
      expect(outcomes).toMatchObject([{ status: 'rejected', reason: 'too-slow' }])
      expect(events).toEqual([])
    },
  )

  onEach('that never comes is answered 408', async (start) => {
    const { suno } = subject({ verify: false, bodyTimeoutMs: 50 })
    const host = await start(suno)
    const wire = await connect(host)
    await wire.write(head('/suno/music', { 'content-length': '10' }))
    expect((await wire.reply()).status).toBe(408)
    await wire.closed
  })
})

onEach('a body in many small pieces is one event', async (start) => {
  const { suno, events } = subject()
  const host = await start(suno)
  const wire = await connect(host)
  const body = text()
  await wire.write(CHUNKED)
  for (let at = 0; at < body.length; at += 7) await wire.write(chunk(body.slice(at, at + 7)))
  await wire.write('0\r\n\r\n')
  expect((await wire.reply()).status).toBe(200)
  expect(events).toMatchObject([{ type: 'music:complete' }])
})

onEach('requests that follow each other without waiting are answered in their order', async (start) => {
  const { suno, events } = subject()
  const host = await start(suno)
  const wire = await connect(host)
  await wire.write(whole('/suno/music', text()) + whole('/suno/music', '{') + whole('/suno/music', text()))
  const replies = [await wire.reply(), await wire.reply(), await wire.reply()]
  expect(replies.map(({ status }) => status)).toEqual([200, 400, 200])
  expect(events).toHaveLength(2)
})

onEach('a request that waits for leave to send its body gets it', async (start) => {
  const { suno, events } = subject()
  const host = await start(suno)
  const wire = await connect(host)
  const body = text()
  const length = String(Buffer.byteLength(body))
  await wire.write(head('/suno/music', { 'content-length': length, expect: '100-continue' }))
  expect((await wire.reply()).status).toBe(100)
  await wire.write(body)
  expect((await wire.reply()).status).toBe(200)
  expect(events).toHaveLength(1)
})

onEach('an app that answers for itself meanwhile has its answer sent, and nothing breaks', async (start) => {
  const { suno, nextOutcome } = subject()
  const responses: ServerResponse[] = []
  const host = await start(suno, (_request, response) => {
    responses.push(response)
    return undefined
  })
  suno.once('music:complete', () => {
    responses[0]?.writeHead(504, { 'content-length': '8' }).end('too slow')
  })
  const outcome = nextOutcome()
  const agent = keepAlive()
  expect(await post(host, '/suno/music', sample('music:complete'), agent)).toMatchObject({
    status: 504,
    body: 'too slow',
  })
  expect((await outcome).status).toBe('handled')
  expect((await post(host, '/suno/music', sample('music:complete'), agent)).status).toBe(200)
})

describe('a client that is gone', () => {
  onEachOf(
    [
      {
        title: 'in the middle of a body of known length',
        sent: head('/suno/music', { 'content-length': '500' }) + text().slice(0, 100),
      },
      { title: 'in the middle of a body of unknown length', sent: CHUNKED + chunk(text()) },
      { title: 'before its body', sent: head('/suno/music', { 'content-length': '500' }) },
    ],
    '$title leaves nothing behind: no event, no crash',
    async ({ sent }, start) => {
      const { suno, events, nextOutcome } = subject()
      const host = await start(suno)
      const wire = await connect(host)
      const outcome = nextOutcome()
      await wire.write(sent)
      await new Promise((resolve) => setImmediate(resolve))
      wire.destroy()
      expect(await outcome).toMatchObject({ status: 'rejected', error: { code: 'BODY_ABORTED' } })
      expect(events).toEqual([])
      expect((await post(host, '/suno/music', sample('music:complete'))).status).toBe(200)
    },
  )

  onEach('before the receiver comes to it is turned away', async (start) => {
    const { suno, events, nextOutcome } = subject()
    const arrived = deferred()
    const host = await start(suno, (request) => {
      arrived.resolve()
      return new Promise((resolve) => request.on('close', resolve))
    })
    const outcome = nextOutcome()
    const wire = await connect(host)
    await wire.write(head('/suno/music', { 'content-length': '500' }))
    await arrived.promise
    wire.destroy()
    expect(await outcome).toMatchObject({ status: 'rejected', error: { code: 'BODY_ABORTED' } })
    expect(events).toEqual([])
  })

  onEach('after its body was complete does not stop the listener', async (start) => {
    const { suno, nextOutcome } = subject()
    const begun = deferred()
    const finish = deferred()
    const done: SunoEvent[] = []
    suno.on('music:complete', async (event, { signal }) => {
      begun.resolve()
      await finish.promise
      signal.throwIfAborted()
      done.push(event)
    })
    const host = await start(suno)
    const outcome = nextOutcome()
    const wire = await connect(host)
    const body = sample('music:complete', { taskId: 'one' })
    await wire.write(whole('/suno/music', JSON.stringify(body)))
    await begun.promise
    wire.destroy()
    await host.clientGone()
    finish.resolve()
    expect(await outcome).toMatchObject({ status: 'handled', taskId: 'one' })
    expect(done).toHaveLength(1)
    // The retry finds it done.
    expect((await post(host, '/suno/music', body)).status).toBe(200)
    expect(done).toHaveLength(1)
  })
})

/** Until the server reads no more. */
async function sendWithoutEnd(wire: Wire): Promise<void> {
  const piece = chunk(KILOBYTE.repeat(64))
  while (await wire.write(piece));
}
