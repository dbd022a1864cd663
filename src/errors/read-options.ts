import * as z from 'zod/mini'
import { ConfigurationError, type ConfigurationCode } from './errors.js'
import { refuseUnknownOptions } from './refuse-unknown-options.js'

/** One option: what it must be, and what is said of what it must not be. */
export interface Option<Schema extends z.ZodMiniType = z.ZodMiniType> {
  readonly schema: Schema
  readonly code: ConfigurationCode
  readonly message: string | ((value: unknown) => string)
}

/** The options of a public function, by their names. */
export type OptionShape = Readonly<Record<string, Option>>

/** What was read: checked, with the defaults that the schemas have. */
export type OptionsOf<Shape extends OptionShape> = { readonly [Name in keyof Shape]: z.output<Shape[Name]['schema']> }

export interface OptionsDescription {
  /** The call as users write it, such as `callbackUrl(kind, options)`. */
  readonly call: string
  /** What to pass, where not everything is optional. */
  readonly example?: string
  /** What may have been meant by names that are no options, and near to none. */
  readonly toHint?: (unknown: readonly string[]) => string
}

/**
 * Makes the reader of the options of a public function: every public function reads them by one, so a misspelt name, a null or a
 * number out of range is told in the same way everywhere, for the first option of the shape that is wrong. `undefined` is as if the
 * option was not there. The shape is asked for once, at the first call, so that an import makes no schema.
 *
 * The reader throws ConfigurationError: `OPTION_INVALID` for what is no object, `OPTION_UNKNOWN`, and the codes of the options.
 */
export function optionsReader<Shape extends OptionShape>(
  { call, example, toHint }: OptionsDescription,
  toShape: () => Shape,
): (options: unknown) => OptionsOf<Shape> {
  let shape: Shape | undefined
  return (options) => {
    shape ??= toShape()
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      const such = example === undefined ? '' : `, such as ${example}`
      throw new ConfigurationError('OPTION_INVALID', `${call}: options must be an object${such}.`)
    }
    refuseUnknownOptions(options, Object.keys(shape), call, toHint)
    const values = Object.entries(shape).map(([name, option]) => {
      return [name, readOption(option, (options as Readonly<Record<string, unknown>>)[name])]
    })
    return Object.fromEntries(values) as OptionsOf<Shape>
  }
}

/** @throws ConfigurationError of the option's code */
function readOption({ schema, code, message }: Option, value: unknown): unknown {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw new ConfigurationError(code, typeof message === 'string' ? message : message(value))
}

export function option<Schema extends z.ZodMiniType>(
  schema: Schema,
  code: ConfigurationCode,
  message: Option['message'],
): Option<Schema> {
  return { schema, code, message }
}

/** An option that a function of its own reads, because what is wrong with it has several codes. */
export function readElsewhere<T>() {
  return option(z.custom<T | undefined>(), 'OPTION_INVALID', '')
}

/** A number; neither NaN nor infinite. */
export function numberFrom(min: number, max = Number.MAX_VALUE) {
  return z.number().check(z.gte(min), z.lte(max))
}

/** A whole number that is exact. */
export function wholeFrom(min: number, max = Number.MAX_SAFE_INTEGER) {
  return z.int().check(z.gte(min), z.lte(max))
}

/** Whether it is something with these methods, of whatever class. */
export function hasMethods(object: unknown, names: readonly string[]): boolean {
  const methods = (object ?? {}) as Readonly<Record<string, unknown>>
  return names.every((name) => typeof methods[name] === 'function')
}

/** As users call it, whatever it takes and answers. */
export function functionOf<T extends (...args: never[]) => unknown>() {
  return z.custom<T>((value) => typeof value === 'function')
}
