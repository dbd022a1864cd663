import { styleText } from 'node:util'
import type { Environment } from './environment.js'

/** The members that are used of a stream to write to. */
export interface Writable {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'

/** Where the output of a command goes. */
export interface OutputOptions {
  readonly stdout: Writable
  readonly stderr: Writable
  readonly env: Environment
  readonly isJson: boolean
}

/**
 * What a command writes: data to stdout, a line for a reader or an object for a program; everything else to stderr. A live line is the
 * last line of a terminal and is written anew, with bars above it; where there is no terminal, it is a line once a minute, without bars.
 */
export class Output {
  readonly isJson: boolean
  readonly #stdout: Writable
  readonly #stderr: Writable
  readonly #isColoured: boolean
  #live: (() => readonly string[]) | null = null
  /** How many lines of the terminal it has now. */
  #drawn = 0

  constructor({ stdout, stderr, env, isJson }: OutputOptions) {
    this.#stdout = stdout
    this.#stderr = stderr
    this.isJson = isJson
    this.#isColoured = stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && !isJson
  }

  /** A piece of data: the object with `--json`, else the text. */
  data(record: object, text: string): void {
    this.#print(this.#stdout, this.isJson ? JSON.stringify(record) : text)
  }

  /** What a reader should know, and no program reads. */
  talk(text: string): void {
    this.#print(this.#stderr, text)
  }

  /** In colour where stdout is a terminal and wants it. */
  styled(style: Style, text: string): string {
    // Whether it is a terminal was asked of the stream that it goes to.
    return this.#isColoured ? styleText(style, text, { validateStream: false }) : text
  }

  /**
   * Shows that the command lives, until the answered function is called.
   *
   * @param toText what it is about, asked anew each time
   * @param toBars lines above it
   */
  live(toText: () => string, toBars: () => readonly string[] = () => []): () => void {
    this.#live = () => [...toBars(), toText()]
    const timer = this.#isTerminal
      ? setInterval(() => this.#redraw(), REDRAW_MS)
      : setInterval(() => this.#stderr.write(`${toText()}\n`), MINUTE_MS)
    this.#draw()
    return () => {
      clearInterval(timer)
      this.#clear()
      this.#live = null
    }
  }

  get #isTerminal(): boolean {
    return this.#stderr.isTTY === true
  }

  #redraw(): void {
    this.#clear()
    this.#draw()
  }

  #print(stream: Writable, text: string): void {
    this.#clear()
    stream.write(`${text}\n`)
    this.#draw()
  }

  /** Cut at the end of each line: a longer one would be two, of which one is cleared. */
  #draw(): void {
    if (this.#live === null || !this.#isTerminal) return
    const { columns = 0 } = this.#stderr
    // A terminal that does not know its width says 0.
    const width = columns === 0 ? 80 : columns
    const lines = this.#live().map((line) => line.slice(0, width - 1))
    this.#stderr.write(lines.join('\n'))
    this.#drawn = lines.length
  }

  #clear(): void {
    if (this.#drawn === 0) return
    this.#stderr.write(CLEAR_LINE + CLEAR_LINE_ABOVE.repeat(this.#drawn - 1))
    this.#drawn = 0
  }
}

const REDRAW_MS = 250
const MINUTE_MS = 60_000

/** To the first column, and to the end of the line. */
const CLEAR_LINE = '\r\u001b[K'
/** The cursor stays in the first column. */
const CLEAR_LINE_ABOVE = '\u001b[1A\u001b[K'
