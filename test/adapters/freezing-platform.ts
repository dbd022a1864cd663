import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished, vi } from 'vitest'
import { sample } from '../../src/testing/index.js'

/** The real times, divided by this: the proportions stay. */
const SCALE = 20

/** A listener of 12 s, beside the defaults of the library. */
export const TIMES = {
  stepMs: 1000 / SCALE,
  steps: 12,
  deadlineMs: 8000 / SCALE,
  leaseMs: 15_000 / SCALE,
  /** Longer than the lease, as the provider's first one of a minute is. */
  pauseMs: 20_000 / SCALE,
}

const CALLBACK = JSON.stringify(sample('music:complete'))

/** One app on such a platform, whose processes share a store. */
export interface FreezingApp {
  /** A process of it. `waitUntil`: whether the platform hands it over beside the request. */
  start(platform: { readonly waitUntil: boolean }): Promise<Instance>
  /** The steps of the listener that have been done, and `done` for each of its ends. */
  ledger(): readonly string[]
}

/** A process that has leave to run only while it answers a request, or while what it gave to `waitUntil` goes on. */
export interface Instance {
  /** Lets it go on, sends the callback, and answers the status. */
  post(): Promise<number>
  /** When it stands still. */
  frozen(): Promise<void>
  kill(): void
}

export function freezingApp(): FreezingApp {
  const directory = mkdtempSync(join(tmpdir(), 'suno-callbacks-freezing-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const ledger = join(directory, 'ledger')
  writeFileSync(ledger, '')
  return {
    start: (platform) => start({ ...TIMES, ...platform, ledger, store: join(directory, 'store.db') }),
    ledger: () => readFileSync(ledger, 'utf8').trim().split('\n'),
  }
}

async function start(settings: object): Promise<Instance> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, JSON.stringify(settings)], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = () => void child.kill('SIGKILL')
  onTestFinished(kill)
  const port = String((await createInterface(child.stdout)[Symbol.asyncIterator]().next()).value)
  const post = async () => {
    child.kill('SIGCONT')
    const response = await fetch(`http://127.0.0.1:${port}/suno/music`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: CALLBACK,
    })
    await response.text()
    return response.status
  }
  return { post, frozen: () => vi.waitUntil(() => isStopped(child), { timeout: 15_000, interval: 20 }).then(), kill }
}

function isStopped({ pid }: ChildProcess): boolean {
  return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T')
}

/** The app, with the runtime of the platform around its handler. */
const PROGRAM = `
  import { getRequestListener } from '@hono/node-server'
  import Database from 'libsql'
  import { appendFileSync } from 'node:fs'
  import { createServer } from 'node:http'
  import { setTimeout as sleep } from 'node:timers/promises'
  import { SunoCallbacks } from 'suno-callbacks'
  import { fetchHandler } from 'suno-callbacks/fetch'
  import { sqliteStore } from 'suno-callbacks/sqlite'

  const { stepMs, steps, deadlineMs, leaseMs, waitUntil, ledger, store } = JSON.parse(process.argv[1])
  const suno = new SunoCallbacks({
    verify: false, deadlineMs, leaseMs, bodyTimeoutMs: deadlineMs, logger: false, store: sqliteStore(new Database(store)),
  })
  suno.on('music:complete', async () => {
    for (let step = 1; step <= steps; step++) {
      await sleep(stepMs)
      appendFileSync(ledger, step + '\\n')
    }
    appendFileSync(ledger, 'done\\n')
  })
  const handler = fetchHandler(suno)

  let atWork = 0
  const end = () => {
    atWork--
    if (atWork === 0) process.kill(process.pid, 'SIGSTOP')
  }
  const context = {
    waitUntil(work) {
      atWork++
      work.then(end)
    },
  }
  const handle = getRequestListener((request) => (waitUntil ? handler(request, {}, context) : handler(request)))
  const server = createServer((request, response) => {
    atWork++
    response.on('close', end)
    return handle(request, response)
  })
  server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
