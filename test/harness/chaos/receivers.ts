import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReceiverSettings } from './receiver-settings.js'
import { now } from './records.js'

/** A kill, and how long nobody listened because of it. */
export interface Kill {
  readonly pid: number
  readonly receiver: number
  readonly at: number
  /** When the next process listened. */
  upAt: number
}

/** How long a process did not run. */
export interface Pause {
  readonly pid: number
  readonly receiver: number
  readonly from: number
  readonly until: number
}

/**
 * A receiver through all its lives. While one process works, the next one has loaded and stands by, as under a supervisor that
 * restarts at once; so most kills hit processes at work, not ones that start.
 */
export class Receiver {
  readonly kills: Kill[] = []
  readonly pauses: Pause[] = []
  #child: ChildProcess | null = null
  /** Resolves when the next process has loaded. */
  #next: Promise<ChildProcess> | null = null
  readonly #children = new Set<ChildProcess>()
  #isReady = false
  #isPaused = false
  #isEnding = false
  #ready: Promise<void> = Promise.resolve()

  constructor(
    readonly settings: ReceiverSettings,
    private readonly logs: string,
    private readonly onDeath: (error: Error) => void,
  ) {}

  /** Resolves when it listens. */
  start(): Promise<void> {
    this.#ready = this.#start()
    return this.#ready
  }

  /** SIGKILL, and another process on the same port at once. */
  kill(): void {
    const child = this.#child
    if (child === null || !this.#isReady || this.#isPaused || child.pid === undefined) return
    const kill: Kill = { pid: child.pid, receiver: this.settings.index, at: now(), upAt: Infinity }
    this.kills.push(kill)
    this.#isReady = false
    const restart = async () => {
      await end(child, 'SIGKILL')
      await this.#start()
      kill.upAt = now()
    }
    this.#ready = restart()
    this.#ready.catch(this.onDeath)
  }

  /** SIGSTOP, and SIGCONT after a while. Nobody kills it meanwhile: it shall wake up and see what it has missed. */
  async pause(ms: number): Promise<void> {
    const child = this.#child
    if (child === null || !this.#isReady || this.#isPaused || child.pid === undefined) return
    const from = now()
    this.#isPaused = true
    child.kill('SIGSTOP')
    await sleep(ms)
    child.kill('SIGCONT')
    this.#isPaused = false
    this.pauses.push({ pid: child.pid, receiver: this.settings.index, from, until: now() })
  }

  /** Ends it as an operator would, and waits for what is under way. */
  async close(): Promise<void> {
    await this.#ready
    this.#isEnding = true
    if (this.#child !== null) await end(this.#child, 'SIGTERM')
    await this.destroy()
  }

  /** Ends all at once. */
  async destroy(): Promise<void> {
    this.#isEnding = true
    await Promise.all([...this.#children].map((child) => end(child, 'SIGKILL')))
  }

  async #start(): Promise<void> {
    const child = await (this.#next ?? this.#load())
    if (this.#isEnding) return
    const isListening = heard(child, 'listening')
    child.send('listen')
    if (!(await isListening)) return this.#died()
    this.#child = child
    this.#isReady = true
    child.once('exit', () => {
      if (!this.#isReady || child !== this.#child) return
      this.#isReady = false
      this.#died()
    })
    this.#next = this.#load()
  }

  async #load(): Promise<ChildProcess> {
    const log = openSync(join(this.logs, `receiver-${String(this.settings.index)}.log`), 'a')
    const child = fork(PROGRAM, [JSON.stringify(this.settings)], { stdio: ['ignore', log, log, 'ipc'], execArgv: [] })
    closeSync(log)
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    if (!(await heard(child, 'loaded'))) this.#died()
    return child
  }

  #died(): void {
    if (this.#isEnding) return
    this.onDeath(new Error(`Receiver ${String(this.settings.index)} ended by itself; see its log in ${this.logs}.`))
  }
}

/** Whether the process says that word before it ends. */
function heard(child: ChildProcess, word: string): Promise<boolean> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve(false))
    child.on('message', (message) => {
      if (message === word) resolve(true)
    })
  })
}

const PROGRAM = join(import.meta.dirname, 'receiver.js')

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** Ports that are free now, below those that systems give to outgoing connections: they will be free after a restart. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = []
  for (let port = 20_000 + Math.floor(Math.random() * 10_000); ports.length < count; port++) {
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
