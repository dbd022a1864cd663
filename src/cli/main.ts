import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { codeOf } from '../errors/errors.js'
import { noSuchName } from '../errors/no-such-name.js'
import { COMMANDS } from './commands/index.js'
import type { Command } from './command.js'
import type { Environment } from './environment.js'
import { helpOf, helpOfAll } from './help.js'
import { Output, type Writable } from './output.js'
import { readArguments } from './read-arguments.js'
import { UsageError } from './usage-error.js'
import { version } from './version.js'

/** The process that the command line runs in, or what stands for it in a test. */
export interface Surroundings {
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly stdout: Writable
  readonly stderr: Writable
  readonly env: Environment
  /** Aborts at Ctrl-C. */
  readonly signal: AbortSignal
}

/**
 * The whole command line: runs what was typed, and answers the exit code. Never rejects.
 *
 * @param argv what was typed behind `suno-callbacks`
 */
export async function main(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, signal } = surroundings
  const broken = new AbortController()
  const pipe = { fault: null as Error | null }
  // The listeners stay: a pipe can break when everything is said.
  stdout.on('error', (error) => {
    // Whoever reads only the first lines (`| head`) has seen enough.
    if (codeOf(error) !== 'EPIPE') pipe.fault = error
    broken.abort()
  })
  stderr.on('error', () => undefined)
  try {
    const code = await run(argv, surroundings, AbortSignal.any([signal, broken.signal]))
    if (signal.aborted) return INTERRUPTED
    return pipe.fault === null ? code : tellFault(pipe.fault, stderr)
  } catch (error) {
    return signal.aborted ? INTERRUPTED : tell(error, argv[0], stderr)
  }
}

function tellFault({ message }: Error, stderr: Writable): number {
  stderr.write(`The output could not be written: ${message}\n`)
  return FAILED
}

const FAILED = 1
const BAD_USAGE = 2
/** As shells have it: 128 and the number of SIGINT. */
const INTERRUPTED = 130

async function run(argv: readonly string[], surroundings: Surroundings, signal: AbortSignal): Promise<number> {
  const { stdin, stdout, stderr } = surroundings
  const [name, ...args] = argv
  if (name === undefined) {
    stderr.write(`${helpOfAll(COMMANDS)}\n`)
    return BAD_USAGE
  }
  const text = OWN_WORDS.get(name)
  if (text !== undefined) {
    stdout.write(`${text()}\n`)
    return 0
  }
  const command = findCommand(name)
  const { options, positionals } = readArguments(command, args)
  if (options.help === true) {
    stdout.write(`${helpOf(command)}\n`)
    return 0
  }
  const env = withFiles(surroundings.env, options['env-file'] ?? [])
  const output = new Output({ stdout, stderr, env, isJson: options.json === true })
  return command.run({ options, positionals }, { env, stdin, output, signal })
}

const OWN_WORDS: ReadonlyMap<string, () => string> = new Map([
  ['--help', () => helpOfAll(COMMANDS)],
  ['-h', () => helpOfAll(COMMANDS)],
  ['help', () => helpOfAll(COMMANDS)],
  ['--version', version],
])

/** @throws UsageError */
function findCommand(name: string): Command {
  const found = COMMANDS.find((command) => command.name === name)
  if (found !== undefined) return found
  if (name.startsWith('-')) {
    throw new UsageError(
      'The command comes first: suno-callbacks <command> [options]. suno-callbacks --help lists them.',
    )
  }
  const names = COMMANDS.map((command) => command.name)
  throw new UsageError(noSuchName({ what: 'command', name, names, call: 'suno-callbacks' }))
}

/** What is set already stays, as with `node --env-file`; of several files the later one wins. */
function withFiles(env: Environment, files: readonly string[]): Environment {
  return { ...Object.assign({}, ...files.map(readEnvironmentFile)), ...env } as Environment
}

/** @throws UsageError */
function readEnvironmentFile(file: string): Environment {
  try {
    return parseEnv(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`--env-file: ${(error as Error).message}`)
  }
}

/** What went wrong, for who typed the command. A stack is only of use for what nobody foresaw. */
function tell(error: unknown, name: string | undefined, stderr: Writable): number {
  if (!(error instanceof Error)) {
    stderr.write(`${String(error)}\n`)
    return FAILED
  }
  const isMistake = error.name === 'UsageError' || error.name === 'ConfigurationError'
  const isForeseen = isMistake || codeOf(error) !== undefined
  stderr.write(`${isForeseen ? error.message : (error.stack ?? error.message)}\n`)
  if (!isMistake) return FAILED
  const command = COMMANDS.some((one) => one.name === name) ? ` ${String(name)}` : ''
  stderr.write(`\nsuno-callbacks${command} --help says how it is used.\n`)
  return BAD_USAGE
}
