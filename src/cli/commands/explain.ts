import { readFile } from 'node:fs/promises'
import { codeOf } from '../../errors/errors.js'
import { EVENT_TYPES } from '../../events/kinds/index.js'
import type { Kind, SunoEvent } from '../../events/types.js'
import type { Outcome } from '../../outcome/outcome.js'
import { oneLine } from '../../log/log-fields.js'
import { SunoCallbacks } from '../../suno-callbacks.js'
import { defineCommand, type Context } from '../command.js'
import { eventData, without } from '../event-data.js'
import type { Output } from '../output.js'
import { readKind } from '../read-values.js'

export const explain = defineCommand({
  name: 'explain',
  summary: 'says what the library reads from a body: kind, event, or why it is unknown',
  usage: '<file | -> [options]',
  about: `Reads the body of a callback or of a record from a file, or from stdin (-), as the library reads it, and sends nothing. Exit
code 1: the body is no JSON, or of no known shape.`,
  takes: { least: 1, most: 1 },
  options: {
    kind: {
      type: 'string',
      value: '<kind>',
      help: 'that of the callback URL; without it the shape of the body decides',
    },
  },

  async run({ options, positionals: [file = ''] }, context) {
    const kind = options.kind === undefined ? null : readKind(options.kind, 'suno-callbacks explain')
    const outcome = await read(await bodyOf(file, context), kind)
    const reading = toReading(outcome)
    const data = { ...reading, event: eventData(outcome.event) }
    context.output.data(data, toText(reading, context.output))
    return reading.reading === 'unknown' || reading.reading === 'refused' ? 1 : 0
  },
})

async function bodyOf(file: string, { stdin }: Context): Promise<Uint8Array> {
  if (file !== '-') return readFile(file)
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** A listener for each event but `unknown`: so the outcome says also what of unknown bodies the library would answer. */
async function read(body: Uint8Array, kind: Kind | null): Promise<Outcome> {
  const suno = new SunoCallbacks({ verify: false, logger: false, maxBodyBytes: 2 ** 28 })
  for (const type of EVENT_TYPES) if (type !== 'unknown') suno.on(type, () => undefined)
  return suno.handle({ body, kind, source: 'replay' })
}

/** What the library makes of a body. */
type Reading =
  /** An event, which listeners get. */
  | { readonly reading: 'event'; readonly event: SunoEvent }
  /** News of a task that still runs: answered 200, and no listener is called. */
  | { readonly reading: 'progress' }
  /** JSON of no known shape, and what kept it from being read. */
  | { readonly reading: 'unknown'; readonly issues: readonly string[]; readonly message: string }
  /** No body of a callback. */
  | { readonly reading: 'refused'; readonly code: string | undefined; readonly message: string }

function toReading(outcome: Outcome): Reading {
  const { event } = outcome
  if ('error' in outcome) {
    const { message } = outcome.error
    return event?.type === 'unknown'
      ? { reading: 'unknown', issues: event.issues, message }
      : { reading: 'refused', code: codeOf(outcome.error), message }
  }
  return outcome.status === 'ignored' ? { reading: 'progress' } : { reading: 'event', event: outcome.event }
}

function toText(reading: Reading, output: Output): string {
  switch (reading.reading) {
    case 'refused':
      return output.styled('red', reading.message)
    case 'unknown': {
      const issues = reading.issues.map((issue) => `  ${oneLine(issue)}`)
      return [output.styled('yellow', 'unknown'), reading.message, ...issues].join('\n')
    }
    case 'progress':
      return 'The task still runs: such a body is answered 200, and no listener is called.'
    case 'event':
      return fieldsOf(reading.event, output)
  }
}

/** The fields of an event, a line each. */
function fieldsOf(event: SunoEvent, output: Output): string {
  const fields = without(event, ['type', 'raw', 'source', 'receivedAt', 'metadata'])
  const lines = Object.entries(fields).map(([name, value]) => `  ${name.padEnd(11)} ${oneLine(JSON.stringify(value))}`)
  return [output.styled('green', event.type), ...lines].join('\n')
}
