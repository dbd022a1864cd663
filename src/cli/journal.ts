import { closeSync, createReadStream, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import * as z from 'zod/mini'
import type { Kind, Metadata } from '../events/types.js'
import { isKind } from '../events/kinds/index.js'
import { isMetadata } from '../events/metadata.js'
import { UsageError } from './usage-error.js'

/**
 * What is kept of a callback: what it takes to send it again, and what became of it. No signature and no header: it is signed anew when it
 * is sent again. README.md has the format.
 */
export interface JournalEntry {
  readonly receivedAt: Date
  /** That of the callback URL; null where it named none. */
  readonly kind: Kind | null
  readonly metadata: Metadata
  readonly body: Uint8Array
  readonly type: string | null
  readonly taskId: string | null
  readonly outcome: string
  /** What the sender was answered. */
  readonly status: number
}

/** A file that is added to. Readable for its owner alone: it has what the provider sent. */
export class Journal {
  readonly #file: number

  /** @throws what Node says of a file that cannot be written */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true })
    this.#file = openSync(path, 'a', 0o600)
  }

  /** A line, written when this returns. */
  add({ body, ...entry }: JournalEntry): void {
    writeSync(this.#file, `${JSON.stringify({ journal: VERSION, ...entry, ...bodyFields(body) })}\n`)
  }

  close(): void {
    closeSync(this.#file)
  }
}

const VERSION = 1

/** As text where that gives the same bytes again. */
function bodyFields(bytes: Uint8Array) {
  const text = Buffer.from(bytes).toString('utf8')
  return Buffer.from(text).equals(bytes) ? { body: text } : { bodyBase64: Buffer.from(bytes).toString('base64') }
}

/** A line of a journal: an entry, or why it is none. */
export type JournalLine =
  | { readonly line: number; readonly entry: JournalEntry; readonly fault: null }
  | { readonly line: number; readonly entry: null; readonly fault: string }

/**
 * The lines of a journal in their order.
 *
 * @throws UsageError where not one of them is that of a journal; what Node says of a file that cannot be read
 */
export async function* readJournal(path: string): AsyncGenerator<JournalLine> {
  const schema = lineSchema()
  let line = 0
  /** Until there is an entry, these may be the lines of a file that is something else. */
  let leading: number[] | null = []
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    line++
    if (text.trim() === '') continue
    const read = schema.safeParse(toJson(text))
    if (!read.success) {
      if (leading === null) yield noEntry(line)
      else leading.push(line)
      continue
    }
    if (leading !== null) yield* leading.map(noEntry)
    leading = null
    yield { line, entry: toEntry(read.data), fault: null }
  }
  if (leading !== null && leading.length > 0) {
    throw new UsageError(
      'The file is no journal: none of its lines is what listen --journal writes. Give the file that it has written.',
    )
  }
}

function noEntry(line: number): JournalLine {
  return { line, entry: null, fault: `Line ${String(line)} is none of a journal: listen --journal writes them.` }
}

function lineSchema() {
  return z.object({
    journal: z.literal(VERSION),
    receivedAt: z.pipe(
      z.string(),
      z.transform((text) => new Date(text)),
    ),
    kind: z.nullable(z.custom<Kind>(isKind)),
    metadata: z.custom<Metadata>(isMetadata),
    body: z.optional(z.string()),
    bodyBase64: z.optional(z.string()),
    type: z.nullable(z.string()),
    taskId: z.nullable(z.string()),
    outcome: z.string(),
    status: z.number(),
  })
}

type ReadLine = z.output<ReturnType<typeof lineSchema>>

function toEntry({
  body = '',
  bodyBase64,
  receivedAt,
  kind,
  metadata,
  type,
  taskId,
  outcome,
  status,
}: ReadLine): JournalEntry {
  const bytes = bodyBase64 === undefined ? Buffer.from(body) : Buffer.from(bodyBase64, 'base64')
  return { receivedAt, kind, metadata, body: bytes, type, taskId, outcome, status }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
