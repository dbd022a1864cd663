import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, chownSync, constants, mkdtempSync, readdirSync } from 'node:fs'
import { createServer, Socket, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A Postgres server of the tests' own: real, on a free port of the loopback, in a directory that goes with it. */
export interface PostgresServer {
  /** `postgres://…` of the superuser, who needs no password. The same after a restart. */
  readonly url: string
  readonly port: number
  /** The same for another role or database. */
  urlOf(options: { readonly user?: string; readonly database?: string }): string
  /** SIGKILL for the server and each of its processes: nothing is flushed, nobody is told. */
  kill(): Promise<void>
  /** Starts again what was killed; it recovers by itself first. */
  restart(): Promise<void>
  /** Ends the server at once and removes its directory. */
  stop(): Promise<void>
}

export interface PostgresServerOptions {
  /** Settings of the server, such as `{ synchronous_commit: 'off' }`. Fsync is on. */
  readonly settings?: Readonly<Record<string, string>>
}

/** The directory of the newest Postgres on this machine, or null. */
export function postgresBinaries(): string | null {
  const packaged = versionsIn('/usr/lib/postgresql').map((version) => join('/usr/lib/postgresql', version, 'bin'))
  const inPath = (process.env.PATH ?? '').split(delimiter)
  return [...packaged, ...inPath].find((directory) => ['postgres', 'initdb'].every(isIn(directory))) ?? null
}

/**
 * Whether the tests that need Postgres are skipped here, for want of it. Says so.
 *
 * @throws where the environment variable CI is set: there they must run
 */
export function isPostgresMissing(): boolean {
  if (postgresBinaries() !== null) return false
  const message = 'There is no Postgres on this machine (neither in /usr/lib/postgresql nor in PATH)'
  if ((process.env.CI ?? '') !== '') throw new Error(`${message}: install it, for its tests must run here.`)
  console.warn(`${message}: its tests are skipped.`)
  return true
}

export async function startPostgres({ settings = {} }: PostgresServerOptions = {}): Promise<PostgresServer> {
  const binaries = postgresBinaries()
  if (binaries === null) throw new Error('There is no Postgres on this machine.')
  const owner = readOwner()
  const directory = mkdtempSync(join(tmpdir(), 'suno-callbacks-postgres-'))
  const remove = guard(directory)
  if (owner !== null) chownSync(directory, owner.uid, owner.gid)
  const data = join(directory, 'data')
  const initdb = ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions']
  execFileSync(join(binaries, 'initdb'), initdb, { ...owner, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] })

  const port = await freePort()
  const chosen = { listen_addresses: '127.0.0.1', unix_socket_directories: '', max_connections: '300', ...settings }
  const flags = Object.entries(chosen).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const launch = () =>
    spawn(join(binaries, 'postgres'), ['-D', data, '-p', String(port), ...flags], {
      ...owner,
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    })

  let server = await untilReady(launch)
  const killAll = () => {
    const processes = [server.pid ?? 0, ...childrenOf(server.pid ?? 0)]
    for (const id of processes) killOne(id)
  }
  const urlOf = ({ user = USER, database = 'postgres' }) => `postgres://${user}@127.0.0.1:${String(port)}/${database}`

  return {
    url: urlOf({}),
    urlOf,
    port,
    async kill() {
      if (!isRunning(server)) return
      const ended = once(server, 'exit')
      killAll()
      await ended
    },
    async restart() {
      if (!isRunning(server)) server = await untilReady(launch)
    },
    async stop() {
      if (isRunning(server)) {
        const ended = once(server, 'exit')
        server.kill('SIGQUIT')
        await ended
      }
      await remove()
    },
  }
}

const USER = 'postgres'

/**
 * Ends the server and removes its directory when this process has ended, by whatever: a shell that outlives it hears of that by the
 * end of its input. Answers a function that has it done now.
 */
function guard(directory: string): () => Promise<void> {
  const script = `
    cat > /dev/null
    server=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null)
    case $(ps -o args= -p "\${server:-0}" 2> /dev/null) in *"$1"*) kill -QUIT "$server" ;; esac
    while [ -n "$server" ] && kill -0 "$server" 2> /dev/null && [ -e "$1/data/postmaster.pid" ]; do sleep 0.1; done
    rm -rf "$1"`
  const shell = spawn('sh', ['-c', script, 'sh', directory], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  shell.unref()
  if (shell.stdin instanceof Socket) shell.stdin.unref()
  return async () => {
    shell.ref()
    const ended = once(shell, 'exit')
    shell.stdin.end()
    await ended
  }
}

function versionsIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort((a, b) => Number(b) - Number(a))
  } catch {
    return []
  }
}

function isIn(directory: string) {
  return (name: string): boolean => {
    try {
      accessSync(join(directory, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  }
}

/** Postgres refuses to run as root: then it runs as the user whom its package made. */
function readOwner(): { readonly uid: number; readonly gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** After a kill, the memory of the old server may still be attached for a moment: then the new one ends at once. */
async function untilReady(launch: () => ChildProcess): Promise<ChildProcess> {
  for (let tries = 1; ; tries++) {
    const server = launch()
    const log = await ready(server)
    if (log === null) return server
    if (tries === 100) throw new Error(`Postgres does not start:\n${log}`)
    await sleep(50)
  }
}

/** Null once it takes connections; what it wrote when it ended instead. */
function ready(server: ChildProcess): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let log = ''
    // Read to the end, or a server that has much to say would wait for us.
    server.stderr?.on('data', (chunk: Buffer) => {
      if (log.length < 100_000) log += chunk.toString()
      if (log.includes('ready to accept connections')) resolve(null)
    })
    server.once('error', reject)
    server.once('close', () => resolve(log))
  })
}

function isRunning(server: ChildProcess): boolean {
  return server.exitCode === null && server.signalCode === null
}

function childrenOf(parent: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const processes = table.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  return processes.flatMap(([id = 0, of]) => (of === parent && id > 0 ? [id] : []))
}

function killOne(id: number): void {
  try {
    if (id > 0) process.kill(id, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
