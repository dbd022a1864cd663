import { readFileSync } from 'node:fs'

/**
 * README.md as the tests see it. HTML comments, which readers do not see, prepare what stands behind them:
 *
 *     <!-- name: quick-start -->       the name of the next code block
 *     <!-- prelude: declare … -->      what the next code block takes for granted, as TypeScript
 *     <!-- table: options -->          the name of the next table
 */
const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

export interface Snippet {
  /** Its name, or the line at which it begins. */
  readonly name: string
  readonly language: string
  readonly prelude: string
  readonly code: string
}

export const snippets: readonly Snippet[] = [...README.matchAll(/((?:<!--.*?-->\s*)*)^```(\w+)\n(.*?)^```$/gms)].map(
  ({ index, 0: all, 1: comments = '', 2: language = '', 3: code = '' }) => ({
    name: comment(comments, 'name') ?? `line ${String(lineOf(index + all.indexOf('```')))}`,
    language,
    prelude: comment(comments, 'prelude') ?? '',
    code,
  }),
)

export function snippet(name: string): Snippet {
  const found = snippets.find((one) => one.name === name)
  if (found === undefined) throw new Error(`README.md has no code block named ${name}.`)
  return found
}

/** The rows of a table, each a list of cells, without the head; of README.md or another text that names its tables so. */
export function table(name: string, text = README): readonly (readonly string[])[] {
  const start = text.indexOf(`<!-- table: ${name} -->`)
  if (start === -1) throw new Error(`There is no table named ${name}.`)
  const lines = text.slice(start).split('\n').slice(1)
  const first = lines.findIndex((line) => line.startsWith('|'))
  const length = lines.slice(first).findIndex((line) => !line.startsWith('|'))
  return lines.slice(first + 2, first + length).map((line) => {
    const cells = line.split('|').slice(1, -1)
    return cells.map((cell) => cell.trim())
  })
}

/** What stands in `code marks` in a cell. */
export function words(cell: string | undefined): readonly string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word)
}

/** The first word of each row: what the table is about. */
export function subjects(name: string): readonly string[] {
  return table(name).map(([cell]) => words(cell)[0] ?? '')
}

export { README }

function comment(comments: string, name: string): string | undefined {
  return new RegExp(`<!-- ${name}:\\s*(.*?)\\s*-->`, 's').exec(comments)?.[1]
}

function lineOf(index: number): number {
  return README.slice(0, index).split('\n').length
}
