import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const require = createRequire(import.meta.url)

/** What the code of the pages imports beside this package. */
const PACKAGES = {
  express: require.resolve('express/package.json'),
  fastify: require.resolve('fastify/package.json'),
  koa: require.resolve('koa/package.json'),
  supertest: require.resolve('supertest/package.json'),
}

/** A reader's folder: empty, but for the packages that the pages import. */
export class Project {
  readonly #folder = mkdtempSync(join(tmpdir(), 'suno-readme-'))
  readonly #running = new Set<Running>()

  constructor() {
    mkdirSync(join(this.#folder, 'node_modules'))
    symlinkSync(ROOT, join(this.#folder, 'node_modules', 'suno-callbacks'), 'dir')
    for (const [name, file] of Object.entries(PACKAGES)) {
      symlinkSync(dirname(file), join(this.#folder, 'node_modules', name), 'dir')
    }
  }

  /** Runs a module in a process of its own. */
  start(name: string, code: string, environment: Readonly<Record<string, string>> = {}): Running {
    const file = join(this.#folder, `${name}.mjs`)
    writeFileSync(file, code)
    const running = new Running(file, { ...process.env, ...environment })
    this.#running.add(running)
    return running
  }

  async remove(): Promise<void> {
    await Promise.all([...this.#running].map((one) => one.stop()))
    rmSync(this.#folder, { recursive: true })
  }
}

class Running {
  readonly #process: ChildProcessByStdio<null, Readable, Readable>
  readonly #exited: Promise<unknown>
  readonly #lines: AsyncIterator<string>
  #complaints = ''

  constructor(file: string, env: NodeJS.ProcessEnv) {
    this.#process = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#process.stderr.on('data', (chunk: Buffer) => (this.#complaints += chunk.toString()))
    this.#exited = once(this.#process, 'exit')
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]()
  }

  /** The next line that it prints; `undefined` when it has ended. */
  async line(): Promise<string | undefined> {
    const next = await this.#lines.next()
    return next.done === true ? undefined : next.value
  }

  /** Everything that it prints until it ends, which must be with code 0. */
  async output(): Promise<readonly string[]> {
    const lines: string[] = []
    for (let line = await this.line(); line !== undefined; line = await this.line()) lines.push(line)
    await this.#exited
    const { exitCode } = this.#process
    if (exitCode !== 0) throw new Error([`It ended with ${String(exitCode)}:`, ...lines, this.#complaints].join('\n'))
    return lines
  }

  async stop(): Promise<void> {
    this.#process.kill()
    await this.#exited
  }
}
