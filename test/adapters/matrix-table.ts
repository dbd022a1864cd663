import type { AdapterName } from './names.js'
import type { Case } from './case.js'

/** What was seen of every case with every adapter, as a table for people. */
export class MatrixTable {
  readonly #columns: readonly AdapterName[]
  readonly #rows: { readonly title: string; readonly line: Case; readonly seen: Map<AdapterName, string> }[] = []

  constructor(columns: readonly AdapterName[]) {
    this.#columns = columns
  }

  /** Answers what takes the results of that row. */
  addRow(group: string, line: Case): (name: AdapterName, answers: string) => void {
    const seen = new Map<AdapterName, string>()
    this.#rows.push({ title: `${group}: ${line.title}`, line, seen })
    return (name, answers) => seen.set(name, answers)
  }

  toString(): string {
    const head = ['', ...this.#columns]
    const lines = this.#rows.map(({ title, line, seen }) => [
      title,
      ...this.#columns.map((name) => toCell(seen.get(name), line.expected)),
    ])
    const widths = head.map((_, i) => Math.max(...[head, ...lines].map((cells) => cells[i]?.length ?? 0)))
    const format = (cells: readonly string[]) =>
      cells
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd()
    return [LEGEND, '', format(head), ...lines.map(format), '', '* Unlike the others:', ...this.#reasons()].join('\n')
  }

  #reasons(): readonly string[] {
    const differences = this.#rows.flatMap(({ line }) => line.unlike ?? [])
    return [...new Set(differences.map(({ adapters, because }) => `  ${adapters.join(', ')}: ${because}`))]
  }
}

const LEGEND =
  'The statuses that each adapter answered. a: by the app or its framework, n: by node:http, x: then the connection was closed, ' +
  '-: not to be shown with it. Every other connection then served the next callback.'

function toCell(answers: string | undefined, expected: string): string {
  if (answers === undefined) return '-'
  const short = answers
    .split(', ')
    .map((answer) =>
      answer
        .replace(/^closed.*/, 'x')
        .replace(/ \((app|node)\)/, (_, who: string) => who.charAt(0))
        .replace(/^(\d+[an]?) .*/, '$1'),
    )
    .join(' ')
  return answers === expected ? short : `${short} *`
}
