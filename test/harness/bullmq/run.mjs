// The handoff to a real BullMQ: packs the package, installs it with BullMQ into a temporary project, and runs the processes of
// examples/bullmq there, against a redis-server of its own. BullMQ stays out of the repository's own dependencies: its optional
// binaries of other platforms do not survive `npm ci` with every registry.
//
//     npm run test:bullmq            SEED=42 plays the same kills again, JOBS=3000 makes the last part larger
//
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(dirname(dirname(here)))
// Outside the repository, so that nothing is found in its node_modules.
const temporary = mkdtempSync(join(tmpdir(), 'suno-callbacks-bullmq-'))
/** What `install` put there. */
const installed = createRequire(join(temporary, 'package.json'))
const effectsFile = join(temporary, 'effects.jsonl')
const songsFile = join(temporary, 'songs.jsonl')
const SECRET = 'a secret of the tests'
const BASE_URL = 'http://127.0.0.1/suno'

const RECEIVED = { status: 200, body: '{"status":"received"}' }
const UNAVAILABLE = { status: 503, body: '{"status":"unavailable"}' }
const DEADLINE = { status: 503, body: '{"status":"deadline"}' }

const children = new Set()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(temporary, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

let passed = 0
let failed = 0
try {
  await main()
} catch (error) {
  report('the run', error)
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)

async function main() {
  const { redisBinary, startRedis } = await redisSupport()
  if (redisBinary() === null) {
    const missing = 'there is no redis-server or valkey-server on the PATH (Debian: apt install redis-server)'
    assert.ok(process.env.CI === undefined, missing)
    return console.log(`skipped: ${missing}`)
  }
  install()
  await check("the types fit BullMQ's own", compileTypes)
  const redis = await startRedis({ appendfsync: 'always' })
  const { Queue } = installed('bullmq')
  const queue = new Queue('suno', { connection: { port: redis.port } })
  queue.on('error', () => undefined) // it is killed on purpose
  const parts = { redis, queue, env: { REDIS_URL: redis.url } }
  await testExample(parts)
  await queue.obliterate({ force: true })
  await testRetries(parts)
  await queue.obliterate({ force: true })
  await testKilledWorkers(parts)
  queue.disconnect()
  await redis.stop()
}

/** The example as it is: two receivers, one worker. */
async function testExample({ redis, queue, env }) {
  const start = (name, settings) => startApp(join('example', name), { ...env, SONGS_FILE: songsFile, ...settings })
  const songs = () => linesOf(songsFile)
  const receivers = [await start('receiver.mjs'), await start('receiver.mjs')]
  const [one, two] = receivers
  let worker

  await check('answers 200 when BullMQ has stored the delivery, without any worker or listener', async () => {
    assert.deepEqual(await post(one, { taskId: 'song-1', metadata: { orderId: '42' } }), RECEIVED)
    const [job, ...others] = await queue.getJobs(['waiting'])
    assert.equal(others.length, 0)
    assert.match(job.id, /^suno-sha256-[0-9a-f]{64}$/)
    assert.equal(job.data.key, 'music:complete:song-1')
    const { attempts, backoff, removeOnComplete, removeOnFail } = job.opts
    assert.deepEqual(
      { attempts, backoff, removeOnComplete, removeOnFail },
      {
        attempts: 12,
        backoff: { type: 'exponential', delay: 1000 },
        removeOnComplete: { age: 7 * 24 * 60 * 60 },
        removeOnFail: false,
      },
    )
    assert.deepEqual(songs(), [])
  })

  await check('runs the listeners in a worker, another process', async () => {
    worker = await start('worker.mjs')
    await until(() => songs().length === 1, 'the song is saved')
    assert.equal(songs()[0].orderId, '42')
    await until(() => /order 42: 2 tracks/.test(worker.output()), 'the worker has told of it')
  })

  await check(
    'stores a repeat once, also when another receiver process gets it, also when its job is done',
    async () => {
      const repeats = [one, two, two].map((app) => post(app, { taskId: 'song-1', metadata: { orderId: '42' } }))
      assert.deepEqual(await Promise.all(repeats), [RECEIVED, RECEIVED, RECEIVED])
      const parallel = Array.from({ length: 20 }, (_, i) => post(receivers[i % 2], { taskId: 'song-2' }))
      for (const answer of await Promise.all(parallel)) assert.deepEqual(answer, RECEIVED)
      await idle(queue)
      assert.deepEqual(await countsOf(queue), { completed: 2 })
      assert.deepEqual(keysOf(songs()), ['music:complete:song-1', 'music:complete:song-2'])
    },
  )

  await check('hands over what nobody foresaw too; a worker without a listener for it says so once', async () => {
    for (const body of ['{"new":1}', '{"new":2}']) assert.deepEqual(await post(one, { body }), RECEIVED)
    await idle(queue)
    assert.deepEqual(await countsOf(queue), { completed: 4 })
    assert.equal(worker.output().split('There is no listener for unknown').length - 1, 1)
  })

  await check('answers 503 at once while Redis is killed, and its retry 200 when Redis is back', async () => {
    await redis.kill()
    // Not "deadline": without an offline queue, nothing waits in memory.
    assert.deepEqual(await post(one, { taskId: 'song-3' }), UNAVAILABLE)
    assert.deepEqual(await post(two, { taskId: 'song-3' }), UNAVAILABLE)
    await redis.start()
    await untilReceived(one, { taskId: 'song-3' })
    await until(() => keysOf(songs()).includes('music:complete:song-3'), 'the worker is back, and the song is saved')
  })

  await check('remembers every job across the kill, and stores none of them again', async () => {
    for (const taskId of ['song-1', 'song-2', 'song-3']) await untilReceived(two, { taskId })
    await idle(queue)
    assert.deepEqual(await countsOf(queue), { completed: 5 })
    assert.equal(songs().length, 3)
  })

  await check('stores once what a hung Redis took after the deadline: 503, then 200', async () => {
    const { Redis } = installed('ioredis')
    const client = new Redis(redis.port)
    await client.call('CLIENT', 'PAUSE', '9000', 'WRITE')
    client.disconnect()
    assert.deepEqual(await post(one, { taskId: 'song-4' }), DEADLINE)
    await untilReceived(one, { taskId: 'song-4' })
    await until(() => keysOf(songs()).includes('music:complete:song-4'), 'the song is saved')
    assert.equal(songs().length, 4)
  })

  await check('a receiver that starts while Redis is away answers 503, and 200 once Redis is there', async () => {
    await redis.kill()
    const late = await start('receiver.mjs')
    assert.equal((await post(late, { taskId: 'song-5' })).status, 503)
    await redis.start()
    await untilReceived(late, { taskId: 'song-5' })
    await until(() => keysOf(songs()).includes('music:complete:song-5'), 'the song is saved')
    assert.equal(await late.stop(), 0)
  })

  await check('receiver and worker close on SIGTERM, a receiver also while Redis is away', async () => {
    assert.equal(await one.stop(), 0)
    assert.match(one.output(), /closed, 0 events left unfinished/)
    assert.equal(await worker.stop(), 0)
    assert.match(worker.output(), /closed/)
    await redis.kill()
    assert.equal(await two.stop(), 0)
    assert.match(two.output(), /closed, 0 events left unfinished/)
    await redis.start()
    await queue.waitUntilReady()
  })
}

/** Listeners that fail, in the example's worker. */
async function testRetries({ redis, queue, env }) {
  const receiver = await startApp('chaos/receiver.mjs', env)
  const worker = await startApp('chaos/worker.mjs', { ...env, EFFECTS_FILE: effectsFile })
  const steps = (step) => linesOf(effectsFile).filter((line) => line.step === step)

  await check('a listener that fails twice is tried again with growing pauses, and then succeeds', async () => {
    assert.deepEqual(await post(receiver, { taskId: 'twice', metadata: { fail: '2' } }), RECEIVED)
    await until(() => steps('done').length === 1, 'the listener has succeeded')
    await idle(queue)
    const [first, second, third, ...others] = steps('start')
    assert.equal(others.length, 0)
    console.log(`   tried again after ${second.at - first.at} ms and ${third.at - second.at} ms`)
    const [job] = await queue.getJobs(['completed'])
    assert.equal(job.attemptsMade, 3)
    assert.deepEqual(await countsOf(queue), { completed: 1 })
    assert.equal(worker.output().match(/music:complete:twice failed and is tried again/g)?.length, 2)
  })
  await worker.stop()
  await receiver.stop()

  await check(
    'a job that always fails waits in the failed set, absorbs repeats there, and can be retried',
    async () => {
      const { Queue, Worker } = installed('bullmq')
      const { SunoCallbacks } = installed('suno-callbacks')
      const bullmq = installed('suno-callbacks/bullmq')
      const { sample } = installed('suno-callbacks/testing')
      const connection = { port: redis.port }
      const failing = new Queue('failing', bullmq.bullmqQueueOptions({ connection }))
      const handoff = bullmq.bullmqHandoff(failing, { attempts: 10, backoffMs: 1 })
      const taskId = 'always'
      const body = sample('music:complete', { taskId })
      const fresh = () => new SunoCallbacks({ verify: false, logger: false, handoff })
      assert.equal((await fresh().receive({ body })).status, 'handed-off')

      let tries = 0
      const signals = []
      const runner = new SunoCallbacks({ verify: false, logger: false }).on('*', (_, { signal }) => {
        signals.push(signal)
        if (++tries <= 10) throw new Error('always')
      })
      const processor = bullmq.bullmqProcessor(runner)
      const inProcess = new Worker('failing', processor, bullmq.bullmqWorkerOptions({ connection }))
      await until(async () => (await failing.getFailedCount()) === 1, 'the job is in the failed set')
      assert.equal(tries, 10)
      // A signal of BullMQ's own, which aborts when the worker loses the job.
      assert.equal(new Set(signals).size, 10)

      // A receiver that has never seen it.
      assert.equal((await fresh().receive({ body })).status, 'handed-off')
      const [job, ...others] = await failing.getFailed()
      assert.equal(others.length, 0)
      assert.match(job.failedReason, /1 of 1 listeners of music:complete failed/)
      assert.equal(tries, 10)

      await job.retry('failed')
      await until(async () => (await failing.getCompletedCount()) === 1, 'the job is completed')
      assert.equal(tries, 11)
      assert.equal(await failing.getFailedCount(), 0)
      await inProcess.close()
      await failing.obliterate({ force: true })
      await failing.close()
    },
  )
}

/** Workers that are killed, and once Redis as well. */
async function testKilledWorkers({ redis, queue, env }) {
  const jobs = Number(process.env.JOBS ?? 300)
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
  const random = randomOf(seed)
  const between = (min, max) => Math.floor(min + random() * (max - min))
  const settings = { ...env, EFFECTS_FILE: effectsFile, LOCK_MS: '1000', STALLED_MS: '500' }
  const steps = (step) => linesOf(effectsFile).filter((line) => line.step === step)
  const receivers = [await startApp('chaos/receiver.mjs', env), await startApp('chaos/receiver.mjs', env)]
  writeFileSync(effectsFile, '')

  await check('the job of a killed worker is run by another one', async () => {
    // Longer than any machine needs to start the second worker, so that the first is killed in the middle.
    const first = await startApp('chaos/worker.mjs', { ...settings, LISTENER_MS: '600000' })
    await post(receivers[0], { taskId: 'slow' })
    await until(() => steps('start').length === 1, 'the job is under way')
    const second = await startApp('chaos/worker.mjs', settings)
    const killedAt = Date.now()
    await first.kill()
    await until(() => steps('done').length === 1, 'the job is done')
    const [, again] = steps('start')
    console.log(`   taken over after ${again.at - killedAt} ms; lockDuration 1000, stalledInterval 500`)
    assert.notEqual(again.pid, steps('start')[0].pid)
    await idle(queue)
    assert.deepEqual(await countsOf(queue), { completed: 1 })
    await second.stop()
    await queue.obliterate({ force: true })
  })

  await check(`${jobs} jobs, workers killed at random, Redis killed once: nothing is lost`, async () => {
    writeFileSync(effectsFile, '')
    // All that is random is drawn before anything runs, but for the kills: each worker's come from a generator of its own.
    const tasks = Array.from({ length: jobs }, (_, i) => ({
      taskId: `task-${i}`,
      at: between(0, (jobs / 300) * 6000),
      receiver: between(0, 2),
      isRepeated: random() < 0.2,
      metadata: { ms: String(between(20, 200)), fail: random() < 0.1 ? '1' : '0' },
    }))
    const kills = { workers: 0, redis: 0 }
    let isOver = false

    /** One of the two workers: killed again and again, the last one left to finish. */
    const killing = async (draw) => {
      for (;;) {
        const worker = await startApp('chaos/worker.mjs', settings)
        await sleep(200 + draw() * 800)
        if (isOver) return worker
        await worker.kill()
        kills.workers++
      }
    }
    const workers = [killing(randomOf(seed + 1)), killing(randomOf(seed + 2))]
    const killingRedis = (async () => {
      await sleep(3000)
      await redis.kill()
      kills.redis++
      await sleep(500)
      await redis.start()
    })()

    const answers = { 200: 0 }
    const posting = tasks.map(async ({ taskId, at, receiver, isRepeated, metadata }) => {
      await sleep(at)
      await untilReceived(receivers[receiver], { taskId, metadata }, answers)
      if (isRepeated) await untilReceived(receivers[1 - receiver], { taskId, metadata }, answers)
    })
    await Promise.all([...posting, killingRedis])
    const distinct = () => new Set(keysOf(steps('done'))).size
    await until(() => distinct() >= jobs, 'every event has its effect', 180_000).catch(() => undefined)
    isOver = true
    const survivors = await Promise.all(workers)
    await idle(queue)

    const done = keysOf(steps('done'))
    const lost = tasks.filter(({ taskId }) => !done.includes(`music:complete:${taskId}`))
    const counts = await countsOf(queue)
    const others = Object.entries(answers).filter(([status]) => status !== '200')
    const refused = others.map(([status, count]) => `, ${count} times ${status}`).join('')
    console.log(
      `   seed ${seed}: ${jobs} jobs, ${kills.workers} workers and ${kills.redis} Redis killed; ` +
        `answered ${answers[200]} times 200${refused}; started ${steps('start').length}, ` +
        `lost ${lost.length}, failed set ${counts.failed ?? 0}, doubled ${done.length - distinct()}`,
    )
    assert.deepEqual(lost, [])
    assert.deepEqual(counts, { completed: jobs })
    assert.ok(kills.workers > 0)
    for (const app of [...survivors, ...receivers]) assert.equal(await app.stop(), 0)
  })
}

async function check(title, test) {
  const begin = Date.now()
  try {
    await test()
    passed++
    console.log(`ok ${title} (${Date.now() - begin} ms)`)
  } catch (error) {
    report(title, error)
  }
}

function report(title, error) {
  failed++
  console.log(`not ok ${title}\n${error instanceof Error ? error.stack : String(error)}`)
}

/** The test servers of the suite, compiled: this runs on Nodes that cannot import TypeScript. */
async function redisSupport() {
  const source = readFileSync(join(root, 'test/support/redis-server.ts'), 'utf8')
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  const file = join(temporary, 'redis-server.mjs')
  writeFileSync(file, ts.transpileModule(source, { compilerOptions }).outputText)
  return import(pathToFileURL(file).href)
}

/** A project with the packed package and BullMQ, the example in it, and the example with listeners of the tests. */
function install() {
  run('npm', ['pack', '--pack-destination', temporary], root)
  const [tarball] = readdirSync(temporary).filter((file) => file.endsWith('.tgz'))
  for (const file of ['package.json', 'types.ts']) cpSync(join(here, file), join(temporary, file))
  run('npm', ['install', '--no-save', '--no-package-lock', '--no-audit', '--prefer-offline', `./${tarball}`], temporary)
  for (const folder of ['example', 'chaos']) {
    cpSync(join(root, 'examples/bullmq'), join(temporary, folder), {
      recursive: true,
      filter: (path) => !path.includes('node_modules'),
    })
  }
  cpSync(join(here, 'listeners.mjs'), join(temporary, 'chaos/listeners.mjs'))
}

function compileTypes() {
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022']
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
  run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...options, ...types, 'types.ts'], temporary)
}

function run(command, args, cwd) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`)
}

/** A process of the example, once it is ready. */
async function startApp(file, settings = {}) {
  const env = { PATH: process.env.PATH, PORT: '0', SUNO_CALLBACK_SECRET: SECRET, SUNO_CALLBACK_BASE_URL: BASE_URL }
  const child = spawn(process.execPath, [join(temporary, file)], {
    cwd: temporary,
    env: { ...env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const exit = once(child, 'close').then(([code]) => {
    children.delete(child)
    return code
  })
  let isGone = false
  void exit.then(() => (isGone = true))
  const ready = /listening on (http:\/\/127\.0\.0\.1:\d+)|^working$/m
  await until(() => {
    if (isGone) throw new Error(`${file} ended:\n${output}`)
    return ready.test(output)
  }, `${file} is ready`)
  return {
    origin: ready.exec(output)[1],
    output: () => output,
    stop: () => {
      child.kill('SIGTERM')
      return exit
    },
    kill: () => {
      child.kill('SIGKILL')
      return exit
    },
  }
}

/** One delivery, as the provider makes it. */
async function post({ origin }, { taskId, metadata, body }) {
  const { SunoCallbacks } = installed('suno-callbacks')
  const { sample } = installed('suno-callbacks/testing')
  const url = new SunoCallbacks({ secret: SECRET, baseUrl: BASE_URL }).callbackUrl('music', { metadata })
  const { pathname, search } = new URL(url)
  const response = await fetch(origin + pathname + search, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body ?? JSON.stringify(sample('music:complete', { taskId })),
  })
  return { status: response.status, body: await response.text() }
}

/** The same with retries; counts the answers by status. */
async function untilReceived(app, callback, answers = {}) {
  await until(
    async () => {
      const { status } = await post(app, callback)
      answers[status] = (answers[status] ?? 0) + 1
      return status === 200
    },
    `${callback.taskId} is answered 200`,
    60_000,
  )
}

async function until(isTrue, what, limitMs = 60_000) {
  for (const begin = Date.now(); !(await isTrue()); await sleep(50)) {
    if (Date.now() - begin > limitMs) throw new Error(`Waited ${limitMs} ms in vain until ${what}.`)
  }
}

/** Until the queue has nothing left to do. */
async function idle(queue) {
  const waiting = ['waiting', 'active', 'delayed', 'prioritized', 'paused']
  await until(async () => (await queue.getJobCountByTypes(...waiting)) === 0, 'the queue is idle', 180_000)
}

/** The sets of a queue that are not empty. */
async function countsOf(queue) {
  return Object.fromEntries(Object.entries(await queue.getJobCounts()).filter(([, count]) => count > 0))
}

/** The JSON lines of a file; the last may be cut off where its process was killed. */
function linesOf(file) {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line)]
      } catch {
        return []
      }
    })
}

function keysOf(lines) {
  return lines.map(({ key }) => key)
}

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
