import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface RedisServerOptions {
  /** When the append-only file is flushed to disk. Without it a restart forgets everything. */
  readonly appendfsync?: 'always' | 'everysec' | 'no' | undefined
  /** Further arguments of redis-server. */
  readonly args?: readonly string[] | undefined
}

/** A real server of our own on a free port of the loopback, with its data in a directory of its own. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  /** SIGKILL, as a crash would. Its data stay. */
  kill(): Promise<void>
  /** Starts it again, on the same port and data. */
  start(): Promise<void>
  /** Kills it if it still runs, and removes its data. */
  stop(): Promise<void>
}

/** Of redis-server or valkey-server on the PATH; null where there is neither. */
export function redisBinary(): string | null {
  const directories = (process.env.PATH ?? '').split(delimiter).filter((directory) => directory !== '')
  const paths = ['redis-server', 'valkey-server'].flatMap((name) =>
    directories.map((directory) => join(directory, name)),
  )
  return paths.find(isExecutable) ?? null
}

/** A runner's `describe`, or anything of its shape. */
export interface Describe {
  (title: string, body: () => void): unknown
  skip(title: string, body: () => void): unknown
}

/** Whether what needs a server is to be skipped. It is said why; where CI is set, that is an error. */
export function isRedisMissing(): boolean {
  if (redisBinary() !== null) return false
  if (process.env.CI !== undefined) throw new Error(`Install it, for its tests must run here: ${MISSING}.`)
  console.warn(`Tests are skipped, because ${MISSING}.`)
  return true
}

/** Suites that need a server. */
export function describeRedis(describe: Describe, title: string, body: () => void): void {
  if (isRedisMissing()) describe.skip(title, body)
  else describe(title, body)
}

/** @throws Error where there is no binary, or the server does not come up */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const binary = redisBinary()
  if (binary === null) throw new Error(MISSING)
  const directory = await mkdtemp(join(tmpdir(), 'suno-callbacks-redis-'))
  const port = await freePort()
  const { appendfsync, args = [] } = options
  const persistence = appendfsync === undefined ? [] : ['--appendonly', 'yes', '--appendfsync', appendfsync]
  const settings = [
    '--bind',
    '127.0.0.1',
    '--port',
    String(port),
    '--dir',
    directory,
    '--save',
    '',
    ...persistence,
    ...args,
  ]
  let child: ChildProcess | null = null
  let guard: ChildProcess | null = null

  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${String(port)}`,
    kill: async () => {
      if (child === null) return
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
    start: async () => {
      if (child !== null) throw new Error('The server runs already.')
      const started = spawn(binary, settings, { stdio: ['ignore', 'pipe', 'pipe'] })
      child = started
      guard = started.pid === undefined ? null : guardOf(started.pid, directory)
      const ended = () => {
        guard?.kill('SIGKILL')
        child = guard = null
      }
      started.once('exit', ended).once('error', ended)
      await ready(started)
    },
    stop: async () => {
      await server.kill()
      await rm(directory, { recursive: true, force: true })
    },
  }
  try {
    await server.start()
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

const MISSING = 'there is no redis-server or valkey-server on the PATH (Debian: apt install redis-server)'

/**
 * No server outlives this process, however it ends: the guard's input is closed then, and it kills the server and removes its data.
 * In a process group of its own, for a Ctrl-C to spare it.
 */
function guardOf(pid: number, directory: string): ChildProcess {
  const script = 'cat; kill -9 "$0"; rm -rf "$1"'
  return spawn('sh', ['-c', script, String(pid), directory], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
}

/** Resolves when the server says that it takes connections, after it has read its data. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ''
    const heard = (chunk: Buffer) => {
      output += chunk.toString()
      if (/ready to accept connections/i.test(output)) settle(resolve)
    }
    const failed = () => settle(() => reject(new Error(`redis-server did not start:\n${output}`)))
    const settle = (then: () => void) => {
      child.stdout?.off('data', heard).resume()
      child.stderr?.off('data', heard).resume()
      child.off('exit', failed)
      then()
    }
    child.stdout?.on('data', heard)
    child.stderr?.on('data', heard)
    child.once('exit', failed)
    child.once('error', failed)
  })
}

/**
 * Below the ports that systems give to outgoing connections: while the server is killed none of these takes its port, and a client
 * that tries to reach it does not meet itself. In a cluster the port 10,000 above is taken too: it belongs to no other server's range.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 20_000)
    const probe = createServer().listen(port, '127.0.0.1')
    const isFree = await once(probe, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    probe.close()
    await once(probe, 'close')
    return port
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
