import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Cores } from './cores.js'

/** A process of the benchmark's own that talks to us in messages. */
export class Program {
  readonly #child: ChildProcess
  readonly #messages: unknown[] = []
  readonly #ended: Promise<unknown>
  #wake: () => void = () => undefined
  #failure: Error | null = null

  /** @param core where it runs, as `taskset -c` reads it; null: where we do */
  constructor(name: string, argument: object, core: string | null, flags: readonly string[] = []) {
    const command = [...flags, join(import.meta.dirname, `${name}.js`), JSON.stringify(argument)]
    const [file, args] =
      core === null ? [process.execPath, command] : ['taskset', ['-c', core, process.execPath, ...command]]
    this.#child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child.on('message', (message) => {
      this.#messages.push(message)
      this.#wake()
    })
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', resolve)
      this.#child.once('exit', resolve)
    })
    void this.#ended.then((code) => {
      this.#failure = new Error(`The program ${name} ${JSON.stringify(argument)} ended: ${String(code)}.`)
      this.#wake()
    })
  }

  /** What it says next. Rejects when it ends instead. */
  async next<T>(): Promise<T> {
    for (;;) {
      if (this.#messages.length > 0) return this.#messages.shift() as T
      if (this.#failure !== null) throw this.#failure
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  async ask<T>(question: string | object): Promise<T> {
    this.#child.send(question)
    return this.next<T>()
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}

/** Runs a program that says one thing: what it measured. */
export async function measure<T>(
  name: string,
  argument: object,
  cores: Cores | null,
  flags: readonly string[] = [],
): Promise<T> {
  const program = new Program(name, argument, cores?.measured ?? null, flags)
  try {
    return await program.next<T>()
  } finally {
    await program.end()
  }
}
