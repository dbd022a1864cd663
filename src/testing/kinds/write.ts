import { randomUUID } from 'node:crypto'
import { ConfigurationError } from '../../errors/errors.js'
import { refuseUnknownOptions } from '../../errors/refuse-unknown-options.js'
import { isBlank, isObject, snakeCase } from '../../events/values.js'
import type { SampleJson, SampleInput } from './body.js'

/** Writes an override into the body of a sample, at its documented place and in the body's own spelling. */
export type Writer = (body: SampleJson, value: unknown, context: WriterContext) => void

export interface WriterContext {
  /** Begins the message of an error. */
  readonly call: string
  readonly input: SampleInput
}

/** Every sample has one, but failures of which nothing is left. */
export function dataOf(body: SampleJson): SampleJson {
  return isObject(body.data) ? body.data : body
}

export const message: Writer = (body, value) => {
  body.msg = value
  const data = dataOf(body)
  if (!isBlank(data.errorMessage)) data.errorMessage = value
}

export const code: Writer = (body, value) => {
  body.code = value
}

export function inData(name: string): Writer {
  return (body, value) => write(dataOf(body), name, value)
}

/** As many items as are given, each over the sample's own at its place; beyond them over the first again, with an id of its own. */
export function laidOver(
  own: readonly SampleJson[],
  given: unknown,
  names: readonly string[],
  { call }: WriterContext,
): SampleJson[] {
  if (!Array.isArray(given) || !given.every(isObject)) throw invalid(`${call} must be a list of objects.`)
  return given.map((fields, index) => {
    refuseUnknownOptions(fields, names, call)
    const item: SampleJson = { ...own[index % own.length] }
    if (index >= own.length && 'id' in item) item.id = randomUUID()
    for (const [name, value] of Object.entries(fields)) if (value !== undefined) writeField(item, name, value)
    return item
  })
}

/** Tags are one text at the providers, and times are epoch milliseconds. */
function writeField(item: SampleJson, name: string, value: unknown): void {
  if (name === 'createdAt') write(item, 'createTime', value instanceof Date ? value.getTime() : value)
  else write(item, name, name === 'tags' && Array.isArray(value) ? value.join(', ') : value)
}

/** Under the spelling that the object has; a field that it lacks, under that of its others. */
export function write(target: SampleJson, name: string, value: unknown): void {
  const names = Object.keys(target)
  const isCamel = names.includes(name) || !names.some((other) => other.includes('_'))
  target[isCamel ? name : snakeCase(name)] = value
}

/** @returns the error to throw: `OPTION_INVALID` */
export function invalid(message: string): ConfigurationError {
  return new ConfigurationError('OPTION_INVALID', message)
}
