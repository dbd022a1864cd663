/** What a part of the benchmark has found. */
export interface Report {
  readonly tables: readonly Table[]
  readonly targets: readonly Target[]
}

export interface Table {
  readonly title: string
  /** By which test/harness/README.md quotes it. */
  readonly name?: string
  readonly notes: readonly string[]
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** What we want a figure to be, at least or at most. */
export interface Target {
  readonly what: string
  readonly value: number
  readonly want: 'at least' | 'at most'
  readonly limit: number
  readonly unit?: string
}

/** How long and how often is measured, and where. */
export interface Effort {
  readonly rounds: number
  readonly seconds: number
  /** Whether the row, or the table, of that title is wanted. */
  readonly isWanted: (title: string) => boolean
}

/** As Markdown, formatted as the repository's formatter would. */
export function toMarkdown({ title, name, notes, head, rows }: Table): string {
  return [
    `## ${title}`,
    ...(name === undefined ? [] : [`<!-- table: ${name} -->`]),
    toTable(head, rows),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
  ].join('\n\n')
}

export function toTargetTable(targets: readonly Target[]): Table {
  const rows = targets.map(({ what, value, want, limit, unit = '' }) => {
    const isMet = want === 'at least' ? value >= limit : value <= limit
    return [what, `${want} ${String(limit)}${unit}`, `${toFigure(value)}${unit}`, isMet ? 'met' : 'missed']
  })
  return { title: 'Targets', notes: [], head: ['figure', 'target', 'measured', ''], rows }
}

function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => (row[column] ?? '').length)))
  const toLine = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`
  return [toLine(head), toLine(widths.map((width) => '-'.repeat(width))), ...rows.map(toLine)].join('\n')
}

/** Three digits that count. */
export function toFigure(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}
