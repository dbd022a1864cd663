import { KINDS } from './built.js'
import type { FuzzCase } from './fuzz-case.js'
import { isAppName } from './fuzz-case.js'
import { TIMESTAMP } from './make-headers.js'
import { MAX_BODY_BYTES } from './setups.js'
import { GENUINE, kieSigned, type Signed } from './signatures.js'

/**
 * What the README promises for a case, worked out here once more and in another way: the reason of the refusal, or what the event
 * must carry. It knows nothing of spellings and kinds: which event a body becomes is for the other tests.
 */
export type Expectation =
  | { readonly refused: string }
  | {
      readonly refused: null
      /** The kind that path or signature pins. */
      readonly kind: string | null
      readonly metadata: Signed['metadata']
      readonly taskId: string | null
      /** The JSON of the body. */
      readonly raw: unknown
    }

export function expectationOf(one: FuzzCase): Expectation {
  const { kind, setup, headers, body, transport } = one
  if (kind !== undefined && !(KINDS as readonly string[]).includes(kind)) return { refused: 'unrecognised' }
  const signed = setup === 'signed' ? genuine(one.query) : { kind: kind ?? null, metadata: {} }
  if (signed === null || (kind !== undefined && kind !== signed.kind)) return { refused: 'unauthorized' }
  if (headers !== undefined && !isJsonType(headerOf(headers, 'content-type'))) return { refused: 'not-json' }
  // An app's request always has headers.
  if (headers === undefined && isAppName(transport)) return { refused: 'not-json' }
  if (one.readerFault !== null) return { refused: READER_FAULTS.get(one.readerFault) ?? 'failed' }

  const bytes = transport === 'text' ? Buffer.from(body.toString()) : body
  const parsed = parse(bytes)
  // What a parser of the app's has let through is not measured again.
  const isMeasured = transport !== 'parsed' || parsed === null || typeof parsed.raw !== 'object' || parsed.raw === null
  if (isMeasured && bytes.length > MAX_BODY_BYTES) return { refused: 'too-large' }
  if (parsed === null || levelsOf(parsed.raw) > 500) return { refused: 'malformed' }
  const { raw } = parsed
  const [taskId = null, second] = taskIdsOf(raw)
  if (second !== undefined) return { refused: 'malformed' }
  if (setup === 'kie' && !isKieSigned(one, taskId)) return { refused: 'unauthorized' }
  return { refused: null, kind: signed.kind, metadata: signed.metadata, taskId, raw }
}

/** The one value of the parameter, if it is one of ours: however it was spelt, it means the same then. */
function genuine(query: string): Signed | null {
  const [value = '', ...others] = new URLSearchParams(query).getAll('suno_signature')
  return others.length > 0 ? null : (GENUINE.get(value) ?? null)
}

function headerOf(headers: NonNullable<FuzzCase['headers']>, name: string): unknown {
  return Object.entries(headers).findLast(([one]) => one.toLowerCase() === name)?.[1]
}

function isJsonType(value: unknown): boolean {
  return typeof value === 'string' && value.split(';')[0]?.trim().toLowerCase() === 'application/json'
}

function isKieSigned({ headers = {} }: FuzzCase, taskId: string | null): boolean {
  const given = headerOf(headers, 'x-webhook-signature')
  return (
    taskId !== null && headerOf(headers, 'x-webhook-timestamp') === TIMESTAMP && given === kieSigned(taskId, TIMESTAMP)
  )
}

function parse(bytes: Buffer): { readonly raw: unknown } | null {
  try {
    // It takes one byte order mark away.
    return { raw: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown }
  } catch {
    return null
  }
}

/** How many arrays and objects stand in one another, counted level by level. */
function levelsOf(value: unknown): number {
  let levels = 0
  let level = [value].filter(isContainer)
  for (; level.length > 0; levels++) level = level.flatMap((one) => Object.values(one) as unknown[]).filter(isContainer)
  return levels
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** The different ids in the four places. */
function taskIdsOf(raw: unknown): readonly string[] {
  const places = [raw, own(raw, 'data')].filter((place) => isContainer(place) && !Array.isArray(place))
  const values = places.flatMap((place) => [own(place, 'task_id'), own(place, 'taskId')])
  const ids = values.flatMap((value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return [String(value)]
    return typeof value === 'string' && value.trim() !== '' ? [value] : []
  })
  return [...new Set(ids)]
}

function own(place: unknown, name: string): unknown {
  return isContainer(place) && Object.hasOwn(place, name)
    ? (place as Readonly<Record<string, unknown>>)[name]
    : undefined
}

const READER_FAULTS: ReadonlyMap<string, string> = new Map([
  ['BODY_TOO_LARGE', 'too-large'],
  ['BODY_TOO_SLOW', 'too-slow'],
  ['BODY_ABORTED', 'malformed'],
  ['CONTENT_ENCODING', 'not-json'],
])
