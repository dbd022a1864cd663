import type { Environment } from './environment.js'
import type { Output } from './output.js'

/** An option of a command, as `parseArgs` of node:util takes it, with its line of the help. */
export interface OptionDefinition {
  readonly type: 'boolean' | 'string'
  readonly short?: string
  /** May be given several times. */
  readonly multiple?: true
  /** What the help calls its value, such as `<url>`. */
  readonly value?: string
  readonly help: string
}

export type OptionDefinitions = Readonly<Record<string, OptionDefinition>>

/** The values of the options that were given. */
export type OptionValues<Options extends OptionDefinitions> = {
  readonly [Name in keyof Options]?: Options[Name] extends { readonly type: 'boolean' }
    ? boolean
    : Options[Name] extends { readonly multiple: true }
      ? readonly string[]
      : string
}

/** What was typed behind the name of a command. */
export interface Given<Options extends OptionDefinitions> {
  readonly options: OptionValues<Options>
  readonly positionals: readonly string[]
}

/** What a command has of the process that it runs in. */
export interface Context {
  /** The environment, and what `--env-file` adds to it. */
  readonly env: Environment
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly output: Output
  /** Aborts when the command is to end: at Ctrl-C, or when nobody reads its output any more. */
  readonly signal: AbortSignal
}

/** 0: all is well. 1: something of what the command did has failed. Wrong usage is thrown, as UsageError or ConfigurationError. */
export type ExitCode = 0 | 1

/** A command: its lines of the help, what it takes, and what it does. */
export interface CommandDefinition<Options extends OptionDefinitions> {
  readonly name: string
  /** One line of the list of commands. */
  readonly summary: string
  /** What follows its name, such as `<kind> [options]`. */
  readonly usage: string
  /** What the help says below its usage. */
  readonly about: string
  /** How many arguments it takes beside its options. */
  readonly takes: { readonly least: number; readonly most: number }
  readonly options: Options
  run(given: Given<Options>, context: Context): Promise<ExitCode>
}

export type Command = CommandDefinition<OptionDefinitions>

/** Gives `run` the types of the options that the definition has. */
export function defineCommand<const Options extends OptionDefinitions>(
  definition: CommandDefinition<Options>,
): Command {
  return definition
}
