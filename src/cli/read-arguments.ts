import { parseArgs } from 'node:util'
import { noSuchName } from '../errors/no-such-name.js'
import type { Command, Given, OptionDefinitions } from './command.js'
import { UsageError } from './usage-error.js'

/** The options that every command has. */
export const COMMON_OPTIONS = {
  json: { type: 'boolean', help: 'data as NDJSON: one JSON object a line' },
  'env-file': { type: 'string', multiple: true, value: '<file>', help: 'adds to the environment, as node --env-file' },
  help: { type: 'boolean', short: 'h', help: 'this text' },
} as const satisfies OptionDefinitions

export type CommandLine = Given<OptionDefinitions & typeof COMMON_OPTIONS>

/** @throws UsageError for an option that there is not, a value that is missing, or too many arguments or too few */
export function readArguments(command: Command, args: readonly string[]): CommandLine {
  const options = { ...command.options, ...COMMON_OPTIONS }
  refuseUnknown(args, options, command.name)
  const { values, positionals } = parse(args, options)
  const given = { options: values, positionals } as CommandLine
  if (given.options.help !== true) checkCount(positionals, command)
  return given
}

/** Before anything of it is read, because the message of `parseArgs` does not name what may have been meant. */
function refuseUnknown(args: readonly string[], options: OptionDefinitions, command: string): void {
  const { tokens } = parseArgs({ args: [...args], options: { ...options }, strict: false, tokens: true })
  const unknown = tokens.find((token) => token.kind === 'option' && !Object.hasOwn(options, token.name))
  if (unknown?.kind !== 'option') return
  const names = Object.keys(options).map((name) => `--${name}`)
  const isSecret = /secret|key|password|token/i.test(unknown.name)
  throw new UsageError(
    noSuchName({
      what: 'option',
      name: unknown.rawName,
      names,
      call: `suno-callbacks ${command}`,
      hint: isSecret ? SECRETS : undefined,
    }),
  )
}

const SECRETS =
  'Secrets are read from the environment (SUNO_CALLBACK_SECRET, SUNO_API_KEY) or from an --env-file: arguments are seen by ' +
  'everybody on the machine, and stay in the history of the shell.'

function parse(args: readonly string[], options: OptionDefinitions) {
  try {
    return parseArgs({ args: [...args], options: { ...options }, allowPositionals: true })
  } catch (error) {
    // Its messages name the option, and never the value.
    throw new UsageError((error as Error).message)
  }
}

function checkCount({ length }: readonly string[], { name, usage, takes }: Command): void {
  if (length >= takes.least && length <= takes.most) return
  const what = length < takes.least ? 'something is missing' : 'there is more than it takes'
  throw new UsageError(`suno-callbacks ${name}: ${what}. Usage: suno-callbacks ${name} ${usage}`)
}
