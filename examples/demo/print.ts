import { styleText } from 'node:util'

/** One line of the story. */
export interface Line {
  /** An event, or what became of a delivery. */
  readonly name: string
  readonly kind: string | null
  readonly taskId: string | null
  /** What matters of it. */
  readonly detail: string
  readonly style?: Style
}

type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'

export function print(text = ''): void {
  process.stdout.write(`${text}\n`)
}

export function printHeading(title: string, text: string): void {
  print()
  print(styled('bold', title))
  for (const line of wrap(text, WIDTH - 2)) print(`  ${styled('dim', line)}`)
}

/** Time, name, kind, task id and detail, in columns. */
export function printLine({ name, kind, taskId, detail, style }: Line): void {
  const columns = [
    styled('dim', now()),
    pad(name, NAME_WIDTH, style),
    pad(kind ?? '-', KIND_WIDTH),
    pad((taskId ?? '-').slice(0, TASK_WIDTH), TASK_WIDTH),
  ]
  const [first = '', ...rest] = fit(detail, WIDTH - DETAIL_COLUMN)
  print(`  ${columns.join('  ')}  ${first}`)
  for (const line of rest) print(' '.repeat(DETAIL_COLUMN) + line)
}

/** A line of the library's log. Long ones go on below themselves. */
export function printLog(level: string, message: string): void {
  const [first = '', ...rest] = wrap(message, WIDTH - KIND_COLUMN)
  print(`  ${styled('dim', now())}  ${pad(`log: ${level}`, NAME_WIDTH, 'dim')}  ${styled('dim', first)}`)
  for (const line of rest) print(' '.repeat(KIND_COLUMN) + styled('dim', line))
}

/** Something that the story did not promise. */
export function printSurprise(text: string): void {
  print(`  ${styled('red', `NOT AS PROMISED: ${text}`)}`)
}

/** Rows in columns as wide as they need to be. The first row is the head. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  rows.forEach((row, index) => {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
    print(`  ${index === 0 ? styled('dim', line.trimEnd()) : line.trimEnd()}`)
  })
}

export function styled(style: Style, text: string): string {
  return IS_COLOURED ? styleText(style, text) : text
}

/** The colour of an HTTP status. */
export function styleOf(status: number): Style {
  return status < 300 ? 'green' : status < 500 ? 'yellow' : 'red'
}

const IS_COLOURED = process.stdout.isTTY && (process.env.NO_COLOR ?? '') === ''

/** Between 100 and 120 columns; 120 where there is no terminal. */
const WIDTH = Math.min(120, Math.max(100, process.stdout.isTTY ? process.stdout.columns : 120))

const TIME_WIDTH = 'hh:mm:ss.mmm'.length
const NAME_WIDTH = 'recovery:complete'.length
const KIND_WIDTH = 'recovery'.length
const TASK_WIDTH = 8
const KIND_COLUMN = 2 + TIME_WIDTH + 2 + NAME_WIDTH + 2
const DETAIL_COLUMN = KIND_COLUMN + KIND_WIDTH + 2 + TASK_WIDTH + 2

function now(): string {
  const time = new Date()
  return `${time.toTimeString().slice(0, 8)}.${String(time.getMilliseconds()).padStart(3, '0')}`
}

function pad(text: string, width: number, style?: Style): string {
  const padded = text.padEnd(width)
  return style === undefined ? padded : styled(style, padded)
}

/** Text goes on in the next line; of what ends in an address, the middle is left out. */
function fit(text: string, width: number): readonly string[] {
  if (text.length <= width || !/https?:\S+$/.test(text)) return wrap(text, width)
  const end = Math.floor(width / 3)
  return [`${text.slice(0, width - end - 1)}…${text.slice(-end)}`]
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
