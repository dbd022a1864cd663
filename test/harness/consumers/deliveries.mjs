// What comes to an app from the provider and from others, over real sockets, and what must come of it. The runner copies this file
// into the project of each app, which answers `GET /seen` with the type, task and order of each event that its listeners got.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { SunoCallbacks } from 'suno-callbacks'
import { sample } from 'suno-callbacks/testing'

const SECRET = 'a secret of this app'
const BASE_URL = 'https://app.example.com/suno'
const RECEIVED = { status: 200, body: '{"status":"received"}' }

/** Starts the app by this command, with its port and settings in the environment, and ends it. */
export async function deliverTo(command, ...args) {
  const port = await freePort()
  const settings = { PORT: port, SUNO_CALLBACK_SECRET: SECRET, SUNO_CALLBACK_BASE_URL: BASE_URL }
  const app = spawn(command, args, { env: { ...process.env, ...settings }, stdio: ['ignore', 'inherit', 'inherit'] })
  const ended = once(app, 'exit')
  try {
    await answering(app, port)
    await deliverAll(port)
  } finally {
    app.kill('SIGTERM')
    await ended
  }
}

async function deliverAll(port) {
  const { pathname, search } = new URL(
    new SunoCallbacks({ secret: SECRET, baseUrl: BASE_URL }).callbackUrl('music', { metadata: { orderId: '42' } }),
  )
  const path = pathname + search
  const post = (type, at = path) => send(port, at, JSON.stringify(sample(type, { taskId: 'one' })))
  const seen = async () => JSON.parse((await send(port, '/seen')).body)

  assert.deepEqual(await post('music:first'), RECEIVED)
  assert.deepEqual(await post('music:complete'), RECEIVED)
  const both = ['music:first', 'music:complete'].map((type) => ({ type, taskId: 'one', orderId: '42' }))
  assert.deepEqual(await seen(), both)

  assert.deepEqual(await post('music:complete'), RECEIVED, 'a repeat')
  assert.equal((await post('music:complete', path.replace(/.{4}$/, 'AAAA'))).status, 401, 'a forged URL')
  assert.equal((await post('music:complete', pathname)).status, 401, 'an unsigned URL')
  const oversized = { 'content-length': 9 * 2 ** 20 }
  assert.equal((await send(port, path, '{', oversized)).status, 413, 'an oversized body')
  const unannounced = { 'content-length': undefined }
  assert.equal((await send(port, path, ' '.repeat(2 ** 23 + 1), unannounced)).status, 413, 'one of unknown length')
  assert.equal((await send(port, path, '{', { 'content-length': '2000' })).status, 408, 'a slow body')
  assert.equal((await send(port, '/suno/nothing', '{}')).status, 404, 'what is no callback')
  assert.deepEqual(await seen(), both, 'nobody hears of them')
}

/**
 * One request, a POST where it has a body; with `headers` it may announce another one than it sends. Of a body that is refused it sends
 * no more than is needed for that: a server may close the connection behind its answer, and the sender would not read it.
 */
async function send(port, path, body, headers = {}) {
  const outgoing = request({ port, path, method: body === undefined ? 'GET' : 'POST', agent: false })
  if (body !== undefined) {
    const all = { 'content-type': 'application/json', 'content-length': body.length, ...headers }
    for (const [name, value] of Object.entries(all)) if (value !== undefined) outgoing.setHeader(name, value)
    outgoing.write(body)
  }
  outgoing.flushHeaders()
  const [incoming] = await once(outgoing, 'response')
  outgoing.on('error', () => undefined)
  const answer = { status: incoming.statusCode, body: await text(incoming) }
  outgoing.destroy()
  return answer
}

async function answering(app, port) {
  const url = `http://127.0.0.1:${port}/seen`
  const isUp = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
  while (!(await isUp())) {
    assert.equal(app.exitCode, null, 'The app has ended.')
    await sleep(100)
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return String(port)
}
