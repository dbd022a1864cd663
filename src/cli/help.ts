import type { Command, OptionDefinitions } from './command.js'
import { COMMON_OPTIONS } from './read-arguments.js'

/** What `suno-callbacks --help` prints. */
export function helpOfAll(commands: readonly Command[]): string {
  const rows = commands.map(({ name, usage, summary }) => [`${name} ${usage.replace(' [options]', '')}`, summary])
  return `Usage: suno-callbacks <command> [options]

${columns(rows)}

suno-callbacks <command> --help says how it is used. Of every command:

${columns(optionRows(COMMON_OPTIONS))}

Secrets are read from the environment or an --env-file: SUNO_CALLBACK_SECRET signs callback URLs, SUNO_API_KEY asks the provider.
Data goes to stdout, everything else to stderr. Exit code 0: all is well; 1: something failed; 2: bad usage; 130: Ctrl-C.`
}

/** What `suno-callbacks <command> --help` prints. */
export function helpOf({ name, usage, about, options }: Command): string {
  return `Usage: suno-callbacks ${name} ${usage}

${about}

${columns(optionRows({ ...options, ...COMMON_OPTIONS }))}`
}

function optionRows(options: OptionDefinitions): readonly (readonly [string, string])[] {
  return Object.entries(options).map(([name, { short, value, help }]) => {
    const both = short === undefined ? `--${name}` : `-${short}, --${name}`
    return [value === undefined ? both : `${both} ${value}`, help]
  })
}

function columns(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([first = '']) => first.length))
  return rows.map(([first = '', second = '']) => `  ${first.padEnd(width)}  ${second}`).join('\n')
}
