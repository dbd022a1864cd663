import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { main } from '../../src/cli/main.js'

/** The program as it is published, but for its place. */
const PROGRAM = fileURLToPath(new URL('../../dist/esm/cli.js', import.meta.url))

export const SECRET = 'a secret of the tests'

/** What a command is typed with. */
export interface Typed {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly isTTY?: boolean
  readonly columns?: number | undefined
}

/** A command that runs in this process, so that its lines count as covered. */
export function start(args: readonly string[], { env = {}, stdin = '', isTTY = false, ...size }: Typed = {}) {
  const controller = new AbortController()
  const columns = 'columns' in size ? size.columns : 200
  const stdout = stream(isTTY, columns)
  const stderr = stream(isTTY, columns)
  const exitCode = main(args, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    env,
    signal: controller.signal,
  })
  const saw = (pattern: RegExp) =>
    Promise.race([stdout.saw(pattern), stderr.saw(pattern), endedEarly(exitCode, pattern)])
  return {
    exitCode,
    saw,
    /** Ctrl-C. Answers the exit code. */
    interrupt: () => {
      controller.abort()
      return exitCode
    },
    stdout: stdout.text,
    stderr: stderr.text,
    /** The data of `--json`. */
    records: () => toRecords(stdout.text()),
    output: stdout.stream,
    talk: stderr.stream,
  }

  async function endedEarly(ending: Promise<number>, pattern: RegExp): Promise<never> {
    const code = await ending
    // What was written last is heard first.
    await new Promise((resolve) => setImmediate(resolve))
    throw new Error(`It ended with ${String(code)} before ${String(pattern)}:\n${stdout.text()}${stderr.text()}`)
  }
}

/** A command that runs in this process, to its end. */
export async function run(args: readonly string[], typed: Typed = {}) {
  const running = start(args, typed)
  const exitCode = await running.exitCode
  return { exitCode, stdout: running.stdout(), stderr: running.stderr(), records: running.records() }
}

function stream(isTTY: boolean, columns: number | undefined) {
  const through = Object.assign(new PassThrough(), { isTTY, columns })
  let text = ''
  const watchers = new Set<() => void>()
  through.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    for (const look of watchers) look()
  })
  return { stream: through, text: () => text, saw: (pattern: RegExp) => until(() => pattern.exec(text), watchers) }
}

function until<T>(look: () => T | null, watchers: Set<() => void>): Promise<T> {
  return new Promise((resolve) => {
    const check = () => {
      const found = look()
      if (found === null) return
      watchers.delete(check)
      resolve(found)
    }
    watchers.add(check)
    check()
  })
}

function toRecords(text: string): readonly Record<string, unknown>[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.every((line) => line.startsWith('{'))
    ? lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    : []
}

const children = new Set<ChildProcess>()

/** Ends what a test has left running. */
export function killAll(): void {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
}

/** The built program in a process of its own. */
export function spawnProgram(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd?: string) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: { PATH: process.env.PATH, ...env }, cwd })
  children.add(child)
  const texts = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      texts[name] += chunk.toString()
      for (const look of watchers) look()
    })
  }
  const exitCode = once(child, 'close').then(([code]) => code as number | null)
  return {
    child,
    exitCode,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    saw: (pattern: RegExp) =>
      Promise.race([
        until(() => pattern.exec(texts.stdout) ?? pattern.exec(texts.stderr), watchers),
        exitCode.then((code) => {
          throw new Error(`It ended with ${String(code)} before ${String(pattern)}:\n${texts.stdout}${texts.stderr}`)
        }),
      ]),
  }
}
