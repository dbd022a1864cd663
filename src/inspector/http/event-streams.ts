import { Readable } from 'node:stream'
import type { Redact } from '../redact.js'
import type { Changes, TaskBook } from '../tasks/task-book.js'
import { toRow } from '../tasks/to-row.js'
import type { Sequence } from '../wire.js'

/**
 * The open pages, as server-sent events. All get the same: the rows that have changed, in their latest state, ten times a second at most,
 * however much happens between.
 */
export class EventStreams {
  readonly #streams = new Set<Readable>()
  /** What all that are open have been told of. */
  #told: Sequence
  #timer: NodeJS.Timeout | null = null
  #signs: NodeJS.Timeout | null = null
  #isClosed = false

  constructor(
    private readonly book: TaskBook,
    private readonly redact: Redact,
  ) {
    this.#told = book.sequence
  }

  /**
   * @param since what the page knows; null: nothing, and it loads the list itself
   * @returns null once the streams are closed
   */
  open(since: Sequence | null): Readable | null {
    if (this.#isClosed) return null
    // What the others are still to be told is in the book by now: they are on the same page with this one.
    this.#tell()
    const stream = new Readable({ read: () => undefined })
    const changes = since === null ? null : this.book.changesSince(since)
    stream.push(`retry: ${String(RETRY_MS)}\n\n`)
    stream.push(changes === null ? message('reset', {}, this.book.sequence) : this.#toText(changes))
    this.#streams.add(stream)
    stream.on('close', () => this.#remove(stream))
    this.#signs ??= setInterval(() => this.#send(': still here\n\n'), SIGN_OF_LIFE_MS).unref()
    return stream
  }

  /** Something has changed in the book. */
  notify(): void {
    if (this.#streams.size === 0 || this.#timer !== null) return
    this.#timer = setTimeout(() => this.#tell(), PAUSE_MS).unref()
  }

  /** Ends all, so that they do not hold the server open. */
  close(): void {
    this.#isClosed = true
    for (const stream of this.#streams) stream.push(null)
  }

  #tell(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const since = this.#told
    this.#told = this.book.sequence
    if (this.#streams.size === 0 || since === this.#told) return
    const changes = this.book.changesSince(since)
    this.#send(changes === null ? message('reset', {}, this.#told) : this.#toText(changes))
  }

  #toText({ tasks, gone, sequence }: Changes): string {
    const rows = tasks.map((task) => toRow(task, this.redact))
    // Only the last has the sequence: whoever misses it is told both again.
    const goneText = gone.length === 0 ? '' : message('gone', gone, rows.length === 0 ? sequence : null)
    return goneText + (rows.length === 0 ? '' : message('task', rows, sequence))
  }

  #send(text: string): void {
    for (const stream of this.#streams) {
      // A client that does not read, such as a sleeping machine: when it is back it asks for what it has missed.
      if (stream.readableLength > MOST_UNSENT_BYTES) stream.destroy()
      else if (!stream.readableEnded) stream.push(text)
    }
  }

  #remove(stream: Readable): void {
    this.#streams.delete(stream)
    if (this.#streams.size > 0 || this.#signs === null) return
    clearInterval(this.#signs)
    this.#signs = null
  }
}

/** JSON has no line break of its own. */
function message(event: 'task' | 'gone' | 'reset', data: object, sequence: Sequence | null): string {
  const id = sequence === null ? '' : `id: ${sequence}\n`
  return `${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}

const RETRY_MS = 2_000
const PAUSE_MS = 100
const SIGN_OF_LIFE_MS = 15_000
const MOST_UNSENT_BYTES = 2 ** 20
