import { codeOf } from '../../errors/errors.js'
import type { ErrorText } from '../wire.js'

/**
 * What is kept of an error: its text, not the error itself, which may hold a request, a connection or a body. It is made of what a
 * listener threw, which may be anything.
 */
export function toErrorText(error: unknown, withStack: boolean): ErrorText {
  try {
    if (!(error instanceof Error)) return { ...NO_ERROR, message: cut(toText(error)) }
    const { name, message } = error
    const stack = withStack ? cut(stackOf(error)) : null
    return { name: cut(name), code: codeOf(error) ?? null, message: cut(message), stack }
  } catch {
    return { ...NO_ERROR, message: 'It cannot be shown: to read it throws.' }
  }
}

const NO_ERROR = { name: 'Thrown', code: null, stack: null } as const

function toText(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null ? JSON.stringify(thrown) : String(thrown)
}

/** With the causes below it, as Node shows them. */
function stackOf(error: Error): string {
  const stacks: string[] = []
  for (let one: unknown = error; one instanceof Error && stacks.length < MOST_CAUSES; one = one.cause) {
    stacks.push(one.stack ?? `${one.name}: ${one.message}`)
  }
  return stacks.join('\nCaused by: ')
}

const MOST_CAUSES = 4
const LONGEST = 8_000

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
