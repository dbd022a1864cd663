import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the compiled examples are. */
export const EXAMPLES = fileURLToPath(new URL('../../examples/dist/', import.meta.url))

/** What every example that listens needs. */
export const SETTINGS = {
  SUNO_CALLBACK_SECRET: 'a secret of the tests',
  SUNO_CALLBACK_BASE_URL: 'http://127.0.0.1/suno',
  PORT: '0',
}

const children = new Set<ChildProcess>()

/** Ends what a test has left running. */
export function killExamples(): void {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
}

/** An example as a process of its own. */
export function runExample(name: string, settings: Record<string, string> = {}, args: readonly string[] = []) {
  const env = { PATH: process.env.PATH, ...settings }
  const child = spawn(process.execPath, [join(EXAMPLES, `${name}.js`), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  let text = ''
  const watchers = new Set<() => void>()
  const heard = (chunk: Buffer) => {
    text += chunk.toString()
    for (const look of watchers) look()
  }
  child.stdout.on('data', heard)
  child.stderr.on('data', heard)
  const exitCode = once(child, 'close').then(([code]) => code as number | null)

  return {
    exitCode,
    /** What it wrote so far, to stdout and stderr. */
    output: () => text,
    /** Waits until it has written that. */
    saw: (pattern: RegExp) =>
      new Promise<RegExpExecArray>((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text)
          if (match === null) return
          watchers.delete(look)
          resolve(match)
        }
        watchers.add(look)
        look()
        void exitCode.then((code) =>
          reject(new Error(`${name} ended with ${String(code)} before ${String(pattern)}:\n${text}`)),
        )
      }),
    stop: (signal: NodeJS.Signals) => {
      child.kill(signal)
      return exitCode
    },
  }
}

/** An example that listens, with all that it needs. */
export async function startExample(name: string, settings: Record<string, string> = {}, args: readonly string[] = []) {
  const app = runExample(name, { ...SETTINGS, ...settings }, args)
  const [, origin = ''] = await app.saw(/listening on (http:\/\/127\.0\.0\.1:\d+)$/m)
  return {
    ...app,
    get: async (path: string) => {
      const response = await fetch(origin + path)
      return (await response.json()) as Record<string, string>
    },
    /** A POST of an app's user. */
    send: (path: string, body: unknown = {}) =>
      fetch(origin + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    /** As the provider would, at the real port. Answers the HTTP status. */
    post: async (url: string | undefined, body: unknown, headers: Record<string, string> = {}) => {
      const { pathname, search } = new URL(url ?? '')
      const response = await fetch(origin + pathname + search, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
      await response.text()
      return response.status
    },
  }
}
