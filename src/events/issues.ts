import * as z from 'zod/mini'
import { isBlank, isObject, snakeCase } from './values.js'
import { kinds, KINDS } from './kinds/index.js'
import type { CallbackSchema, CallbackSchemas } from './kinds/kind.js'
import type { Kind } from './types.js'

/**
 * What kept a body from being read: lines `path: what was expected`, from the documented callbacks of its kind, or of all kinds when it
 * is not known. Only the nearest callbacks count, and what was read all the same is no issue: the task id, a field in another spelling.
 */
export function issuesOf(raw: unknown, kind: Kind | null, taskId: string | null): readonly string[] {
  const body = viewOf(raw)
  const kindsAsked = kind === null ? KINDS : [kind]
  const candidates = kindsAsked.flatMap((one) =>
    Object.entries(schemasOf(one)).map(([type, schema]) => {
      return compare(body, schema, type === 'error' ? `error of ${one}` : type, taskId !== null)
    }),
  )
  const callbacks = new Map<string, string[]>()
  for (const { name, lines } of nearestOf(candidates)) {
    for (const line of lines) callbacks.set(line, [...(callbacks.get(line) ?? []), name])
  }
  return [...callbacks].slice(0, MAX_LINES).map(([line, names]) => `${line} (${shorten(names)})`)
}

/** The documented callbacks of a kind, built once. */
export function schemasOf(kind: Kind): CallbackSchemas {
  const schemas = built.get(kind) ?? kinds[kind].schemas()
  built.set(kind, schemas)
  return schemas
}

const built = new Map<Kind, CallbackSchemas>()

const MAX_LINES = 10

const MAX_NAMES = 3

/** How a body differs from one documented callback. */
interface Candidate {
  readonly name: string
  readonly lines: readonly string[]
  readonly distance: number
  /** How many fields of the callback's `data` the body has. */
  readonly shared: number
}

function compare(body: unknown, schema: CallbackSchema, name: string, hasTaskId: boolean): Candidate {
  const all = z.safeParse(schema, body).error?.issues ?? []
  const issues = hasTaskId ? all.filter(({ path }) => !TASK_IDS.has(path.at(-1))) : all
  const lines = issues.map((issue) => {
    return `${toPath(issue.path)}: expected ${expectedBy(issue)}, got ${typeName(valueAt(body, issue.path))}`
  })
  const data = valueAt(body, ['data'])
  const known = schema.shape.data instanceof z.ZodMiniObject ? Object.keys(schema.shape.data.shape) : []
  const found = known.filter((field) => valueAt(data, [field]) !== undefined)
  return {
    name,
    lines: lines.length > 0 ? lines : ['body: expected a result that can be read'],
    distance: issues.reduce((sum, issue) => sum + weightOf(issue, body), 0),
    shared: new Set(found.map(snakeCase)).size,
  }
}

const TASK_IDS: ReadonlySet<unknown> = new Set(['task_id', 'taskId'])

function nearestOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const distance = Math.min(...candidates.map((one) => one.distance))
  const near = candidates.filter((one) => one.distance === distance)
  const shared = Math.max(...near.map((one) => one.shared))
  return near.filter((one) => one.shared === shared)
}

/** What differs near the root weighs more than all that differs below it, and what is missing or another word more than another type. */
function weightOf({ code, path }: z.core.$ZodIssue, body: unknown): number {
  const isOther = code === 'invalid_value' || valueAt(body, path) === undefined
  return (isOther ? 2 : 1) * 100 ** (DEEPEST - path.length)
}

/** `data.instruments[0].notes[0].start` */
const DEEPEST = 6

function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return withArticle(issue.expected)
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(' or ')
  if (issue.code === 'invalid_union') return issue.errors.flatMap((errors) => errors.map(expectedBy)).join(' or ')
  // Our own checks say what they expect.
  return issue.message
}

/** Of a body's values only their types are named: they may be anything, and anyone's. */
function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  return withArticle(Array.isArray(value) ? 'array' : typeof value)
}

function withArticle(type: string): string {
  if (type === 'array') return 'a list'
  return type === 'object' ? 'an object' : `a ${type}`
}

function toPath(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${String(step)}]` : `.${String(step)}`))
  return steps.length === 0 ? 'body' : steps.join('').slice(1)
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (parent, step) => (parent as Record<PropertyKey, unknown> | null | undefined)?.[step],
    value,
  )
}

function shorten(names: readonly string[]): string {
  return names.length > MAX_NAMES ? `${names.slice(0, MAX_NAMES).join(', ')}, …` : names.join(', ')
}

/**
 * The body as the schemas are to see it: each field under both of its spellings, which the readers take alike, and of each list the
 * first items, which stand for all. Made of what is asked for, and once: a body has room for a million fields.
 */
function viewOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    // No page has a list in a list.
    return value.slice(0, MAX_ITEMS).map((item: unknown) => (Array.isArray(item) ? [] : viewOf(item)))
  }
  if (!isObject(value)) return value
  const fields = new Map<string | symbol, unknown>()
  const read = (_: object, name: string | symbol) => {
    if (!fields.has(name)) {
      const field = String(name)
      const one = value[field]
      const other = value[field.includes('_') ? camelCase(field) : snakeCase(field)]
      fields.set(name, viewOf(isBlank(one) && !isBlank(other) ? other : one))
    }
    return fields.get(name)
  }
  return new Proxy({}, { get: read, has: (target, name) => read(target, name) !== undefined })
}

const MAX_ITEMS = 3

/** `task_id` → `taskId`. */
function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
